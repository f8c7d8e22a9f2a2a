"""needs and land: what projects lack, parcels kept for them, clearance, quotas

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "land_quota",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sought_mu", sa.BigInteger(), nullable=False),
        sa.Column("got_mu", sa.BigInteger(), nullable=False),
        sa.Column("used_mu", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "sought_mu >= 0 AND got_mu >= 0 AND used_mu >= 0", name=op.f("ck_land_quota_not_negative")
        ),
        sa.CheckConstraint("used_mu <= got_mu", name=op.f("ck_land_quota_used_was_got")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_land_quota_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_land_quota")),
        sa.UniqueConstraint("year", "kind", "unit_id", name=op.f("uq_land_quota_year_kind_unit_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("land_quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_land_quota_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "reclamation",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("mu", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("mu > 0", name=op.f("ck_reclamation_has_an_area")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_reclamation_author_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reclamation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reclamation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reclamation", schema=None) as batch_op:
        batch_op.create_index("ix_reclamation_day", ["on_day"], unique=False)
        batch_op.create_index(batch_op.f("ix_reclamation_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "parcel",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mu", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("land_use", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("source_enterprise_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("mu > 0", name=op.f("ck_parcel_has_an_area")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_parcel_created_by_id")),
        sa.ForeignKeyConstraint(
            ["source_enterprise_id"], ["enterprise.id"], name=op.f("fk_parcel_source_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_parcel_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("name", name=op.f("uq_parcel_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("parcel", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_parcel_source_enterprise_id"), ["source_enterprise_id"], unique=False
        )
        batch_op.create_index("ix_parcel_state", ["state", "since_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_parcel_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "parcel_move",
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=32), nullable=True),
        sa.Column("to_state", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_parcel_move_actor_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_move_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_move")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("parcel_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parcel_move_parcel_id"), ["parcel_id"], unique=False)

    op.create_table(
        "clearance",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("vacated", sa.Integer(), nullable=False),
        sa.Column("due_mu", sa.BigInteger(), nullable=False),
        sa.Column("delivered_mu", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("blockers", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= delivered_mu AND delivered_mu <= due_mu AND due_mu > 0", name=op.f("ck_clearance_areas_fit")
        ),
        sa.CheckConstraint(
            "0 <= vacated AND vacated <= signed AND signed <= households",
            name=op.f("ck_clearance_households_fit"),
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_clearance_entered_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["key_project.id"], name=op.f("fk_clearance_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_clearance_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance")),
        sa.UniqueConstraint("name", name=op.f("uq_clearance_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.create_index("ix_clearance_due", ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_clearance_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_clearance_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "need",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("enterprise_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("is_livelihood", sa.Boolean(), nullable=False),
        sa.Column("is_high_tech", sa.Boolean(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_note", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (ended_on IS NULL)", name=op.f("ck_need_ended_has_a_day")),
        sa.CheckConstraint(
            "adopted_on IS NULL OR kind = 'technology'", name=op.f("ck_need_adopted_is_a_problem")
        ),
        sa.CheckConstraint(
            "state <> 'dropped' OR ended_note <> ''", name=op.f("ck_need_dropped_has_a_reason")
        ),
        sa.CheckConstraint(
            "(CASE WHEN deal_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN project_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN enterprise_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_need_of_one_record"),
        ),
        sa.CheckConstraint("asked > 0", name=op.f("ck_need_asks_for_something")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_need_deal_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_need_enterprise_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_need_owner_id")),
        sa.ForeignKeyConstraint(["project_id"], ["key_project.id"], name=op.f("fk_need_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_need_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_need_open", ["kind", "state", "since_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "need_approach",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=200), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("step_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_need_approach_amount_is_some")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_need_approach_author_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_approach_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_approach")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("need_approach", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_approach_need_id"), ["need_id"], unique=False)
        batch_op.create_index("ix_need_approach_partner", ["partner", "step"], unique=False)

    op.create_table(
        "parcel_hold",
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'released') = (ended_on IS NOT NULL)", name=op.f("ck_parcel_hold_released_has_a_day")
        ),
        sa.CheckConstraint(
            "state <> 'released' OR reason <> ''", name=op.f("ck_parcel_hold_released_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_parcel_hold_author_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_parcel_hold_need_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_parcel_hold_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel_hold")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("parcel_hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parcel_hold_need_id"), ["need_id"], unique=False)
        batch_op.create_index(
            "ix_parcel_hold_one_now",
            ["parcel_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'released'"),
            postgresql_where=sa.text("state <> 'released'"),
        )
        batch_op.create_index(batch_op.f("ix_parcel_hold_parcel_id"), ["parcel_id"], unique=False)
        batch_op.create_index("ix_parcel_hold_until", ["state", "until_on"], unique=False)


def downgrade():
    for table in (
        "parcel_hold",
        "need_approach",
        "need",
        "clearance",
        "parcel_move",
        "parcel",
        "reclamation",
        "land_quota",
    ):
        op.drop_table(table)
