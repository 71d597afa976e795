"""The configuration library: items, relations, revisions."""

revision = "20261123_0320_assets"
down_revision = "20261123_0310_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
