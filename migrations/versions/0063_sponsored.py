"""the index of sponsors leaves out the deals that have none

Revision ID: 0063
Revises: 0062
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

SPONSORED = sa.text("sponsor_id IS NOT NULL")


def upgrade():
    op.drop_index("ix_deal_sponsor_id", "deal")
    op.create_index(
        "ix_deal_sponsor_id", "deal", ["sponsor_id"], sqlite_where=SPONSORED, postgresql_where=SPONSORED
    )


def downgrade():
    op.drop_index("ix_deal_sponsor_id", "deal")
    op.create_index("ix_deal_sponsor_id", "deal", ["sponsor_id"])
