"""disputes: who was first is disputed and ruled upon; a ruling is superseded by the next

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "dispute",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_dispute_lead_id")),
        sa.ForeignKeyConstraint(["first_id"], ["lead.id"], name=op.f("fk_dispute_first_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispute_unit_id")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user.id"], name=op.f("fk_dispute_raised_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index("ix_dispute_lead_id", "dispute", ["lead_id"])
    op.create_index("ix_dispute_first_id", "dispute", ["first_id"])
    op.create_index("ix_dispute_unit_id", "dispute", ["unit_id"])
    op.create_index("ix_dispute_state", "dispute", ["state", "raised_at"])
    op.create_table(
        "ruling",
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.id"], name=op.f("fk_ruling_dispute_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_ruling_decided_by_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["lead.id"], name=op.f("fk_ruling_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
    )
    op.create_index("ix_ruling_dispute_id", "ruling", ["dispute_id"])


def downgrade():
    op.drop_table("ruling")
    op.drop_table("dispute")
