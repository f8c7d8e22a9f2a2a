"""leads judged: who answered, judged and told the reporter, each by its day; a table of holidays to count by

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TEXTS = ("answer", "feedback")
MOMENTS = ("answered_at", "fed_back_at", "closed_at")
REFERENCES = (("answered_by_id", "user"), ("fed_back_by_id", "user"), ("judge_unit_id", "unit"))


def upgrade():
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("day", name=op.f("uq_holiday_day")),
    )
    op.create_table(
        "judgement",
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("conclusion", sa.String(length=32), nullable=False),
        sa.Column("industry", sa.String(length=200), nullable=False),
        sa.Column("policy", sa.String(length=200), nullable=False),
        sa.Column("resources", sa.String(length=200), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["lead.id"], name=op.f("fk_judgement_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_judgement_unit_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["user.id"], name=op.f("fk_judgement_judged_by_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_judgement_leader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index("ix_judgement_lead_id", "judgement", ["lead_id"])
    op.create_index("ix_judgement_at", "judgement", ["at"])
    for name in ("company_key", "other_matter"):
        op.add_column("lead", sa.Column(name, sa.String(length=200), nullable=False, server_default=""))
    op.add_column("lead", sa.Column("unconfirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in TEXTS:
        op.add_column("lead", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in MOMENTS:
        op.add_column("lead", sa.Column(name, sa.DateTime(), nullable=True))
    for name, table in REFERENCES:
        # In the column itself: SQLite would otherwise build the table anew, and lose its checks.
        key = sa.ForeignKey(f"{table}.id", name=op.f(f"fk_lead_{name}"))
        op.add_column("lead", sa.Column(name, sa.Integer(), key, nullable=True), inline_references=True)
    op.create_index("ix_lead_company_key", "lead", ["company_key"])
    op.create_index("ix_lead_duplicate_of", "lead", ["duplicate_of_id"])
    op.create_index("ix_lead_judge_unit_id", "lead", ["judge_unit_id"])
    # What was judged before had its answer and its reporter knew: no old lead is late by the new clocks.
    op.execute("UPDATE lead SET answered_at = judged_at, fed_back_at = judged_at WHERE judged_at IS NOT NULL")
    op.execute("UPDATE lead SET closed_at = judged_at WHERE state IN ('converted', 'archived', 'duplicate')")
    _old_judgements()
    _keys()


def _old_judgements():
    """The one judgement a lead could keep becomes the first of its row of judgements."""
    op.execute(
        "INSERT INTO judgement (lead_id, at, unit_id, judged_by_id, conclusion, industry, policy, resources, opinion, reason)"
        " SELECT l.id, l.judged_at, COALESCE(u.unit_id, l.unit_id), l.judged_by_id, l.conclusion, '', '', '', l.judgement, ''"
        ' FROM lead l LEFT JOIN "user" u ON u.id = l.judged_by_id'
        " WHERE l.judged_at IS NOT NULL AND l.conclusion IS NOT NULL"
    )


def _keys():
    """What the spellings of one company share, as the program makes it today; a later edit writes it anew."""
    from crm.leads.sameness import company_key

    bind = op.get_bind()
    lead = sa.table(
        "lead",
        sa.column("id", sa.Integer),
        sa.column("company", sa.String),
        sa.column("company_key", sa.String),
    )
    for id, company in bind.execute(sa.select(lead.c.id, lead.c.company)).all():
        if key := company_key(company):
            bind.execute(sa.update(lead).where(lead.c.id == id).values(company_key=key))


def downgrade():
    for name in ("ix_lead_judge_unit_id", "ix_lead_duplicate_of", "ix_lead_company_key"):
        op.drop_index(name, "lead")
    for name in (
        *(name for name, _table in REFERENCES),
        *MOMENTS,
        *TEXTS,
        "other_matter",
        "unconfirmed",
        "company_key",
    ):
        op.drop_column("lead", name)
    op.drop_index("ix_judgement_at", "judgement")
    op.drop_index("ix_judgement_lead_id", "judgement")
    op.drop_table("judgement")
    op.drop_table("holiday")
