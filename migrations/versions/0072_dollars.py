"""the dollars of a closed month are added up from the index that its other sums are read from

Revision ID: 0072
Revises: 0071
"""

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

SUMS = [
    "monthly_return_id", "unit_id", "origin", "counted_wan", "counts_on", "arrived_on", "is_adjustment", "unit_name",
]  # fmt: skip


def upgrade():
    op.drop_index("ix_return_line_sums", "return_line")
    op.create_index("ix_return_line_sums", "return_line", [*SUMS, "usd_wan"])


def downgrade():
    op.drop_index("ix_return_line_sums", "return_line")
    op.create_index("ix_return_line_sums", "return_line", SUMS)
