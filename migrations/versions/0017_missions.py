"""missions: who goes where to see whom, and what comes of each visit

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "mission",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("results_by", sa.Date(), nullable=False),
        sa.Column("region_codes", sa.JSON(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("others", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("why_cancelled", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR cancelled_on IS NULL", name=op.f("ck_mission_closed_or_cancelled")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_mission_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_mission_leader_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_mission_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_mission_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission")),
    )
    with op.batch_alter_table("mission", schema=None) as batch_op:
        batch_op.create_index("ix_mission_leader", ["leader_id", "starts_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_mission_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mission_results_by"), ["results_by"], unique=False)
        batch_op.create_index("ix_mission_starts", ["starts_on"], unique=False)
        batch_op.create_index("ix_mission_unit", ["unit_id", "starts_on"], unique=False)

    op.create_table(
        "mission_member",
        sa.Column("mission_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mission_id"], ["mission.id"], name=op.f("fk_mission_member_mission_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_mission_member_user_id")),
        sa.PrimaryKeyConstraint("mission_id", "user_id", name=op.f("pk_mission_member")),
    )
    with op.batch_alter_table("mission_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mission_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "mission_stop",
        sa.Column("mission_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("contact_log_id", sa.Integer(), nullable=True),
        sa.Column("follow_user_id", sa.Integer(), nullable=True),
        sa.Column("follow_step", sa.String(length=200), nullable=False),
        sa.Column("follow_due_on", sa.Date(), nullable=True),
        sa.Column("follow_done_on", sa.Date(), nullable=True),
        sa.Column("follow_said", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (told_on IS NULL)", name=op.f("ck_mission_stop_a_result_has_a_day")
        ),
        sa.CheckConstraint(
            "enterprise_id IS NOT NULL OR lead_id IS NOT NULL", name=op.f("ck_mission_stop_somebody_is_seen")
        ),
        sa.CheckConstraint(
            "follow_user_id IS NULL OR follow_due_on IS NOT NULL",
            name=op.f("ck_mission_stop_a_follow_up_has_a_day"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_log_id"], ["contact_log.id"], name=op.f("fk_mission_stop_contact_log_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_mission_stop_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["follow_user_id"], ["user.id"], name=op.f("fk_mission_stop_follow_user_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_mission_stop_lead_id")),
        sa.ForeignKeyConstraint(["mission_id"], ["mission.id"], name=op.f("fk_mission_stop_mission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_stop")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mission_stop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mission_stop_contact_log_id"), ["contact_log_id"], unique=False)
        batch_op.create_index("ix_mission_stop_enterprise", ["enterprise_id"], unique=False)
        batch_op.create_index(
            "ix_mission_stop_follow", ["follow_user_id", "follow_done_on", "follow_due_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_mission_stop_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index("ix_mission_stop_mission", ["mission_id", "position"], unique=False)


def downgrade():
    with op.batch_alter_table("mission_stop", schema=None) as batch_op:
        batch_op.drop_index("ix_mission_stop_mission")
        batch_op.drop_index(batch_op.f("ix_mission_stop_lead_id"))
        batch_op.drop_index("ix_mission_stop_follow")
        batch_op.drop_index("ix_mission_stop_enterprise")
        batch_op.drop_index(batch_op.f("ix_mission_stop_contact_log_id"))

    op.drop_table("mission_stop")
    with op.batch_alter_table("mission_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mission_member_user_id"))

    op.drop_table("mission_member")
    with op.batch_alter_table("mission", schema=None) as batch_op:
        batch_op.drop_index("ix_mission_unit")
        batch_op.drop_index("ix_mission_starts")
        batch_op.drop_index(batch_op.f("ix_mission_results_by"))
        batch_op.drop_index(batch_op.f("ix_mission_owner_id"))
        batch_op.drop_index("ix_mission_leader")

    op.drop_table("mission")
