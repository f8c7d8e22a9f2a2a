"""transfers: a deal is offered to another unit, which takes it or not, and the credit is split

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "transfer",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("from_unit_id <> to_unit_id", name=op.f("ck_transfer_to_another_unit")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_transfer_has_a_reason")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_transfer_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_transfer_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_transfer_from_unit_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_transfer_proposed_by_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_transfer_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_deal_id", "transfer", ["deal_id"])
    op.create_index("ix_transfer_to", "transfer", ["to_unit_id", "state"])
    op.create_index("ix_transfer_from", "transfer", ["from_unit_id", "state"])
    op.create_table(
        "transfer_share",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_transfer_share_percent")),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfer.id"], name=op.f("fk_transfer_share_transfer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_transfer_share_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_share")),
        sa.UniqueConstraint("transfer_id", "unit_id", name=op.f("uq_transfer_share_transfer_id_unit_id")),
    )


def downgrade():
    op.drop_table("transfer_share")
    op.drop_table("transfer")
