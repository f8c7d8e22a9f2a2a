"""prospects: the problem of technology whose solution a target is

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("prospect", schema=None) as batch_op:
        batch_op.add_column(sa.Column("need_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_prospect_need_id"), ["need_id"])
        batch_op.create_foreign_key(batch_op.f("fk_prospect_need_id"), "need", ["need_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_prospect_a_solution_is_research"), "need_id IS NULL OR batch = 'research'"
        )


def downgrade():
    with op.batch_alter_table("prospect", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_prospect_a_solution_is_research"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_prospect_need_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_prospect_need_id"), type_="unique")
        batch_op.drop_column("need_id")
