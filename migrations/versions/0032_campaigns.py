"""campaigns: a hundred days with four batches

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "campaign",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 400", name=op.f("ck_campaign_lasts_some_days")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_campaign_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_from_on"), ["from_on"], unique=False)

    op.create_table(
        "campaign_entry",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("goal", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(project_id IS NULL) = (goal IS NULL)", name=op.f("ck_campaign_entry_a_goal_for_a_project")
        ),
        sa.CheckConstraint(
            "project_id IS NOT NULL OR name <> ''", name=op.f("ck_campaign_entry_a_project_or_a_name")
        ),
        sa.CheckConstraint(
            "project_id IS NULL OR done_on IS NULL", name=op.f("ck_campaign_entry_a_project_says_itself")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_entry_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_campaign_entry_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_campaign_entry_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_entry")),
        sa.UniqueConstraint(
            "campaign_id", "project_id", "goal", name=op.f("uq_campaign_entry_campaign_id_project_id_goal")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("campaign_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_entry_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_entry_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaign_entry_unit_id"), ["unit_id"], unique=False)


def downgrade():
    with op.batch_alter_table("campaign_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_entry_unit_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_entry_project_id"))
        batch_op.drop_index(batch_op.f("ix_campaign_entry_campaign_id"))

    op.drop_table("campaign_entry")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_from_on"))

    op.drop_table("campaign")
