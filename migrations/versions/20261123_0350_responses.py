"""Runs of plans: drills, emergencies, the drill year."""

revision = "20261123_0350_responses"
down_revision = "20261123_0340_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away again."""
