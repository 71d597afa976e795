"""Full-text search in Chinese and English."""

revision = "20261123_0340_search"
down_revision = "20261123_0330_tickets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
