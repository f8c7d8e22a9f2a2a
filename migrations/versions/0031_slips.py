"""slips: what stands in a project's way, the half-monthly rounds, every step of it, and the units that help

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "slip_round",
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("drawn_up_at", sa.DateTime(), nullable=False),
        sa.Column("drawn_up_by_id", sa.Integer(), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("chair", sa.String(length=200), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "met_on IS NULL OR minutes <> ''", name=op.f("ck_slip_round_a_meeting_has_minutes")
        ),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_slip_round_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["drawn_up_by_id"], ["user.id"], name=op.f("fk_slip_round_drawn_up_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_round")),
        sa.UniqueConstraint("last_on", name=op.f("uq_slip_round_last_on")),
    )
    op.create_table(
        "slip",
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("obstacle", sa.String(length=32), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("raised_unit_id", sa.Integer(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("up_on", sa.Date(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_until_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_on IS NOT NULL)", name=op.f("ck_slip_settled_has_a_day")
        ),
        sa.CheckConstraint("problem <> ''", name=op.f("ck_slip_says_what")),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'working', 'claimed', 'settled') OR (unit_id IS NOT NULL AND due_on IS NOT NULL AND issued_on IS NOT NULL)",
            name=op.f("ck_slip_assigned_has_unit_and_term"),
        ),
        sa.CheckConstraint(
            "project_id IS NOT NULL OR deal_id IS NOT NULL", name=op.f("ck_slip_is_about_something")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_slip_deal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_slip_leader_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_slip_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user.id"], name=op.f("fk_slip_raised_by_id")),
        sa.ForeignKeyConstraint(["raised_unit_id"], ["unit.id"], name=op.f("fk_slip_raised_unit_id")),
        sa.ForeignKeyConstraint(["round_id"], ["slip_round.id"], name=op.f("fk_slip_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_slip_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_slip_year_serial")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_slip_deal_id", "slip", ["deal_id"])
    op.create_index("ix_slip_leader", "slip", ["leader_id", "state"])
    op.create_index("ix_slip_project_id", "slip", ["project_id"])
    op.create_index("ix_slip_raised_unit_id", "slip", ["raised_unit_id"])
    op.create_index("ix_slip_round_id", "slip", ["round_id"])
    op.create_index("ix_slip_state", "slip", ["state", "due_on"])
    op.create_index("ix_slip_unit", "slip", ["unit_id", "state"])

    op.create_table(
        "slip_co_unit",
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["slip_id"], ["slip.id"], name=op.f("fk_slip_co_unit_slip_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_slip_co_unit_unit_id")),
        sa.PrimaryKeyConstraint("slip_id", "unit_id", name=op.f("pk_slip_co_unit")),
    )
    op.create_index("ix_slip_co_unit_unit", "slip_co_unit", ["unit_id"])

    op.create_table(
        "slip_step",
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_slip_step_actor_id")),
        sa.ForeignKeyConstraint(
            ["slip_id"], ["slip.id"], name=op.f("fk_slip_step_slip_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_slip_step_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_step")),
    )
    op.create_index("ix_slip_step_slip_id", "slip_step", ["slip_id"])


def downgrade():
    op.drop_table("slip_step")
    op.drop_table("slip_co_unit")
    op.drop_table("slip")
    op.drop_table("slip_round")
