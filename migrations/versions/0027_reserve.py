"""reserve: what units plan, once each

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reserve_item",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("planned_wan", sa.BigInteger(), nullable=True),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("in_city", sa.Boolean(), nullable=False),
        sa.Column("city_registered_on", sa.Date(), nullable=True),
        sa.Column("city_number", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("drop_reason", sa.Text(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("promoted_on", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "deal_id IS NULL OR state = 'promoted'", name=op.f("ck_reserve_item_linked_is_promoted")
        ),
        sa.CheckConstraint(
            "in_city OR (city_registered_on IS NULL AND city_number = '')",
            name=op.f("ck_reserve_item_city_data_of_what_is_in_it"),
        ),
        sa.CheckConstraint(
            "state <> 'dropped' OR drop_reason <> ''", name=op.f("ck_reserve_item_dropped_has_a_reason")
        ),
        sa.CheckConstraint(
            "planned_wan IS NULL OR planned_wan >= 0", name=op.f("ck_reserve_item_planned_not_negative")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_reserve_item_created_by_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_reserve_item_deal_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reserve_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_item")),
        sa.UniqueConstraint("name_key", name=op.f("uq_reserve_item_name_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reserve_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reserve_item_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index("ix_reserve_item_unit", ["unit_id", "year", "state"], unique=False)
        batch_op.create_index("ix_reserve_item_year", ["year", "state", "in_city"], unique=False)


def downgrade():
    with op.batch_alter_table("reserve_item", schema=None) as batch_op:
        batch_op.drop_index("ix_reserve_item_year")
        batch_op.drop_index("ix_reserve_item_unit")
        batch_op.drop_index(batch_op.f("ix_reserve_item_deal_id"))

    op.drop_table("reserve_item")
