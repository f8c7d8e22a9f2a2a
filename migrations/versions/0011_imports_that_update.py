"""imports that update and can be undone: what is to be done with each row, and what it has done

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "import_batch", sa.Column("mode", sa.String(length=32), nullable=False, server_default="create")
    )
    op.add_column("import_batch", sa.Column("ends_as", sa.String(length=32), nullable=True))
    for column in (
        sa.Column("match_version", sa.Integer(), nullable=True),
        sa.Column("match_row", sa.Integer(), nullable=True),
        sa.Column("wrong", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("changes", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("action", sa.String(length=32), nullable=False, server_default="skip"),
        sa.Column("effects", sa.JSON(), nullable=False, server_default="{}"),
    ):
        op.add_column("import_row", column)
    op.create_index("ix_import_row_record", "import_row", ["batch_id", "record_id"])
    op.execute("UPDATE import_row SET action = 'create' WHERE finding = 'new'")
    op.execute(
        "UPDATE import_row SET action = 'create' WHERE finding IN ('duplicate', 'repeated')"
        " AND batch_id IN (SELECT id FROM import_batch WHERE take_duplicates)"
    )
    # Until now what a stopped run had done was kept: such a list is one that may still be run to its end.
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_column("take_duplicates")


def downgrade():
    for table, column, was, known in (
        ("import_batch", "state", "('undoing', 'undone')", "done"),
        ("import_row", "finding", "('update', 'unchanged')", "duplicate"),
        ("import_row", "outcome", "('updated', 'undone_row', 'kept')", "skipped"),
    ):
        op.execute(f"UPDATE {table} SET {column} = '{known}' WHERE {column} IN {was}")
    op.add_column(
        "import_batch", sa.Column("take_duplicates", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.drop_index("ix_import_row_record", "import_row")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        for name in ("effects", "action", "changes", "wrong", "match_row", "match_version"):
            batch_op.drop_column(name)
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_column("ends_as")
        batch_op.drop_column("mode")
        batch_op.alter_column("take_duplicates", existing_type=sa.Boolean(), server_default=None)
