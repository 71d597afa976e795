"""Telling people: the outbox and what became of each notice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261123_0310_notices"
down_revision = "20261123_0300_people"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = (
    "notice",
    "notice_delivery",
    "notice_try",
    "channel_health",
    "notice_preference",
)

SQLITE_GUARDS = tuple(
    f"""CREATE TRIGGER notice_try_no_{event.lower()} BEFORE {event} ON notice_try
        BEGIN SELECT RAISE(ABORT, 'notice_try is insert-only'); END"""
    for event in ("UPDATE", "DELETE")
)

POSTGRESQL_GUARDS = (
    """CREATE TRIGGER notice_try_no_change BEFORE UPDATE OR DELETE ON notice_try
        FOR EACH ROW EXECUTE FUNCTION audit_insert_only()""",
    """CREATE TRIGGER notice_try_no_truncate BEFORE TRUNCATE ON notice_try
        FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()""",
)


def upgrade() -> None:
    _notice()
    _delivery()
    _try()
    _channel_health()
    _preference()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("urgency", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("once", sa.String(length=160), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("routed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("recipient", "once", name="uq_notice_recipient_once"),
    )
    op.create_index("ix_notice_recipient_id", "notice", ["recipient", "id"])
    _partial("ix_notice_unread", "notice", ["recipient", "id"], "read_at IS NULL")
    _partial("ix_notice_unrouted", "notice", ["id"], "routed_at IS NULL")


def _delivery() -> None:
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("urgency", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name="fk_notice_delivery_notice_id_notice"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_delivery"),
        sa.UniqueConstraint(
            "channel", "target", "batch", name="uq_notice_delivery_channel_target_batch"
        ),
    )
    here = "notice_delivery"
    op.create_index("ix_notice_delivery_notice_id", here, ["notice_id"])
    op.create_index("ix_notice_delivery_claim", here, ["claim"])
    op.create_index("ix_notice_delivery_channel_id", here, ["channel", "id"])
    open_ones = "state IN ('waiting', 'sending')"
    _partial("ix_notice_delivery_open", here, ["channel", "due_at"], open_ones)


def _try() -> None:
    op.create_table(
        "notice_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("notices", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_try"),
    )
    here = "notice_try"
    op.create_index("ix_notice_try_claim", here, ["claim"])
    op.create_index("ix_notice_try_channel_id", here, ["channel", "id"])
    op.create_index(
        "ix_notice_try_channel_target_at", here, ["channel", "target", "at"]
    )


def _channel_health() -> None:
    op.create_table(
        "channel_health",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_health"),
    )


def _preference() -> None:
    op.create_table(
        "notice_preference",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("quiet", sa.String(length=16), nullable=False),
        sa.Column("digest_only", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_notice_preference"),
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
