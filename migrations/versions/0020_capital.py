"""capital: money that arrived, the months that were closed, and the rows that counted in them

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "monthly_return",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("target_wan", sa.BigInteger(), nullable=True),
        sa.Column("pace_wan", sa.BigInteger(), nullable=True),
        sa.Column("month_wan", sa.BigInteger(), nullable=False),
        sa.Column("year_wan", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("waiting_count", sa.Integer(), nullable=False),
        sa.Column("waiting_wan", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user.id"], name=op.f("fk_monthly_return_closed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_return")),
        sa.UniqueConstraint("month", name=op.f("uq_monthly_return_month")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_monthly_return_year_number")),
    )
    op.create_table(
        "paid_in",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("amount_wan", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("voucher_kind", sa.String(length=32), nullable=False),
        sa.Column("voucher_no", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("adjusts_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("reason_note", sa.Text(), nullable=False),
        sa.Column("share_percent", sa.Integer(), nullable=True),
        sa.Column("counted_wan", sa.BigInteger(), nullable=False),
        sa.Column("monthly_return_id", sa.Integer(), nullable=True),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("declared_at", sa.DateTime(), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'recognised') = (share_percent IS NOT NULL)",
            name=op.f("ck_paid_in_recognised_has_a_share"),
        ),
        sa.CheckConstraint(
            "monthly_return_id IS NULL OR state = 'recognised'", name=op.f("ck_paid_in_closed_is_recognised")
        ),
        sa.CheckConstraint(
            "state <> 'returned' OR reason <> ''", name=op.f("ck_paid_in_returned_has_a_reason")
        ),
        sa.CheckConstraint(
            "state = 'recognised' OR counted_wan = 0", name=op.f("ck_paid_in_only_recognised_counts")
        ),
        sa.CheckConstraint(
            "amount_wan > 0 OR (adjusts_id IS NOT NULL AND amount_wan <> 0)",
            name=op.f("ck_paid_in_amount_is_some"),
        ),
        sa.ForeignKeyConstraint(["adjusts_id"], ["paid_in.id"], name=op.f("fk_paid_in_adjusts_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["user.id"], name=op.f("fk_paid_in_checked_by_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_paid_in_deal_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_paid_in_decided_by_id")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["user.id"], name=op.f("fk_paid_in_declared_by_id")),
        sa.ForeignKeyConstraint(
            ["monthly_return_id"], ["monthly_return.id"], name=op.f("fk_paid_in_monthly_return_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_paid_in_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_in")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("paid_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paid_in_adjusts_id"), ["adjusts_id"], unique=False)
        batch_op.create_index("ix_paid_in_alike", ["amount_wan", "arrived_on"], unique=False)
        batch_op.create_index("ix_paid_in_arrived", ["arrived_on", "id"], unique=False)
        batch_op.create_index("ix_paid_in_counts", ["state", "counts_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paid_in_counts_on"), ["counts_on"], unique=False)
        batch_op.create_index("ix_paid_in_deal", ["deal_id", "counts_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_paid_in_declared_by_id"), ["declared_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paid_in_monthly_return_id"), ["monthly_return_id"], unique=False)
        batch_op.create_index("ix_paid_in_unit_counts", ["unit_id", "state", "counts_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_paid_in_voucher_no"), ["voucher_no"], unique=False)

    op.create_table(
        "return_line",
        sa.Column("monthly_return_id", sa.Integer(), nullable=False),
        sa.Column("paid_in_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("deal_name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("voucher_kind", sa.String(length=32), nullable=False),
        sa.Column("voucher_no", sa.String(length=200), nullable=False),
        sa.Column("amount_wan", sa.BigInteger(), nullable=False),
        sa.Column("share_percent", sa.Integer(), nullable=False),
        sa.Column("counted_wan", sa.BigInteger(), nullable=False),
        sa.Column("is_adjustment", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_return_line_deal_id")),
        sa.ForeignKeyConstraint(
            ["monthly_return_id"], ["monthly_return.id"], name=op.f("fk_return_line_monthly_return_id")
        ),
        sa.ForeignKeyConstraint(["paid_in_id"], ["paid_in.id"], name=op.f("fk_return_line_paid_in_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_return_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_line")),
        sa.UniqueConstraint("paid_in_id", name=op.f("uq_return_line_paid_in_id")),
    )
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_line_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_return_line_monthly_return_id"), ["monthly_return_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_return_line_unit_id"), ["unit_id"], unique=False)


def downgrade():
    with op.batch_alter_table("return_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_line_unit_id"))
        batch_op.drop_index(batch_op.f("ix_return_line_monthly_return_id"))
        batch_op.drop_index(batch_op.f("ix_return_line_deal_id"))

    op.drop_table("return_line")
    with op.batch_alter_table("paid_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paid_in_voucher_no"))
        batch_op.drop_index("ix_paid_in_unit_counts")
        batch_op.drop_index(batch_op.f("ix_paid_in_monthly_return_id"))
        batch_op.drop_index(batch_op.f("ix_paid_in_declared_by_id"))
        batch_op.drop_index("ix_paid_in_deal")
        batch_op.drop_index(batch_op.f("ix_paid_in_counts_on"))
        batch_op.drop_index("ix_paid_in_counts")
        batch_op.drop_index("ix_paid_in_arrived")
        batch_op.drop_index("ix_paid_in_alike")
        batch_op.drop_index(batch_op.f("ix_paid_in_adjusts_id"))

    op.drop_table("paid_in")
    op.drop_table("monthly_return")
