"""what has arrived for somebody's deals is added up from their index alone

Revision ID: 0059
Revises: 0058
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_paid_in_deal", "paid_in")
    op.create_index("ix_paid_in_deal", "paid_in", ["deal_id", "counts_on", "state", "counted_wan"])


def downgrade():
    op.drop_index("ix_paid_in_deal", "paid_in")
    op.create_index("ix_paid_in_deal", "paid_in", ["deal_id", "counts_on"])
