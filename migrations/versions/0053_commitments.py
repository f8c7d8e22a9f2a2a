"""supervision: commitments and their story

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "commitment",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("to_whom", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=200), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'claimed') = (claim IS NOT NULL)", name=op.f("ck_commitment_claimed_says_what")
        ),
        sa.CheckConstraint(
            "(state IN ('kept', 'withdrawn')) = (ended_on IS NOT NULL)",
            name=op.f("ck_commitment_over_has_a_day"),
        ),
        sa.CheckConstraint("promised_on <= due_on", name=op.f("ck_commitment_due_after_it_was_promised")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["user.id"], name=op.f("fk_commitment_claimed_by_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_commitment_deal_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_commitment_entered_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_commitment_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["key_project.id"], name=op.f("fk_commitment_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_commitment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index("ix_commitment_due", ["state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_commitment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_commitment_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_commitment_unit", ["unit_id", "state"], unique=False)

    op.create_table(
        "commitment_step",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_commitment_step_actor_id")),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_commitment_step_commitment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_commitment_step_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_step")),
    )
    with op.batch_alter_table("commitment_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_step_commitment_id"), ["commitment_id"], unique=False)


def downgrade():
    op.drop_table("commitment_step")
    op.drop_table("commitment")
