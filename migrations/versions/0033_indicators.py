"""indicators: typed statistics, and indexes that hold all that a sum reads

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "own_indicator",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("by_unit", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_own_indicator_created_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_own_indicator_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_indicator")),
        sa.UniqueConstraint("name", name=op.f("uq_own_indicator_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_indicator_unit_id", "own_indicator", ["unit_id"])
    op.create_table(
        "typed_value",
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("own_indicator_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("typed_by_id", sa.Integer(), nullable=True),
        sa.Column("typed_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on > first_on", name=op.f("ck_typed_value_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["own_indicator_id"], ["own_indicator.id"], name=op.f("fk_typed_value_own_indicator_id")
        ),
        sa.ForeignKeyConstraint(["typed_by_id"], ["user.id"], name=op.f("fk_typed_value_typed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_typed_value_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_value")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_typed_value_indicator", "typed_value", ["indicator", "first_on", "last_on"])
    op.create_index("ix_typed_value_own_indicator_id", "typed_value", ["own_indicator_id"])
    op.create_index("ix_typed_value_unit_id", "typed_value", ["unit_id"])
    op.create_index("ix_paid_in_sums", "paid_in", ["state", "counts_on", "counted_wan"])
    op.drop_index("ix_paid_in_unit_counts", "paid_in")
    op.create_index("ix_paid_in_unit_counts", "paid_in", ["unit_id", "state", "counts_on", "counted_wan"])
    op.create_index("ix_deal_signed", "deal", ["signed_on", "planned_wan", "unit_id"])
    op.drop_index("ix_deal_signed_on", "deal")
    op.create_index("ix_event_noun", "event", ["noun", "at"])
    op.create_index("ix_contact_log_kind", "contact_log", ["kind", "happened_at", "unit_id"])


def downgrade():
    op.drop_index("ix_contact_log_kind", "contact_log")
    op.drop_index("ix_event_noun", "event")
    op.create_index("ix_deal_signed_on", "deal", ["signed_on"])
    op.drop_index("ix_deal_signed", "deal")
    op.drop_index("ix_paid_in_unit_counts", "paid_in")
    op.create_index("ix_paid_in_unit_counts", "paid_in", ["unit_id", "state", "counts_on"])
    op.drop_index("ix_paid_in_sums", "paid_in")
    op.drop_table("typed_value")
    op.drop_table("own_indicator")
