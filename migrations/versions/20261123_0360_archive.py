"""The archive takes uploads, has shelves and labels, and is searched by its words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261123_0360_archive"
down_revision = "20261123_0350_responses"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
COLUMNS = (
    ("category", 16, "other"),
    ("label", 16, "internal"),
    ("keywords", 400, ""),
    ("note", 400, ""),
    ("file_name", 255, ""),
    ("media_type", 100, ""),
)

SQLITE = (
    """CREATE VIRTUAL TABLE document_fts USING fts5(
        grams, content='document_text', content_rowid='document_id',
        tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER document_text_added AFTER INSERT ON document_text BEGIN
        INSERT INTO document_fts(rowid, grams)
            VALUES (new.document_id, new.grams); END""",
    """CREATE TRIGGER document_text_changed AFTER UPDATE OF grams ON document_text BEGIN
        INSERT INTO document_fts(document_fts, rowid, grams)
            VALUES ('delete', old.document_id, old.grams);
        INSERT INTO document_fts(rowid, grams)
            VALUES (new.document_id, new.grams); END""",
    """CREATE TRIGGER document_text_removed AFTER DELETE ON document_text BEGIN
        INSERT INTO document_fts(document_fts, rowid, grams)
            VALUES ('delete', old.document_id, old.grams); END""",
)

POSTGRESQL = (
    """CREATE TABLE document_fts (
        id integer PRIMARY KEY REFERENCES document_text(document_id) ON DELETE CASCADE,
        vector tsvector NOT NULL,
        joints integer[] NOT NULL DEFAULT '{}')""",
    "CREATE INDEX ix_document_fts_vector ON document_fts USING gin (vector)",
    "CREATE INDEX ix_document_fts_joints ON document_fts USING gin (joints)",
    """CREATE FUNCTION document_text_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO document_fts(id, vector)
                VALUES (new.document_id, to_tsvector('simple', new.grams))
                ON CONFLICT (id) DO UPDATE SET vector = excluded.vector;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER document_text_kept AFTER INSERT OR UPDATE OF grams ON document_text
        FOR EACH ROW EXECUTE FUNCTION document_text_indexed()""",
)

SQLITE_GUARDS = tuple(
    f"""CREATE TRIGGER archive_check_no_{event.lower()} BEFORE {event} ON archive_check
        BEGIN SELECT RAISE(ABORT, 'archive_check is insert-only'); END"""
    for event in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARDS = (
    """CREATE TRIGGER archive_check_no_change BEFORE UPDATE OR DELETE ON archive_check
        FOR EACH ROW EXECUTE FUNCTION audit_insert_only()""",
    """CREATE TRIGGER archive_check_no_truncate BEFORE TRUNCATE ON archive_check
        FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()""",
)


def upgrade() -> None:
    for name, length, default in COLUMNS:
        op.add_column(
            "document",
            sa.Column(name, sa.String(length), nullable=False, server_default=default),
        )
    op.add_column("document", sa.Column("keep_until", sa.Date(), nullable=True))
    op.add_column(
        "document", sa.Column("size", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index("ix_document_category", "document", ["category"], unique=False)
    op.create_table(
        "document_text",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reading", sa.String(length=16), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_document_text_document_id_document",
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_text"),
    )
    _check()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)
    for statement in POSTGRESQL_GUARDS if postgresql else SQLITE_GUARDS:
        op.execute(statement)


def _check() -> None:
    op.create_table(
        "archive_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("strays", sa.Integer(), nullable=False),
        sa.Column("told", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_archive_check"),
    )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_table("archive_check")
    op.execute("DROP TABLE document_fts")
    op.drop_table("document_text")
    if postgresql:
        op.execute("DROP FUNCTION document_text_indexed()")
    op.drop_index("ix_document_category", "document")
    for name in ("size", "keep_until", *(name for name, _, _ in reversed(COLUMNS))):
        op.drop_column("document", name)
