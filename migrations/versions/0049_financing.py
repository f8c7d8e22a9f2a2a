"""financing: higher-level funds, applied for and got

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "upper_grant",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("giver", sa.String(length=32), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("applied_wan", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("got_wan", sa.BigInteger(), nullable=True),
        sa.Column("counts_as_arrived", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("paid_in_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'applied') = (told_on IS NULL)", name=op.f("ck_upper_grant_answered_has_a_day")
        ),
        sa.CheckConstraint(
            "(state = 'got') = (got_wan IS NOT NULL)", name=op.f("ck_upper_grant_got_says_how_much")
        ),
        sa.CheckConstraint(
            "NOT counts_as_arrived OR (state = 'got' AND basis <> '')",
            name=op.f("ck_upper_grant_counts_by_its_basis"),
        ),
        sa.CheckConstraint(
            "(deal_id IS NULL) <> (project_id IS NULL)", name=op.f("ck_upper_grant_of_one_record")
        ),
        sa.CheckConstraint("applied_wan > 0", name=op.f("ck_upper_grant_applies_for_something")),
        sa.CheckConstraint(
            "paid_in_id IS NULL OR counts_as_arrived", name=op.f("ck_upper_grant_declared_only_if_it_counts")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_upper_grant_author_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_upper_grant_deal_id")),
        sa.ForeignKeyConstraint(["paid_in_id"], ["paid_in.id"], name=op.f("fk_upper_grant_paid_in_id")),
        sa.ForeignKeyConstraint(["project_id"], ["key_project.id"], name=op.f("fk_upper_grant_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_upper_grant_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upper_grant")),
        sa.UniqueConstraint("paid_in_id", name=op.f("uq_upper_grant_paid_in_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("upper_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upper_grant_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upper_grant_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_upper_grant_state", ["state", "applied_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_upper_grant_unit_id"), ["unit_id"], unique=False)


def downgrade():
    op.drop_table("upper_grant")
