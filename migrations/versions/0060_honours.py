"""supervision: honours

Revision ID: 0060
Revises: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "honour",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("document_no", sa.String(length=200), nullable=False),
        sa.Column("granted_by", sa.String(length=200), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revoke_reason = '')", name=op.f("ck_honour_revoked_says_why")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_honour_says_why")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user.id"], name=op.f("fk_honour_entered_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_honour_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_honour_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("honour", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_honour_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_honour_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index("ix_honour_year", ["year", "kind"], unique=False)


def downgrade():
    op.drop_table("honour")
