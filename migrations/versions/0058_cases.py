"""supervision: cases listed for review and their story

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "supervision_case",
        sa.Column("trigger", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("remark_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("open_key", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("conclusion", sa.String(length=32), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("slip_id", sa.Integer(), nullable=True),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (concluded_on IS NOT NULL)",
            name=op.f("ck_supervision_case_closed_has_a_day"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (open_key IS NULL)", name=op.f("ck_supervision_case_open_has_its_key")
        ),
        sa.CheckConstraint(
            "(state IN ('asked', 'rectifying')) = (due_on IS NOT NULL)",
            name=op.f("ck_supervision_case_asked_has_a_term"),
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_supervision_case_commitment_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_supervision_case_person_id")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["key_project.id"],
            name=op.f("fk_supervision_case_project_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["raised_by_id"], ["user.id"], name=op.f("fk_supervision_case_raised_by_id")),
        sa.ForeignKeyConstraint(
            ["remark_id"],
            ["inspection_remark.id"],
            name=op.f("fk_supervision_case_remark_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["slip_id"], ["slip.id"], name=op.f("fk_supervision_case_slip_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name=op.f("fk_supervision_case_target_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_supervision_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_case")),
        sa.UniqueConstraint("open_key", name=op.f("uq_supervision_case_open_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("supervision_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supervision_case_commitment_id"), ["commitment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_supervision_case_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_case_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_case_remark_id"), ["remark_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_case_slip_id"), ["slip_id"], unique=False)
        batch_op.create_index("ix_supervision_case_state", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_case_target_id"), ["target_id"], unique=False)
        batch_op.create_index("ix_supervision_case_unit", ["unit_id", "state"], unique=False)

    op.create_table(
        "supervision_step",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("conclusion", sa.String(length=32), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_supervision_step_actor_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["supervision_case.id"], name=op.f("fk_supervision_step_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_supervision_step_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_step")),
    )
    with op.batch_alter_table("supervision_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_step_case_id"), ["case_id"], unique=False)


def downgrade():
    op.drop_table("supervision_step")
    op.drop_table("supervision_case")
