"""a month of the register is found in its own order from an index alone

Revision ID: 0061
Revises: 0060
"""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_paid_in_arrived", "paid_in")
    op.create_index("ix_paid_in_arrived", "paid_in", ["arrived_on", "id", "state", "counts_on"])


def downgrade():
    op.drop_index("ix_paid_in_arrived", "paid_in")
    op.create_index("ix_paid_in_arrived", "paid_in", ["arrived_on", "id"])
