"""People: second factors, the duty roster, hand-overs."""

revision = "20261123_0300_people"
down_revision = "20261123_0200_foundation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
