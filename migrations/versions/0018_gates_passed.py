"""gates passed: a move keeps what its gate still wanted when somebody went on with a reason

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("stage_move", sa.Column("passed", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_stage_move_kind", "stage_move", ["kind", "on_day"])


def downgrade():
    op.drop_index("ix_stage_move_kind", "stage_move")
    with op.batch_alter_table("stage_move", schema=None) as batch_op:
        batch_op.drop_column("passed")
