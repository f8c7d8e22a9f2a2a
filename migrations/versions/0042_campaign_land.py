"""campaign land: an entry of a campaign may be land that is cleared

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("campaign_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clearance_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_campaign_entry_clearance_id"), ["clearance_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_campaign_entry_clearance_id"),
            "clearance",
            ["clearance_id"],
            ["id"],
            ondelete="CASCADE",
        )


def downgrade():
    with op.batch_alter_table("campaign_entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_campaign_entry_clearance_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_campaign_entry_clearance_id"))
        batch_op.drop_column("clearance_id")
