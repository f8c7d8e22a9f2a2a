"""approvals: what a project has to have approved, corrections, agents, the catalogue, joint meetings

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "approval_template",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_template")),
        sa.UniqueConstraint("name", name=op.f("uq_approval_template_name")),
    )
    op.create_table(
        "approval_template_item",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("days > 0", name=op.f("ck_approval_template_item_promises_days")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["approval_template.id"],
            name=op.f("fk_approval_template_item_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_approval_template_item_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_template_item")),
        sa.UniqueConstraint("template_id", "name", name=op.f("uq_approval_template_item_template_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "approval_template_after",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_id"],
            ["approval_template_item.id"],
            name=op.f("fk_approval_template_after_after_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["approval_template_item.id"],
            name=op.f("fk_approval_template_after_item_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "after_id", name=op.f("pk_approval_template_after")),
    )
    op.create_index("ix_approval_template_after_after_id", "approval_template_after", ["after_id"])
    op.create_table(
        "joint_meeting",
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["chair_id"], ["user.id"], name=op.f("fk_joint_meeting_chair_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_joint_meeting_created_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_joint_meeting_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_meeting")),
    )
    op.create_index("ix_joint_meeting_held", "joint_meeting", ["held_on"])
    op.create_index("ix_joint_meeting_unit_id", "joint_meeting", ["unit_id"])
    op.create_table(
        "approval",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("plan_on", sa.Date(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("early_reason", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(step = 'done') = (decided_on IS NOT NULL)", name=op.f("ck_approval_done_has_a_day")
        ),
        sa.CheckConstraint(
            "(step = 'not_started') = (accepted_on IS NULL)", name=op.f("ck_approval_begun_has_a_day")
        ),
        sa.CheckConstraint("days > 0", name=op.f("ck_approval_promises_days")),
        sa.CheckConstraint(
            "decided_on IS NULL OR decided_on >= accepted_on", name=op.f("ck_approval_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_approval_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_approval_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_approval_project_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approval_decided", "approval", ["decided_on"])
    op.create_index("ix_approval_step", "approval", ["step", "project_id"])
    op.create_index("ix_approval_unit", "approval", ["unit_id", "step"])
    op.create_table(
        "approval_after",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_id"], ["approval.id"], name=op.f("fk_approval_after_after_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_after_approval_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("approval_id", "after_id", name=op.f("pk_approval_after")),
    )
    op.create_index("ix_approval_after_after_id", "approval_after", ["after_id"])
    op.create_table(
        "approval_agency",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_approval_agency_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["user.id"], name=op.f("fk_approval_agency_agent_id")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_agency_approval_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_agency")),
    )
    op.create_index("ix_approval_agency_agent", "approval_agency", ["agent_id", "to_on"])
    op.create_index("ix_approval_agency_approval_id", "approval_agency", ["approval_id"])
    op.create_index(
        "ix_approval_agency_one_now",
        "approval_agency",
        ["approval_id"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_table(
        "approval_correction",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_approval_correction_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approval.id"],
            name=op.f("fk_approval_correction_approval_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_correction")),
    )
    op.create_index("ix_approval_correction_approval_id", "approval_correction", ["approval_id"])
    op.create_index(
        "ix_approval_correction_one_open",
        "approval_correction",
        ["approval_id"],
        unique=True,
        sqlite_where=sa.text("to_on IS NULL"),
        postgresql_where=sa.text("to_on IS NULL"),
    )
    op.create_table(
        "approval_note",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_approval_note_approval_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_approval_note_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_note")),
    )
    op.create_index("ix_approval_note_approval_id", "approval_note", ["approval_id"])
    op.create_table(
        "joint_ruling",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("days IS NULL OR days > 0", name=op.f("ck_joint_ruling_promises_days")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_joint_ruling_approval_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["joint_meeting.id"], name=op.f("fk_joint_ruling_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_ruling")),
    )
    op.create_index("ix_joint_ruling_approval_id", "joint_ruling", ["approval_id"])
    op.create_index("ix_joint_ruling_meeting_id", "joint_ruling", ["meeting_id"])
    op.create_index("ix_joint_ruling_open", "joint_ruling", ["done_on", "due_on"])


def downgrade():
    op.drop_table("joint_ruling")
    op.drop_table("approval_note")
    op.drop_table("approval_correction")
    op.drop_table("approval_agency")
    op.drop_table("approval_after")
    op.drop_table("approval")
    op.drop_table("joint_meeting")
    op.drop_table("approval_template_after")
    op.drop_table("approval_template_item")
    op.drop_table("approval_template")
