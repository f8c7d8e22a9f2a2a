"""entry: an exception names the decision that it overrules

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# Until now the days were compared, and of one day the exception stood above the decision.
OVERRULED = """
UPDATE entry_exception SET overrules_id = (
    SELECT max(entry_review.id) FROM entry_review
    WHERE entry_review.deal_id = entry_exception.deal_id AND entry_review.decided_on <= entry_exception.on_day
)
"""


def upgrade():
    with op.batch_alter_table("entry_exception", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overrules_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_entry_exception_overrules_id"),
            "entry_review",
            ["overrules_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.execute(OVERRULED)


def downgrade():
    with op.batch_alter_table("entry_exception", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_entry_exception_overrules_id"), type_="foreignkey")
        batch_op.drop_column("overrules_id")
