"""The look-up of 查重 as one number for each key, and what the core is told of each record beside it.

The old rows cannot be turned into the new ones, since a key's number comes from the application's rules: the look-up
is left empty and marked as incomplete where there are merchants, and the application builds it (`flask dedup reindex`,
or by itself at the next start). Meanwhile every answer says so. The same holds for the way back, where
`flask merchants reindex` of that version fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_table("dedup_key")  # its indexes go with it
    op.create_table(
        "dedup_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_dedup_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedup_entry",
        sa.Column("noun", sa.String(length=16), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("noun", "record_id", name=op.f("pk_dedup_entry")),
    )
    op.create_table(
        "dedup_index",
        sa.Column("rules", sa.String(length=32), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("done_to", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dedup_index")),
    )
    op.execute(
        "INSERT INTO dedup_index (id, rules, complete, stage, done_to) SELECT 1, '',"
        " NOT EXISTS (SELECT 1 FROM enterprise) AND NOT EXISTS (SELECT 1 FROM person), '', 0"
    )


def downgrade():
    op.drop_table("dedup_index")
    op.drop_table("dedup_entry")
    op.drop_table("dedup_key")
    op.create_table(
        "dedup_key",
        sa.Column("noun", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dedup_key")),
    )
    with op.batch_alter_table("dedup_key", schema=None) as batch_op:
        batch_op.create_index("ix_dedup_key_key", ["noun", "key", "record_id"], unique=False)
        batch_op.create_index("ix_dedup_key_record", ["noun", "record_id"], unique=False)
