"""Tickets: the registers, their timeline, approvals, attachments."""

revision = "20261123_0330_tickets"
down_revision = "20261123_0320_assets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
