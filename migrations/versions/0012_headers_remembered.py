"""headers remembered: a list with the same headers as an earlier one of the unit is understood as that one was

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "import_batch", sa.Column("header_key", sa.String(length=32), nullable=False, server_default="")
    )
    op.create_index("ix_import_batch_headers", "import_batch", ["unit_id", "header_key"])


def downgrade():
    op.drop_index("ix_import_batch_headers", "import_batch")
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_column("header_key")
