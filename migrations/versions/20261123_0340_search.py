"""Full-text search in Chinese and English."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0340_search"
down_revision = "20261123_0330_tickets"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE search_fts USING fts5(
        grams, content='searchable', content_rowid='id',
        tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER searchable_added AFTER INSERT ON searchable BEGIN
        INSERT INTO search_fts(rowid, grams) VALUES (new.id, new.grams); END""",
    """CREATE TRIGGER searchable_changed AFTER UPDATE OF grams ON searchable BEGIN
        INSERT INTO search_fts(search_fts, rowid, grams)
            VALUES ('delete', old.id, old.grams);
        INSERT INTO search_fts(rowid, grams) VALUES (new.id, new.grams); END""",
    """CREATE TRIGGER searchable_removed AFTER DELETE ON searchable BEGIN
        INSERT INTO search_fts(search_fts, rowid, grams)
            VALUES ('delete', old.id, old.grams); END""",
)

POSTGRESQL = (
    """CREATE TABLE search_fts (
        id integer PRIMARY KEY REFERENCES searchable(id) ON DELETE CASCADE,
        vector tsvector NOT NULL)""",
    "CREATE INDEX ix_search_fts_vector ON search_fts USING gin (vector)",
    """CREATE FUNCTION searchable_indexed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO search_fts(id, vector)
                VALUES (new.id, to_tsvector('simple', new.grams))
                ON CONFLICT (id) DO UPDATE SET vector = excluded.vector;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER searchable_kept AFTER INSERT OR UPDATE OF grams ON searchable
        FOR EACH ROW EXECUTE FUNCTION searchable_indexed()""",
)


def upgrade() -> None:
    op.create_table(
        "searchable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("grams", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searchable"),
        sa.UniqueConstraint("source", "key", name="uq_searchable_source_key"),
    )
    op.create_index("ix_searchable_ref", "searchable", ["ref"], unique=False)
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TABLE search_fts")
    op.drop_table("searchable")
    if postgresql:
        op.execute("DROP FUNCTION searchable_indexed()")
