"""The configuration library: items, relations, revisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261123_0320_assets"
down_revision = "20261123_0310_notices"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")

TABLES = (
    "item_series",
    "item",
    "item_relation",
    "item_revision",
    "baseline",
    "configuration_audit",
    "configuration_audit_row",
    "drift",
    "reconciliation",
)
INSERT_ONLY = ("item_revision", "baseline")

SQLITE_GUARDS = tuple(
    f"""CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"""
    for table in INSERT_ONLY
    for event in ("UPDATE", "DELETE")
)

POSTGRESQL_GUARDS = (
    """CREATE FUNCTION assets_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$""",
    *(
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION assets_insert_only()"""
        for table in INSERT_ONLY
    ),
    *(
        f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION assets_insert_only()"""
        for table in INSERT_ONLY
    ),
)


def upgrade() -> None:
    _item_series()
    _item()
    _item_relation()
    _item_revision()
    _baseline()
    _configuration_audit()
    _configuration_audit_row()
    _drift()
    _reconciliation()
    _guard()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION assets_insert_only()")


def _guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(statement)


def _item_series() -> None:
    op.create_table(
        "item_series",
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="pk_item_series"),
    )


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("server", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("code", name="uq_item_code"),
    )
    op.create_index("ix_item_address", "item", ["address"], unique=False)
    op.create_index("ix_item_name", "item", ["name"], unique=False)
    op.create_index("ix_item_server", "item", ["server"], unique=False)
    op.create_index("ix_item_state_code", "item", ["state", "code"], unique=False)
    op.create_index("ix_item_type_code", "item", ["type", "code"], unique=False)


def _item_relation() -> None:
    op.create_table(
        "item_relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_id"], ["item.id"], name="fk_item_relation_from_id_item"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["item.id"], name="fk_item_relation_to_id_item"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_item_relation"),
    )
    op.create_index(
        "ix_item_relation_from_id", "item_relation", ["from_id"], unique=False
    )
    op.create_index("ix_item_relation_to_id", "item_relation", ["to_id"], unique=False)
    op.create_index(
        "uq_item_relation_open",
        "item_relation",
        ["from_id", "to_id", "kind"],
        unique=True,
        sqlite_where=sa.text("until is null"),
        postgresql_where=sa.text("until is null"),
    )


def _item_revision() -> None:
    op.create_table(
        "item_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name="fk_item_revision_item_id_item"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_item_revision"),
        sa.UniqueConstraint(
            "item_id", "number", name="uq_item_revision_item_id_number"
        ),
    )
    op.create_index("ix_item_revision_at", "item_revision", ["at"], unique=False)
    op.create_index(
        "ix_item_revision_reference", "item_revision", ["reference"], unique=False
    )


def _baseline() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_baseline"),
        sa.UniqueConstraint("name", name="uq_baseline_name"),
    )


def _configuration_audit() -> None:
    op.create_table(
        "configuration_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["baseline.id"],
            name="fk_configuration_audit_baseline_id_baseline",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_configuration_audit"),
        sa.UniqueConstraint("name", name="uq_configuration_audit_name"),
    )


def _configuration_audit_row() -> None:
    op.create_table(
        "configuration_audit_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["configuration_audit.id"],
            name="fk_configuration_audit_row_audit_id_configuration_audit",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_configuration_audit_row"),
        sa.UniqueConstraint(
            "audit_id", "code", name="uq_configuration_audit_row_audit_id_code"
        ),
    )


def _drift() -> None:
    op.create_table(
        "drift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("found", JSON, nullable=False),
        sa.Column("round", sa.String(length=24), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_drift_item_id_item"),
        sa.PrimaryKeyConstraint("id", name="pk_drift"),
    )
    op.create_index("ix_drift_item_id", "drift", ["item_id"], unique=False)
    op.create_index("ix_drift_state_id", "drift", ["state", "id"], unique=False)
    op.create_index(
        "uq_drift_open",
        "drift",
        ["item_id", "field"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _reconciliation() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation"),
    )
