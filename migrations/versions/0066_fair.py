"""the preferential terms of an agreement, and who reviewed them for fair competition

Revision ID: 0066
Revises: 0065
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("terms", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("reviewed_by", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("reviewed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.alter_column("terms", server_default=None)
        batch_op.alter_column("reviewed_by", server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_agreement_reviewed_by_somebody_on_a_day"), "(reviewed_on IS NULL) = (reviewed_by = '')"
        )


def downgrade():
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_agreement_reviewed_by_somebody_on_a_day"), type_="check")
        batch_op.drop_column("reviewed_on")
        batch_op.drop_column("reviewed_by")
        batch_op.drop_column("terms")
