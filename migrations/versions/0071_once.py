"""a project counts once: a deal that adds to another names it, and a version of the yearly scoring says whether it asks

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

SOME = sa.text("increases_id IS NOT NULL")


def upgrade():
    # As SQL, which both engines read alike: with its reference in one piece the table need not be made anew.
    op.execute(
        "ALTER TABLE deal ADD COLUMN increases_id INTEGER CONSTRAINT fk_deal_increases_id REFERENCES deal (id)"
    )
    op.create_index(
        "ix_deal_increases_id", "deal", ["increases_id"], sqlite_where=SOME, postgresql_where=SOME
    )
    # Versions that were decided on before did not ask.
    op.add_column(
        "appraisal_scheme", sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade():
    op.drop_column("appraisal_scheme", "once")
    op.drop_index("ix_deal_increases_id", "deal")
    op.execute("ALTER TABLE deal DROP COLUMN increases_id")
