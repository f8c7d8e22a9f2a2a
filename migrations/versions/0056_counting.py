"""what is counted of deals and money is read from indexes alone

Revision ID: 0056
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

NEW = (
    ("ix_deal_span_stay", "deal_span",
     ["from_on", "deal_id", "stage", "stage_since", "unit_id", "direction", "planned_wan"], "stage_since = from_on"),
    ("ix_deal_span_owner", "deal_span", ["owner_id", "until_on"], ""),
    ("ix_paid_in_open", "paid_in", ["state", "counts_on", "counted_wan", "amount_wan", "id"],
     "monthly_return_id IS NULL"),
)  # fmt: skip
SUMS = ["state", "counts_on", "arrived_on", "counted_wan", "amount_wan", "origin", "id"]


def upgrade():
    for name, table, columns, where in NEW:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, table, columns, **only)
    op.drop_index("ix_paid_in_counts", "paid_in")
    op.drop_index("ix_paid_in_sums", "paid_in")
    op.create_index("ix_paid_in_sums", "paid_in", SUMS)


def downgrade():
    op.drop_index("ix_paid_in_sums", "paid_in")
    op.create_index("ix_paid_in_sums", "paid_in", ["state", "counts_on", "counted_wan", "origin"])
    op.create_index("ix_paid_in_counts", "paid_in", ["state", "counts_on", "id"])
    for name, table, _columns, _where in NEW:
        op.drop_index(name, table)
