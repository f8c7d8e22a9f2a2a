"""foreign money: 合同外资 of a deal, the dollars of a sum that arrived from overseas, frozen with its month

Revision ID: 0070
Revises: 0069
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

SIGNED = ["signed_on", "planned_wan", "agreed_wan", "unit_id", "owner_id"]
SOME = "amount_wan > 0 OR (adjusts_id IS NOT NULL AND amount_wan <> 0)"
SOME_OF_EITHER = (
    "amount_wan > 0 OR (adjusts_id IS NOT NULL AND (amount_wan <> 0 OR COALESCE(usd_wan, 0) <> 0))"
)
DOLLARS = sa.text("usd_wan IS NOT NULL")


def upgrade():
    # As SQL, which both engines read alike: with its constraint in one piece the table need not be made anew.
    op.execute(
        "ALTER TABLE deal ADD COLUMN contract_usd_wan BIGINT"
        " CONSTRAINT ck_deal_contract_usd_is_some CHECK (contract_usd_wan IS NULL OR contract_usd_wan > 0)"
    )
    op.drop_index("ix_deal_signed", "deal")
    op.create_index("ix_deal_signed", "deal", [*SIGNED, "contract_usd_wan"])
    op.add_column("return_line", sa.Column("usd_wan", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("paid_in", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("usd_wan", sa.BigInteger(), nullable=True))
        batch_op.drop_constraint(op.f("ck_paid_in_amount_is_some"), type_="check")
        batch_op.create_check_constraint(op.f("ck_paid_in_amount_is_some"), SOME_OF_EITHER)
        batch_op.create_check_constraint(
            op.f("ck_paid_in_usd_is_some"), "usd_wan IS NULL OR usd_wan > 0 OR adjusts_id IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_paid_in_usd_is_from_overseas"), "usd_wan IS NULL OR origin = 'overseas'"
        )
    op.create_index(
        "ix_paid_in_usd", "paid_in", ["state", "counts_on", "usd_wan", "unit_id", "deal_id"],
        sqlite_where=DOLLARS, postgresql_where=DOLLARS,
    )  # fmt: skip


def downgrade():
    # What adjusted dollars alone says nothing without them, and the rule of before knows no such row.
    alone = "SELECT id FROM paid_in WHERE amount_wan = 0"
    op.execute(f"DELETE FROM return_line WHERE paid_in_id IN ({alone})")
    op.execute(f"DELETE FROM paid_in WHERE id IN ({alone})")
    op.drop_index("ix_paid_in_usd", "paid_in")
    with op.batch_alter_table("paid_in", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_paid_in_usd_is_from_overseas"), type_="check")
        batch_op.drop_constraint(op.f("ck_paid_in_usd_is_some"), type_="check")
        batch_op.drop_constraint(op.f("ck_paid_in_amount_is_some"), type_="check")
        batch_op.drop_column("usd_wan")
        batch_op.create_check_constraint(op.f("ck_paid_in_amount_is_some"), SOME)
    op.drop_column("return_line", "usd_wan")
    op.drop_index("ix_deal_signed", "deal")
    op.create_index("ix_deal_signed", "deal", SIGNED)
    op.execute("ALTER TABLE deal DROP COLUMN contract_usd_wan")
