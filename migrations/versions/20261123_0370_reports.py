"""Monthly reports: drafts and their narrative."""

revision = "20261123_0370_reports"
down_revision = "20261123_0360_archive"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away again."""
