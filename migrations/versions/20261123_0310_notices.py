"""Telling people: the outbox and what became of each notice."""

revision = "20261123_0310_notices"
down_revision = "20261123_0300_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
