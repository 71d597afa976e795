"""People: second factors, the duty roster, hand-overs."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0300_people"
down_revision = "20261123_0200_foundation"
branch_labels = None
depends_on = None

TABLES = (
    "second_factor",
    "recovery_code",
    "factor_reset",
)


def upgrade() -> None:
    phone = sa.Column("phone", sa.String(length=32), nullable=False, server_default="")
    op.add_column("person", phone)
    _second_factor()
    _recovery_code()
    _factor_reset()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    with op.batch_alter_table("person") as person:
        person.drop_column("phone")


def _second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret_name", sa.String(length=100), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_second_factor_person_id_person"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_second_factor"),
    )


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_recovery_code_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])


def _factor_reset() -> None:
    op.create_table(
        "factor_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_as", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_factor_reset_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_factor_reset"),
    )
    op.create_index("ix_factor_reset_person_id", "factor_reset", ["person_id"])
