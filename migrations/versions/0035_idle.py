"""idle deals are counted from an index alone

Revision ID: 0035
Revises: 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_deal_idle", "deal", ["state", "stage", "last_contact_at", "stage_since"])


def downgrade():
    op.drop_index("ix_deal_idle", "deal")
