"""a key project keeps the plan of the reserve that it grew out of

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

PLAN = "fk_key_project_reserve_item_id"
ONCE = "uq_key_project_reserve_item_id"


def upgrade():
    with op.batch_alter_table("key_project") as table:
        table.add_column(sa.Column("reserve_item_id", sa.Integer(), nullable=True))
        table.create_foreign_key(PLAN, "reserve_item", ["reserve_item_id"], ["id"])
        table.create_unique_constraint(ONCE, ["reserve_item_id"])


def downgrade():
    op.execute("UPDATE reserve_item SET state = 'planned', promoted_on = NULL WHERE state = 'listed'")
    with op.batch_alter_table("key_project") as table:
        table.drop_constraint(ONCE, type_="unique")
        table.drop_constraint(PLAN, type_="foreignkey")
        table.drop_column("reserve_item_id")
