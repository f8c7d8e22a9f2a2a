"""the tables of a monthly return are added up from an index alone

Revision ID: 0062
Revises: 0061
"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

COLUMNS = ["monthly_return_id", "unit_id", "origin", "counted_wan", "counts_on", "arrived_on", "is_adjustment",
           "unit_name"]  # fmt: skip


def upgrade():
    op.create_index("ix_return_line_sums", "return_line", COLUMNS)
    op.drop_index("ix_return_line_monthly_return_id", "return_line")


def downgrade():
    op.create_index("ix_return_line_monthly_return_id", "return_line", ["monthly_return_id"])
    op.drop_index("ix_return_line_sums", "return_line")
