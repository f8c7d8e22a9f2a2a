"""What the core makes of each record's words stands beside them, so that a question need not make it again.

The column is filled by the application as records are saved, and for all of them by the rebuild that it begins by
itself after an upgrade (`flask dedup reindex`); until then they are taken apart at each question, as before.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("dedup_entry", sa.Column("parsed", sa.LargeBinary(), nullable=True))


def downgrade():
    with op.batch_alter_table("dedup_entry", schema=None) as batch_op:
        batch_op.drop_column("parsed")
