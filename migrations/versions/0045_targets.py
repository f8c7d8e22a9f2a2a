"""targets: a task with its five, and the tree of what it asks of the whole, of units and of people

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

WIDENED = (
    ("paid_in", "ix_paid_in_sums", ["state", "counts_on", "counted_wan"],
     ["state", "counts_on", "counted_wan", "origin"]),
    ("paid_in", "ix_paid_in_unit_counts", ["unit_id", "state", "counts_on", "counted_wan"],
     ["unit_id", "state", "counts_on", "counted_wan", "origin"]),
    ("deal", "ix_deal_signed", ["signed_on", "planned_wan", "unit_id"],
     ["signed_on", "planned_wan", "agreed_wan", "unit_id"]),
    ("contact_log", "ix_contact_log_unit", ["unit_id", "happened_at"],
     ["unit_id", "happened_at", "kind", "leader_led"]),
    ("contact_log", "ix_contact_log_kind", ["kind", "happened_at", "unit_id"], ["kind", "happened_at", "leader_led"]),
)  # fmt: skip
"""Indexes that hold all that a figure reads, so that a year of many rows is added up from the index alone."""


def upgrade():
    op.create_table(
        "work_task",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("focus", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_on > first_on", name=op.f("ck_work_task_ends_after_it_begins")),
        sa.CheckConstraint(
            "state = 'draft' OR (goal <> '' AND focus <> '' AND measures <> '' AND schedule <> ''"
            " AND owner_id IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_work_task_issued_says_the_five"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_work_task_created_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_work_task_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_work_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_task")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_work_task_owner_id", "work_task", ["owner_id"])
    op.create_index("ix_work_task_period", "work_task", ["first_on", "last_on"])
    op.create_index("ix_work_task_unit", "work_task", ["unit_id", "state"])
    op.create_table(
        "target",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("indicator", sa.String(length=64), nullable=False),
        sa.Column("own_indicator_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("stretch", sa.BigInteger(), nullable=True),
        sa.Column("closed_actual", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_target_asks_for_something")),
        sa.CheckConstraint("stretch IS NULL OR stretch >= amount", name=op.f("ck_target_stretch_is_more")),
        sa.CheckConstraint(
            "person_id IS NULL OR parent_id IS NOT NULL", name=op.f("ck_target_a_person_has_a_part")
        ),
        sa.ForeignKeyConstraint(
            ["own_indicator_id"], ["own_indicator.id"], name=op.f("fk_target_own_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["target.id"], name=op.f("fk_target_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_target_person_id")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["work_task.id"], name=op.f("fk_target_task_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "parent_id", "unit_id", "person_id", name=op.f("uq_target_parent_id_unit_id_person_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_target_indicator", "target", ["indicator", "parent_id"])
    op.create_index("ix_target_own_indicator_id", "target", ["own_indicator_id"])
    op.create_index("ix_target_person_id", "target", ["person_id"])
    op.create_index("ix_target_task_id", "target", ["task_id"])
    op.create_index("ix_target_unit", "target", ["unit_id", "person_id"])
    for table, name, _before, now in WIDENED:
        op.drop_index(name, table)
        op.create_index(name, table, now)


def downgrade():
    for table, name, before, _now in WIDENED:
        op.drop_index(name, table)
        op.create_index(name, table, before)
    op.drop_table("target")
    op.drop_table("work_task")
