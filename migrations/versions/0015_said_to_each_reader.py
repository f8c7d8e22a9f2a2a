"""said to each reader: what a check or a run says of a row is kept as what it was made of

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("import_row", sa.Column("said", sa.JSON(), nullable=False, server_default="[]"))


def downgrade():
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_column("said")
