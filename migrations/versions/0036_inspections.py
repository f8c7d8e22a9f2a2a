"""inspections: who came to look, what was said, which slip it became and what was answered

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "inspection",
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("present", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_inspection_entered_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inspection_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index("ix_inspection_on_day", "inspection", ["on_day"])
    op.create_index("ix_inspection_unit_id", "inspection", ["unit_id"])
    op.create_table(
        "inspection_remark",
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("slip_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (answer = '')", name=op.f("ck_inspection_remark_an_answer_has_a_day")
        ),
        sa.CheckConstraint(
            "slip_id IS NULL OR project_id IS NOT NULL",
            name=op.f("ck_inspection_remark_a_slip_is_about_its_project"),
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_remark_inspection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["key_project.id"], name=op.f("fk_inspection_remark_project_id")
        ),
        sa.ForeignKeyConstraint(["slip_id"], ["slip.id"], name=op.f("fk_inspection_remark_slip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_remark")),
    )
    for column in ("inspection_id", "project_id", "slip_id"):
        op.create_index(f"ix_inspection_remark_{column}", "inspection_remark", [column])


def downgrade():
    op.drop_table("inspection_remark")
    op.drop_table("inspection")
