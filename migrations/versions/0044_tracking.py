"""tracking: who is to be contacted, how complete each record is, who wants to come back

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

LACKING = (  # (bit, weight, asked of firms only, what it looks like when it is missing), as of this version
    (1, 10, True, "e.uscc = ''"),
    (2, 5, True, "e.legal_representative = ''"),
    (4, 15, False, "e.region_code = ''"),
    (8, 10, True, "e.industry_code = ''"),
    (16, 5, True, "e.direction IS NULL"),
    (32, 10, False, "e.main_business = ''"),
    (64, 5, False, "e.native_place = ''"),
    (128, 15, False, "NOT EXISTS (SELECT 1 FROM position p WHERE p.enterprise_id = e.id)"),
    (256, 15, False,
     "NOT EXISTS (SELECT 1 FROM handle h WHERE h.enterprise_id = e.id AND h.kind IN ('mobile', 'landline')) "
     "AND NOT EXISTS (SELECT 1 FROM position p JOIN handle h ON h.person_id = p.person_id "
     "WHERE p.enterprise_id = e.id AND h.kind IN ('mobile', 'landline'))"),
    (512, 10, False, "e.intent = 'unknown'"),
)  # fmt: skip


def fill():
    """How complete the records are that were there before: one statement."""

    def missing(amount):
        firm = " + ".join(f"CASE WHEN {where} THEN {one[amount]} ELSE 0 END" for *one, where in LACKING)
        rest = " + ".join(
            f"CASE WHEN {where} THEN {one[amount]} ELSE 0 END" for *one, where in LACKING if not one[2]
        )
        return f"CASE WHEN e.kind = 'enterprise' THEN {firm} ELSE {rest} END"

    op.execute(
        "INSERT INTO enterprise_completeness (enterprise_id, follow_unit_id, score, lacks) "
        "SELECT id, unit_id, CASE WHEN kind = 'enterprise' THEN 100 - weight ELSE 100 * (70 - weight) / 70 END, mask "
        f"FROM (SELECT e.id AS id, e.follow_unit_id AS unit_id, e.kind AS kind, {missing(1)} AS weight, "
        f"{missing(0)} AS mask FROM enterprise e) AS told"
    )


def upgrade():
    op.create_table(
        "enterprise_completeness",
        sa.Column("enterprise_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("follow_unit_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("lacks", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_enterprise_completeness_enterprise_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["follow_unit_id"], ["unit.id"], name=op.f("fk_enterprise_completeness_follow_unit_id")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_enterprise_completeness")),
    )
    fill()
    with op.batch_alter_table("enterprise_completeness", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_completeness_lacks", ["lacks", "follow_unit_id"], unique=False)
        batch_op.create_index("ix_enterprise_completeness_score", ["score", "follow_unit_id"], unique=False)

    op.create_table(
        "return_intent",
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=32), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("contact_log_id", sa.Integer(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("evidence <> ''", name=op.f("ck_return_intent_has_evidence")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_return_intent_author_id")),
        sa.ForeignKeyConstraint(
            ["contact_log_id"], ["contact_log.id"], name=op.f("fk_return_intent_contact_log_id")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_return_intent_enterprise_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_return_intent_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_intent")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("return_intent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_intent_contact_log_id"), ["contact_log_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_intent_enterprise_id"), ["enterprise_id"], unique=False)
        batch_op.create_index("ix_return_intent_list", ["until_on", "intent", "said_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_return_intent_unit_id"), ["unit_id"], unique=False)

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index(
            "ix_enterprise_tracked", ["standing", "last_contact_at", "first_reported_at"], unique=False
        )
        batch_op.create_index("ix_enterprise_unit_region", ["follow_unit_id", "region_prefix"], unique=False)
        batch_op.create_index(
            "ix_enterprise_unit_tracked",
            ["follow_unit_id", "standing", "last_contact_at", "first_reported_at"],
            unique=False,
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_chamber", ["chamber"], unique=False)


def downgrade():
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_chamber")

    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_unit_tracked")
        batch_op.drop_index("ix_enterprise_unit_region")
        batch_op.drop_index("ix_enterprise_tracked")

    with op.batch_alter_table("return_intent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_intent_unit_id"))
        batch_op.drop_index("ix_return_intent_list")
        batch_op.drop_index(batch_op.f("ix_return_intent_enterprise_id"))
        batch_op.drop_index(batch_op.f("ix_return_intent_contact_log_id"))

    op.drop_table("return_intent")
    with op.batch_alter_table("enterprise_completeness", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_completeness_score")
        batch_op.drop_index("ix_enterprise_completeness_lacks")

    op.drop_table("enterprise_completeness")
