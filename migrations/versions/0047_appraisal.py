"""reports: the versions of the yearly scoring

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "appraisal_scheme",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cap >= 100", name=op.f("ck_appraisal_scheme_cap_reaches_the_target")),
        sa.CheckConstraint("number > 1", name=op.f("ck_appraisal_scheme_after_the_first")),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_appraisal_scheme_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_scheme")),
        sa.UniqueConstraint("number", name=op.f("uq_appraisal_scheme_number")),
        sqlite_autoincrement=True,
    )


def downgrade():
    op.drop_table("appraisal_scheme")
