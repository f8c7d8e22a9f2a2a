"""where the tile of a piece of land lies on the district's map

Revision ID: 0069
Revises: 0068
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("map_cell", sa.String(length=3), nullable=False, server_default=""))
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.alter_column("map_cell", server_default=None)


def downgrade():
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("map_cell")
