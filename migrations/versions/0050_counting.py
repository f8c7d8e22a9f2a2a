"""where a deal came into a stage, and what a log is about besides the firm, are read from an index alone

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

BEGINS = sa.text("stage_since = from_on")


def upgrade():
    op.create_index(
        "ix_deal_span_stay",
        "deal_span",
        ["from_on", "deal_id", "stage", "stage_since", "unit_id", "direction", "planned_wan"],
        sqlite_where=BEGINS,
        postgresql_where=BEGINS,
    )
    op.drop_index("ix_contact_log_enterprise", "contact_log")
    op.create_index(
        "ix_contact_log_enterprise", "contact_log", ["enterprise_id", "happened_at", "deal_id", "lead_id"]
    )


def downgrade():
    op.drop_index("ix_contact_log_enterprise", "contact_log")
    op.create_index("ix_contact_log_enterprise", "contact_log", ["enterprise_id", "happened_at"])
    op.drop_index("ix_deal_span_stay", "deal_span")
