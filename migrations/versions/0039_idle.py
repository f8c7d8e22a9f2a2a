"""idle and overdue deals are counted from an index alone

Revision ID: 0039
Revises: 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        "ix_deal_idle", "deal", ["state", "stage", "last_contact_at", "stage_since", "next_due_on"]
    )


def downgrade():
    op.drop_index("ix_deal_idle", "deal")
