"""the queue: which unit decides about a pair, and on what kinds of evidence it rests

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# As crm.merchants.signs had it then.
KINDS = (
    ("phone:mobile", "phone:landline", "phone:shared", "phone:near"),
    ("code:same", "code:organisation", "code:near"),
    ("name:same_full", "name:same_script", "name:same_core", "person:same"),
    ("name:sound", "name:sound_brand", "name:sound_bare", "name:one_alike", "person:sound", "legal:sound",
     "contact:sound"),
    ("name:same_alias",),
    ("address:room", "address:number", "address:shared"),
    ("legal:same", "contact:same", "contact:cross"),
    ("person:company",),
)  # fmt: skip
BIT = {code: 1 << at for at, codes in enumerate(KINDS) for code in codes}


def upgrade():
    # Not in a batch: SQLite would build the table anew, and forget that its numbers are given only once.
    op.add_column("suspect", sa.Column("signs", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "ALTER TABLE suspect ADD COLUMN unit_id INTEGER CONSTRAINT fk_suspect_unit_id REFERENCES unit (id)"
    )
    _fill()
    op.drop_index("ix_suspect_state", "suspect")
    op.create_index("ix_suspect_queue", "suspect", ["state", "unit_id", "score", "id", "verdict"])
    op.create_index("ix_suspect_state", "suspect", ["state", "score", "id", "verdict"])
    op.create_index("ix_suspect_settled", "suspect", ["state", "decided_at", "id"])
    op.create_index("ix_suspect_decided_by", "suspect", ["decided_by_id", "decided_at"])


def _fill():
    connection = op.get_bind()
    for noun in ("enterprise", "person"):
        connection.exec_driver_sql(f"""
            UPDATE suspect SET unit_id = (
                SELECT CASE
                    WHEN a.follow_unit_id IN (b.follow_unit_id, b.first_report_unit_id) THEN a.follow_unit_id
                    WHEN a.first_report_unit_id IN (b.follow_unit_id, b.first_report_unit_id)
                        THEN a.first_report_unit_id
                END FROM {noun} AS a, {noun} AS b WHERE a.id = suspect.a_id AND b.id = suspect.b_id
            ) WHERE noun = '{noun}'
        """)
    suspect = sa.table("suspect", sa.column("id"), sa.column("reasons", sa.JSON), sa.column("signs"))
    rows = connection.execute(sa.select(suspect.c.id, suspect.c.reasons)).all()
    by_signs = {}
    for suspect_id, reasons in rows:
        bits = 0
        for code, *_rest in reasons:
            bits |= BIT.get(code, 0)
        if bits:
            by_signs.setdefault(bits, []).append(suspect_id)
    for bits, ids in by_signs.items():
        for at in range(0, len(ids), 500):
            here = suspect.c.id.in_(ids[at : at + 500])
            connection.execute(suspect.update().where(here).values(signs=bits))


def downgrade():
    for name in ("decided_by", "settled", "state", "queue"):
        op.drop_index(f"ix_suspect_{name}", "suspect")
    with op.batch_alter_table(
        "suspect", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_column("unit_id")
        batch_op.drop_column("signs")
    op.create_index("ix_suspect_state", "suspect", ["state", "score"])
