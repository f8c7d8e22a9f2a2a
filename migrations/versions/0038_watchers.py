"""watchers: who watches over a project, and what its firm asks for

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

NOW = {column: sa.text(f"to_on IS NULL AND {column} IS NOT NULL") for column in ("project_id", "deal_id")}


def upgrade():
    op.create_table(
        "watch",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(project_id IS NULL) <> (deal_id IS NULL)", name=op.f("ck_watch_on_one_of_both")),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name=op.f("ck_watch_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_watch_deal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_watch_person_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_watch_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watch_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_watch_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_watch_person", ["person_id", "to_on"], unique=False)
        for column, where in NOW.items():
            batch_op.create_index(
                f"ix_watch_one_now_{column}",
                [column],
                unique=True,
                sqlite_where=where,
                postgresql_where=where,
            )

    op.create_table(
        "firm_request",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("times_reopened", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(project_id IS NULL) <> (deal_id IS NULL)", name=op.f("ck_firm_request_on_one_of_both")
        ),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (answer = '')", name=op.f("ck_firm_request_answered_with_words")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_firm_request_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_firm_request_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_firm_request_entered_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_firm_request_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_firm_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_request")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("firm_request", schema=None) as batch_op:
        batch_op.create_index("ix_firm_request_due", ["answered_on", "due_on"], unique=False)
        for column in ("project_id", "deal_id", "unit_id"):
            batch_op.create_index(batch_op.f(f"ix_firm_request_{column}"), [column], unique=False)


def downgrade():
    with op.batch_alter_table("firm_request", schema=None) as batch_op:
        for column in ("unit_id", "deal_id", "project_id"):
            batch_op.drop_index(batch_op.f(f"ix_firm_request_{column}"))
        batch_op.drop_index("ix_firm_request_due")

    op.drop_table("firm_request")
    with op.batch_alter_table("watch", schema=None) as batch_op:
        for column in NOW:
            batch_op.drop_index(f"ix_watch_one_now_{column}")
        batch_op.drop_index("ix_watch_person")
        batch_op.drop_index(batch_op.f("ix_watch_project_id"))
        batch_op.drop_index(batch_op.f("ix_watch_deal_id"))

    op.drop_table("watch")
