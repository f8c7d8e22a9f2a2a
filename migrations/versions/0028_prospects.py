"""prospects: the three batches of targets

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "prospect",
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("group_kind", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("contact_by", sa.Date(), nullable=False),
        sa.Column("listed_at", sa.DateTime(), nullable=False),
        sa.Column("contacted_on", sa.Date(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("dropped_on", sa.Date(), nullable=True),
        sa.Column("why_dropped", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(dropped_on IS NULL) = (why_dropped = '')", name=op.f("ck_prospect_dropped_with_a_reason")
        ),
        sa.CheckConstraint(
            "batch = 'major_groups' OR group_kind IS NULL", name=op.f("ck_prospect_a_kind_of_group")
        ),
        sa.CheckConstraint(
            "deal_id IS NULL OR dropped_on IS NULL", name=op.f("ck_prospect_converted_or_dropped")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_prospect_deal_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_prospect_enterprise_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_prospect_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_prospect_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prospect")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("prospect", schema=None) as batch_op:
        batch_op.create_index("ix_prospect_batch", ["batch", "contact_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_prospect_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_prospect_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_prospect_owner", ["owner_id", "contact_by"], unique=False)
        batch_op.create_index("ix_prospect_unit", ["unit_id", "contact_by"], unique=False)


def downgrade():
    with op.batch_alter_table("prospect", schema=None) as batch_op:
        batch_op.drop_index("ix_prospect_unit")
        batch_op.drop_index("ix_prospect_owner")
        batch_op.drop_index(batch_op.f("ix_prospect_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_prospect_deal_id"))
        batch_op.drop_index("ix_prospect_batch")

    op.drop_table("prospect")
