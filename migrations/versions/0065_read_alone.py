"""what a deal received, and what waits to be judged, is read from an index alone

Revision ID: 0065
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

OF_A_DEAL = ["deal_id", "counts_on", "state", "counted_wan"]
OPEN = ["state", "counts_on", "counted_wan", "amount_wan", "id"]
IN_NONE, IN_ONE = sa.text("monthly_return_id IS NULL"), sa.text("monthly_return_id IS NOT NULL")


def made_anew(of_a_deal, open_, returned):
    for name, columns, where in (
        ("ix_paid_in_deal", of_a_deal, None),
        ("ix_paid_in_open", open_, IN_NONE),
        ("ix_paid_in_monthly_return_id", ["monthly_return_id"], returned),
    ):
        op.drop_index(name, "paid_in")
        op.create_index(name, "paid_in", columns, sqlite_where=where, postgresql_where=where)


def upgrade():
    made_anew(
        [*OF_A_DEAL, "arrived_on", "amount_wan"], [*OPEN, "unit_id", "declared_by_id", "declared_at"], IN_ONE
    )


def downgrade():
    made_anew(OF_A_DEAL, OPEN, None)
