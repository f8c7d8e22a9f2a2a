"""supervision: stories of those whose work is held up to others

Revision ID: 0068
Revises: 0067
"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "story",
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_in", sa.String(length=200), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("entered_unit_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> '' AND text <> ''", name=op.f("ck_story_tells_something")),
        sa.CheckConstraint(
            "(published_on IS NULL) = (published_in = '')", name=op.f("ck_story_published_says_where")
        ),
        sa.CheckConstraint(
            "published_on IS NOT NULL OR link = ''", name=op.f("ck_story_link_of_what_is_published")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_story_deal_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_story_entered_by_id")),
        sa.ForeignKeyConstraint(["entered_unit_id"], ["unit.id"], name=op.f("fk_story_entered_unit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_story_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["key_project.id"], name=op.f("fk_story_project_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_story_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("story", schema=None) as batch_op:
        for column in ("unit_id", "person_id", "deal_id", "project_id", "entered_unit_id"):
            batch_op.create_index(batch_op.f(f"ix_story_{column}"), [column], unique=False)
        batch_op.create_index("ix_story_published", ["published_on", "kind"], unique=False)


def downgrade():
    op.drop_table("story")
