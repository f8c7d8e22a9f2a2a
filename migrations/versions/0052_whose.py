"""whose: an index of the records that somebody has, and not of those that nobody has

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

COLUMNS = [
    (table, column)
    for table in ("enterprise", "person")
    for column in ("follow_user_id", "first_report_user_id")
]


def upgrade():
    for table, column in COLUMNS:
        name, where = op.f(f"ix_{table}_{column}"), sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)


def downgrade():
    for table, column in COLUMNS:
        name = op.f(f"ix_{table}_{column}")
        op.drop_index(name, table)
        op.create_index(name, table, [column])
