"""a promoter's own double entries: the person whose records both are, kept with the pair

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    # Not in a batch: SQLite would build the table anew, and forget that its numbers are given only once.
    op.execute(
        'ALTER TABLE suspect ADD COLUMN user_id INTEGER CONSTRAINT fk_suspect_user_id REFERENCES "user" (id)'
    )
    for noun in ("enterprise", "person"):
        op.execute(f"""
            UPDATE suspect SET user_id = (
                SELECT CASE
                    WHEN a.follow_user_id IN (b.follow_user_id, b.first_report_user_id) THEN a.follow_user_id
                    WHEN a.first_report_user_id IN (b.follow_user_id, b.first_report_user_id)
                        THEN a.first_report_user_id
                END FROM {noun} AS a, {noun} AS b WHERE a.id = suspect.a_id AND b.id = suspect.b_id
            ) WHERE noun = '{noun}'
        """)
    op.create_index("ix_suspect_own", "suspect", ["state", "user_id", "score", "id", "verdict"])


def downgrade():
    op.drop_index("ix_suspect_own", "suspect")
    with op.batch_alter_table(
        "suspect", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_column("user_id")
