"""jobs in one place: whose a job is at the moment, how fast it goes, whether its owner knows how it ended; what recurs

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("job_run", sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job_run", sa.Column("paced_at", sa.DateTime(), nullable=True))
    op.add_column("job_run", sa.Column("paced_from", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job_run", sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE job_run SET seen_at = ended_at")  # no bell rings for what is long over
    op.create_index("ix_job_run_bell", "job_run", ["user_id", "seen_at"])
    op.create_table(
        "periodic_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("claimed_for", sa.DateTime(), nullable=True),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_run")),
        sa.UniqueConstraint("name", name=op.f("uq_periodic_run_name")),
    )


def downgrade():
    op.drop_table("periodic_run")
    op.drop_index("ix_job_run_bell", "job_run")
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        for name in ("seen_at", "paced_from", "paced_at", "attempt"):
            batch_op.drop_column(name)
