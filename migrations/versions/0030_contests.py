"""contests: the versions of the formula

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "contest_formula",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("investment", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Integer(), nullable=False),
        sa.Column("milestones", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "investment + weekly + milestones = 100", name=op.f("ck_contest_formula_weighs_a_hundred")
        ),
        sa.CheckConstraint(
            "investment >= 0 AND weekly >= 0 AND milestones >= 0",
            name=op.f("ck_contest_formula_weights_not_negative"),
        ),
        sa.CheckConstraint("number > 1", name=op.f("ck_contest_formula_after_the_first")),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_contest_formula_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_formula")),
        sa.UniqueConstraint("number", name=op.f("uq_contest_formula_number")),
        sqlite_autoincrement=True,
    )


def downgrade():
    op.drop_table("contest_formula")
