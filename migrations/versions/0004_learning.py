"""learning: the evidence that a pair was decided on, and which weights are in force

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    # No batch: building the table anew would lose that its numbers are given only once (0002).
    op.add_column("suspect", sa.Column("levels", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_suspect_decided", "suspect", ["decided_at"], unique=False)
    op.create_table(
        "weights_adoption",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("again_id", sa.Integer(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(), nullable=False),
        sa.Column("adopted_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adopted_by_id"], ["user.id"], name=op.f("fk_weights_adoption_adopted_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["again_id"], ["weights_adoption.id"], name=op.f("fk_weights_adoption_again_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weights_adoption")),
    )
    with op.batch_alter_table("weights_adoption", schema=None) as batch_op:
        batch_op.create_index("ix_weights_adoption_noun", ["noun", "id"], unique=False)


def downgrade():
    op.drop_table("weights_adoption")
    op.drop_index("ix_suspect_decided", table_name="suspect")
    op.drop_column("suspect", "levels")
