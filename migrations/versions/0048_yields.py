"""yields: classes of firms, who is pressed and by what law

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "yield_case",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("leaving", sa.String(length=32), nullable=True),
        sa.Column("left_note", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'left') = (left_on IS NOT NULL)", name=op.f("ck_yield_case_left_has_a_day")
        ),
        sa.CheckConstraint("(left_on IS NULL) = (leaving IS NULL)", name=op.f("ck_yield_case_left_says_how")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_yield_case_author_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_yield_case_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_yield_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yield_case")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("yield_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_yield_case_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_yield_case_state", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_yield_case_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "yield_rating",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.Column("land_mu", sa.BigInteger(), nullable=True),
        sa.Column("tax_per_mu", sa.BigInteger(), nullable=True),
        sa.Column("added_per_mu", sa.BigInteger(), nullable=True),
        sa.Column("productivity", sa.BigInteger(), nullable=True),
        sa.Column("added_per_energy", sa.BigInteger(), nullable=True),
        sa.Column("added_per_emission", sa.BigInteger(), nullable=True),
        sa.Column("rd_percent", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_yield_rating_author_id")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_yield_rating_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_yield_rating_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yield_rating")),
        sa.UniqueConstraint("enterprise_id", "year", name=op.f("uq_yield_rating_enterprise_id_year")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("yield_rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_yield_rating_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index("ix_yield_rating_year", ["year", "grade"], unique=False)

    op.create_table(
        "yield_measure",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(length=32), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("legal_basis <> ''", name=op.f("ck_yield_measure_has_a_legal_basis")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_yield_measure_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["yield_case.id"], name=op.f("fk_yield_measure_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yield_measure")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("yield_measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_yield_measure_case_id"), ["case_id"], unique=False)


def downgrade():
    for table in ("yield_measure", "yield_case", "yield_rating"):
        op.drop_table(table)
