"""SQLite gives no number of these tables a second time: changes of theirs had made them anew without AUTOINCREMENT

Revision ID: 0073
Revises: 0072
"""

from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

TABLES = ("parcel_move", "entry_exception", "key_project", "campaign_entry", "prospect")


def upgrade():
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade():
    """What they were made for they do still without it; it does no harm to keep it."""
