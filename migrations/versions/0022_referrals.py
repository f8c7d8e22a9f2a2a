"""referrals: ties between those who know each other, and introductions that are asked for; firms by their chamber

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "introduction",
        sa.Column("target_noun", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("target_name", sa.String(length=200), nullable=False),
        sa.Column("asked_noun", sa.String(length=16), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=False),
        sa.Column("asked_name", sa.String(length=200), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'asked') = (ended_on IS NULL)", name=op.f("ck_introduction_an_end_has_a_day")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_introduction_author_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_introduction_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_introduction_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.create_index("ix_introduction_asked", ["asked_noun", "asked_id"], unique=False)
        batch_op.create_index("ix_introduction_owner", ["owner_id", "state", "due_on"], unique=False)
        batch_op.create_index("ix_introduction_target", ["target_noun", "target_id"], unique=False)
        batch_op.create_index("ix_introduction_unit", ["unit_id", "state", "due_on"], unique=False)

    op.create_table(
        "tie",
        sa.Column("one_noun", sa.String(length=16), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("two_noun", sa.String(length=16), nullable=False),
        sa.Column("two_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_noun IN ('user', 'person', 'enterprise')", name=op.f("ck_tie_one_is_known")),
        sa.CheckConstraint("two_noun IN ('person', 'enterprise')", name=op.f("ck_tie_two_is_a_merchant")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_tie_author_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tie_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.create_index("ix_tie_one", ["one_noun", "one_id"], unique=False)
        batch_op.create_index("ix_tie_two", ["two_noun", "two_id"], unique=False)

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_chamber", ["chamber"], unique=False)


def downgrade():
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_chamber")

    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.drop_index("ix_tie_two")
        batch_op.drop_index("ix_tie_one")

    op.drop_table("tie")
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_index("ix_introduction_unit")
        batch_op.drop_index("ix_introduction_target")
        batch_op.drop_index("ix_introduction_owner")
        batch_op.drop_index("ix_introduction_asked")

    op.drop_table("introduction")
