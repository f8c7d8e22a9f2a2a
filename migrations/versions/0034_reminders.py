"""reminders that climb step by step, and the digests that are sent of them

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reminder",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reminder_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reminder_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "kind",
            "record_id",
            "due_on",
            "step",
            "user_id",
            name=op.f("uq_reminder_kind_record_id_due_on_step_user_id"),
        ),
    )
    op.create_index("ix_reminder_user", "reminder", ["user_id", "settled_on"])
    op.create_index("ix_reminder_record", "reminder", ["noun", "record_id"])
    op.create_index("ix_reminder_unit", "reminder", ["unit_id", "on_day"])
    op.create_index("ix_reminder_day", "reminder", ["on_day"])
    op.create_table(
        "digest_address",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_digest_address_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_address")),
        sa.UniqueConstraint("user_id", name=op.f("uq_digest_address_user_id")),
    )
    op.create_table(
        "digest",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("to", sa.String(length=200), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_digest_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("key", name=op.f("uq_digest_key")),
    )
    op.create_index("ix_digest_state", "digest", ["state", "not_before"])
    op.create_index("ix_digest_user_id", "digest", ["user_id"])


def downgrade():
    op.drop_table("digest")
    op.drop_table("digest_address")
    op.drop_table("reminder")
