"""The archive takes uploads, is searched, and knows who read what."""

revision = "20261123_0360_archive"
down_revision = "20261123_0350_responses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away again."""
