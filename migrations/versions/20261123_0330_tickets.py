"""Tickets: the registers, their timeline, approvals, attachments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261123_0330_tickets"
down_revision = "20261123_0320_assets"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = (
    "ticket",
    "ticket_event",
    "ticket_link",
    "ticket_item",
    "attachment",
    "saved_view",
    "approval_round",
    "approval_step",
    "substitute",
    "freeze",
    "article",
    "change_template",
)

SQLITE_GUARDS = tuple(
    f"""CREATE TRIGGER ticket_event_no_{event.lower()} BEFORE {event} ON ticket_event
        BEGIN SELECT RAISE(ABORT, 'ticket_event is insert-only'); END"""
    for event in ("UPDATE", "DELETE")
)

POSTGRESQL_GUARDS = (
    """CREATE TRIGGER ticket_event_no_change BEFORE UPDATE OR DELETE ON ticket_event
        FOR EACH ROW EXECUTE FUNCTION audit_insert_only()""",
    """CREATE TRIGGER ticket_event_no_truncate BEFORE TRUNCATE ON ticket_event
        FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()""",
)


def upgrade() -> None:
    _ticket()
    _ticket_event()
    _ticket_link()
    _ticket_item()
    _attachment()
    _saved_view()
    _approval_round()
    _approval_step()
    _substitute()
    _freeze()
    _article()
    _change_template()
    _guard()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(statement)


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("module", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("reporter", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("sheet", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("number", name="uq_ticket_number"),
    )
    op.create_index("ix_ticket_kind_id", "ticket", ["kind", "id"], unique=False)
    op.create_index(
        "ix_ticket_kind_module_id", "ticket", ["kind", "module", "id"], unique=False
    )
    op.create_index(
        "ix_ticket_kind_region_id", "ticket", ["kind", "region", "id"], unique=False
    )
    op.create_index(
        "ix_ticket_kind_state_id", "ticket", ["kind", "state", "id"], unique=False
    )
    op.create_index(
        "ix_ticket_open_kind_id",
        "ticket",
        ["kind", "id"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_ticket_open_due",
        "ticket",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index("ix_ticket_opened_at", "ticket", ["opened_at"], unique=False)
    op.create_index("ix_ticket_owner_id", "ticket", ["owner", "id"], unique=False)
    op.create_index(
        "ix_ticket_open_kind_opened_at",
        "ticket",
        ["kind", "opened_at"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_ticket_open_look",
        "ticket",
        ["look_at"],
        unique=False,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "uq_ticket_open_fingerprint",
        "ticket",
        ["fingerprint"],
        unique=True,
        sqlite_where=sa.text("is_open = 1 AND fingerprint IS NOT NULL"),
        postgresql_where=sa.text("is_open and fingerprint is not null"),
    )


def _ticket_event() -> None:
    op.create_table(
        "ticket_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("move", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_ticket_event_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_event"),
    )
    op.create_index(
        "ix_ticket_event_ticket_id_id",
        "ticket_event",
        ["ticket_id", "id"],
        unique=False,
    )


def _ticket_link() -> None:
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_id"], ["ticket.id"], name="fk_ticket_link_from_id_ticket"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["ticket.id"], name="fk_ticket_link_to_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_link"),
    )
    op.create_index("ix_ticket_link_from_id", "ticket_link", ["from_id"], unique=False)
    op.create_index("ix_ticket_link_to_id", "ticket_link", ["to_id"], unique=False)


def _ticket_item() -> None:
    op.create_table(
        "ticket_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_ticket_item_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_item"),
        sa.UniqueConstraint("ticket_id", "code", name="uq_ticket_item_ticket_id_code"),
    )
    op.create_index("ix_ticket_item_code", "ticket_item", ["code"], unique=False)


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_attachment_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index(
        "ix_attachment_ticket_id", "attachment", ["ticket_id"], unique=False
    )


def _saved_view() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint(
            "username", "kind", "name", name="uq_saved_view_username_kind_name"
        ),
    )


def _approval_round() -> None:
    op.create_table(
        "approval_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sequential", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["attachment.id"], name="fk_approval_round_scan_id_attachment"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name="fk_approval_round_ticket_id_ticket"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approval_round"),
    )
    op.create_index(
        "ix_approval_round_ticket_id", "approval_round", ["ticket_id"], unique=False
    )
    op.create_index(
        "uq_approval_round_open",
        "approval_round",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("outcome is null"),
        postgresql_where=sa.text("outcome is null"),
    )


def _approval_step() -> None:
    op.create_table(
        "approval_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("instead_of", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["approval_round.id"],
            name="fk_approval_step_round_id_approval_round",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_approval_step"),
        sa.UniqueConstraint(
            "round_id", "position", name="uq_approval_step_round_id_position"
        ),
    )


def _substitute() -> None:
    op.create_table(
        "substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("substitute", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_substitute"),
    )
    op.create_index(
        "ix_substitute_substitute", "substitute", ["substitute"], unique=False
    )
    op.create_index("ix_substitute_username", "substitute", ["username"], unique=False)


def _freeze() -> None:
    op.create_table(
        "freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_freeze"),
    )


def _article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("module", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("code", "version", name="uq_article_code_version"),
    )


def _change_template() -> None:
    op.create_table(
        "change_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_by", sa.String(length=64), nullable=False),
        sa.Column("lead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_by", sa.String(length=64), nullable=False),
        sa.Column("customer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_template"),
    )
    op.create_index(
        "uq_change_template_standing",
        "change_template",
        ["name"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
