"""merging: what was merged into what, step by step, and numbers that are given only once

Revision ID: 0002
Revises: 0001
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows of these are moved or taken away by a merge.
NEVER_AGAIN = (
    "enterprise", "person", "former_name", "handle", "position", "suspect", "tag", "stored_file", "lead", "deal",
    "deal_party", "contact_log",
)  # fmt: skip


def upgrade():
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relation", sa.String(length=32), nullable=True))
    op.create_table(
        "merge",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("survivor_name", sa.String(length=200), nullable=False),
        sa.Column("merged_at", sa.DateTime(), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("newest", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merged_by_id"], ["user.id"], name=op.f("fk_merge_merged_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_merge_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_merged_at"), ["merged_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_merged_by_id"), ["merged_by_id"], unique=False)
        batch_op.create_index("ix_merge_survivor", ["noun", "survivor_id"], unique=False)

    op.create_table(
        "tombstone",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["merge.id"], name=op.f("fk_tombstone_merge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    with op.batch_alter_table("tombstone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tombstone_merge_id"), ["merge_id"], unique=False)
        batch_op.create_index("ix_tombstone_survivor", ["noun", "survivor_id"], unique=False)
        batch_op.create_index(
            "ix_tombstone_standing",
            ["noun", "old_id"],
            unique=True,
            sqlite_where=sa.text("standing"),
            postgresql_where=sa.text("standing"),
        )

    op.create_table(
        "merge_step",
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("column_name", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("into_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["merge.id"], name=op.f("fk_merge_step_merge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_step")),
    )
    with op.batch_alter_table("merge_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_step_merge_id"), ["merge_id"], unique=False)
        batch_op.create_index("ix_merge_step_row", ["table_name", "row_id"], unique=False)

    op.create_table(
        "merge_row",
        sa.Column("step_id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["step_id"], ["merge_step.id"], name=op.f("fk_merge_row_step_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("step_id", "row_id", name=op.f("pk_merge_row")),
    )
    with op.batch_alter_table("merge_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_row_row_id"), ["row_id"], unique=False)

    for table in NEVER_AGAIN:
        _number(table, once=True)


def downgrade():
    for table in NEVER_AGAIN:
        _number(table, once=False)
    for table in ("merge_row", "merge_step", "tombstone", "merge"):
        op.drop_table(table)
    # A pair that was merged is no decision the older house knows; its merged side is gone.
    op.execute("DELETE FROM suspect WHERE state = 'merged'")
    with op.batch_alter_table("suspect", schema=None) as batch_op:
        batch_op.drop_column("relation")


def _number(table, *, once):
    """On SQLite, whether a number of this table may be given out a second time.

    AUTOINCREMENT cannot be added to a table, so it is built anew from its own CREATE statement, by the steps of
    sqlite.org/lang_altertable.html; migrations/env.py has switched the foreign keys off and checks them after.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    ask = connection.exec_driver_sql
    built = ask("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    others = [
        sql
        for (sql,) in ask(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            (table,),
        )
    ]
    plain = re.compile(r"\bid INTEGER NOT NULL(?= *,)")
    key = re.compile(r",\s*CONSTRAINT \"?pk_\w+\"? PRIMARY KEY \(id\)")
    counted = re.compile(r"\bid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT(?= *,)")
    if once:
        wanted = key.sub(
            "", plain.sub("id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", built, count=1), count=1
        )
    else:
        wanted = counted.sub("id INTEGER NOT NULL", built, count=1)
        wanted = f"{wanted.rstrip().removesuffix(')').rstrip()},\n\tCONSTRAINT pk_{table} PRIMARY KEY (id)\n)"
    wanted, named = re.subn(rf'^CREATE TABLE "?{table}"?', f'CREATE TABLE "{table}_anew"', wanted, count=1)
    assert named == 1 and ("AUTOINCREMENT" in wanted) is once, wanted
    columns = ", ".join(f'"{row[1]}"' for row in ask(f'PRAGMA table_info("{table}")'))
    ask(wanted)
    ask(f'INSERT INTO "{table}_anew" ({columns}) SELECT {columns} FROM "{table}"')
    ask(f'DROP TABLE "{table}"')
    ask(f'ALTER TABLE "{table}_anew" RENAME TO "{table}"')
    for sql in others:
        ask(sql)
