"""key projects: who drives them, timetables, lists, visits, weekly progress

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "project_list",
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_project_list_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_list")),
        sa.UniqueConstraint("kind", "year", name=op.f("uq_project_list_kind_year")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "amendment",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_amendment_actor_id")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["project_list.id"], name=op.f("fk_amendment_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_amendment_list_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "key_project",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("is_productive", sa.Boolean(), nullable=False),
        sa.Column("planned_wan", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("task_force", sa.String(length=200), nullable=False),
        sa.Column("task_force_members", sa.Text(), nullable=False),
        sa.Column("owner_body", sa.String(length=200), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("entered_unit_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "is_productive OR status IN ('not_started', 'building', 'completed')",
            name=op.f("ck_key_project_produces_or_ends_built"),
        ),
        sa.CheckConstraint(
            "planned_wan IS NULL OR planned_wan >= 0", name=op.f("ck_key_project_planned_not_negative")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_key_project_deal_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_key_project_entered_by_id")),
        sa.ForeignKeyConstraint(
            ["entered_unit_id"], ["unit.id"], name=op.f("fk_key_project_entered_unit_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_key_project_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_project")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("key_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_key_project_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_key_project_entered_unit_id"), ["entered_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_key_project_name"), ["name"], unique=False)
        batch_op.create_index("ix_key_project_status", ["status", "status_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_key_project_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "amendment_change",
        sa.Column("amendment_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("before_wan", sa.BigInteger(), nullable=True),
        sa.Column("after_wan", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"],
            ["amendment.id"],
            name=op.f("fk_amendment_change_amendment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["key_project.id"],
            name=op.f("fk_amendment_change_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("amendment_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_change_amendment_id"), ["amendment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_amendment_change_project_id"), ["project_id"], unique=False)

    op.create_table(
        "list_entry",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("planned_wan", sa.BigInteger(), nullable=False),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["project_list.id"], name=op.f("fk_list_entry_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_list_entry_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint("list_id", "project_id", name=op.f("uq_list_entry_list_id_project_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_list_entry_project_id"), ["project_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("plan_on", sa.Date(), nullable=True),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_milestone_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index("ix_milestone_open", ["actual_on", "plan_on"], unique=False)
        batch_op.create_index("ix_milestone_plan", ["kind", "plan_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_milestone_project_id"), ["project_id"], unique=False)

    op.create_table(
        "progress_entry",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("done_wan", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_progress_entry_author_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_progress_entry_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_entry")),
        sa.UniqueConstraint("project_id", "week_on", name=op.f("uq_progress_entry_project_id_week_on")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("progress_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_progress_entry_week_on"), ["week_on"], unique=False)

    op.create_table(
        "project_move",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("from_status", sa.String(length=32), nullable=True),
        sa.Column("to_status", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_project_move_actor_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_project_move_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_move")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("project_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_move_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_project_move_status", ["to_status", "on_day"], unique=False)

    op.create_table(
        "project_year",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("build_kind", sa.String(length=32), nullable=False),
        sa.Column("planned_wan", sa.BigInteger(), nullable=False),
        sa.Column("done_wan", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "planned_wan >= 0 AND done_wan >= 0", name=op.f("ck_project_year_amounts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_project_year_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_year")),
        sa.UniqueConstraint("project_id", "year", name=op.f("uq_project_year_project_id_year")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("project_year", schema=None) as batch_op:
        batch_op.create_index("ix_project_year_kind", ["year", "build_kind"], unique=False)

    op.create_table(
        "site_visit",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("present", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_site_visit_author_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_site_visit_leader_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_site_visit_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_visit")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("site_visit", schema=None) as batch_op:
        batch_op.create_index("ix_site_visit_leader", ["leader_id", "on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_visit_project_id"), ["project_id"], unique=False)

    op.create_table(
        "sponsorship",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "to_on IS NULL OR to_on >= from_on", name=op.f("ck_sponsorship_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_sponsorship_leader_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_sponsorship_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsorship")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sponsorship", schema=None) as batch_op:
        batch_op.create_index("ix_sponsorship_leader", ["leader_id", "to_on"], unique=False)
        batch_op.create_index(
            "ix_sponsorship_one_now",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_sponsorship_project_id"), ["project_id"], unique=False)

    op.create_table(
        "milestone_after",
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["after_id"], ["milestone.id"], name=op.f("fk_milestone_after_after_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"],
            ["milestone.id"],
            name=op.f("fk_milestone_after_milestone_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("milestone_id", "after_id", name=op.f("pk_milestone_after")),
    )
    with op.batch_alter_table("milestone_after", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_after_after_id"), ["after_id"], unique=False)


def downgrade():
    with op.batch_alter_table("milestone_after", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_after_after_id"))

    op.drop_table("milestone_after")
    with op.batch_alter_table("sponsorship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sponsorship_project_id"))
        batch_op.drop_index(
            "ix_sponsorship_one_now",
            sqlite_where=sa.text("to_on IS NULL"),
            postgresql_where=sa.text("to_on IS NULL"),
        )
        batch_op.drop_index("ix_sponsorship_leader")

    op.drop_table("sponsorship")
    with op.batch_alter_table("site_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_visit_project_id"))
        batch_op.drop_index("ix_site_visit_leader")

    op.drop_table("site_visit")
    with op.batch_alter_table("project_year", schema=None) as batch_op:
        batch_op.drop_index("ix_project_year_kind")

    op.drop_table("project_year")
    with op.batch_alter_table("project_move", schema=None) as batch_op:
        batch_op.drop_index("ix_project_move_status")
        batch_op.drop_index(batch_op.f("ix_project_move_project_id"))

    op.drop_table("project_move")
    with op.batch_alter_table("progress_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_entry_week_on"))

    op.drop_table("progress_entry")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_project_id"))
        batch_op.drop_index("ix_milestone_plan")
        batch_op.drop_index("ix_milestone_open")

    op.drop_table("milestone")
    with op.batch_alter_table("list_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_list_entry_project_id"))

    op.drop_table("list_entry")
    with op.batch_alter_table("amendment_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_change_project_id"))
        batch_op.drop_index(batch_op.f("ix_amendment_change_amendment_id"))

    op.drop_table("amendment_change")
    with op.batch_alter_table("key_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_key_project_unit_id"))
        batch_op.drop_index("ix_key_project_status")
        batch_op.drop_index(batch_op.f("ix_key_project_name"))
        batch_op.drop_index(batch_op.f("ix_key_project_entered_unit_id"))
        batch_op.drop_index(batch_op.f("ix_key_project_deal_id"))

    op.drop_table("key_project")
    op.drop_table("amendment")
    op.drop_table("project_list")
