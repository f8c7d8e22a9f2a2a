"""the index of a day says of which deal a span is, so that a unit's figures are read from it alone too

Revision ID: 0046
Revises: 0045
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COLUMNS = [
    "until_on", "from_on", "state", "stage", "unit_id", "direction", "planned_wan", "signed_on", "next_due_on",
    "last_contact_on", "stage_since",
]  # fmt: skip


def upgrade():
    op.drop_index("ix_deal_span_day", "deal_span")
    op.create_index("ix_deal_span_day", "deal_span", [*COLUMNS, "deal_id"])


def downgrade():
    op.drop_index("ix_deal_span_day", "deal_span")
    op.create_index("ix_deal_span_day", "deal_span", COLUMNS)
