"""a deal's size class stands in its spans; funnel and visits are counted in the order of an index

Revision ID: 0067
Revises: 0066
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

BAND = (
    "CASE WHEN planned_wan IS NULL THEN 'none' WHEN planned_wan >= 50000000 THEN 'from_5b' "
    "WHEN planned_wan >= 10000000 THEN 'from_1b' WHEN planned_wan >= 5000000 THEN 'from_500m' "
    "WHEN planned_wan >= 1000000 THEN 'from_100m' WHEN planned_wan >= 500000 THEN 'from_50m' "
    "WHEN planned_wan >= 100000 THEN 'from_10m' ELSE 'below_10m' END"
)
SIGNED = sa.text("signed_on IS NOT NULL")
STAY = sa.text("stage_since = from_on")
DAY_BEFORE = [
    "until_on", "state", "stage", "from_on", "unit_id", "direction", "planned_wan", "signed_on", "next_due_on",
    "last_contact_on", "stage_since", "deal_id",
]  # fmt: skip
DAY = [
    "until_on", "state", "stage", "unit_id", "direction", "band", "planned_wan", "from_on", "next_due_on",
    "last_contact_on", "stage_since", "deal_id",
]  # fmt: skip
SIGNINGS = [
    "until_on",
    "signed_on",
    "stage",
    "unit_id",
    "direction",
    "band",
    "planned_wan",
    "from_on",
    "deal_id",
]
TURNS = ["from_on", "deal_id", "stage", "stage_since", "unit_id", "direction"]
KEPT = {"ix_deal_span_from_on": ["from_on"], "ix_deal_span_owner": ["owner_id", "until_on"]}


def _without_indexes(*dropped):
    for name in (*KEPT, *dropped):
        op.drop_index(name, "deal_span")


def _stay(last):
    op.create_index(
        "ix_deal_span_stay", "deal_span", [*TURNS, last], sqlite_where=STAY, postgresql_where=STAY
    )


def upgrade():
    _without_indexes("ix_deal_span_day", "ix_deal_span_stay")
    with op.batch_alter_table("deal_span") as spans:
        spans.add_column(sa.Column("band", sa.String(32), server_default="none", nullable=False))
    op.execute(f"UPDATE deal_span SET band = {BAND}")
    with op.batch_alter_table("deal_span") as spans:
        spans.alter_column("band", server_default=None)
        spans.create_check_constraint(spans.f("ck_deal_span_band_is_of_wan"), f"band = {BAND}")
    for name, columns in KEPT.items():
        op.create_index(name, "deal_span", columns)
    op.create_index("ix_deal_span_day", "deal_span", DAY)
    op.create_index(
        "ix_deal_span_signed", "deal_span", SIGNINGS, sqlite_where=SIGNED, postgresql_where=SIGNED
    )
    _stay("band")
    op.create_index(
        "ix_contact_log_unit_kind", "contact_log", ["unit_id", "kind", "happened_at", "leader_led"]
    )


def downgrade():
    op.drop_index("ix_contact_log_unit_kind", "contact_log")
    _without_indexes("ix_deal_span_day", "ix_deal_span_stay", "ix_deal_span_signed")
    with op.batch_alter_table("deal_span") as spans:
        spans.drop_constraint(spans.f("ck_deal_span_band_is_of_wan"), type_="check")
        spans.drop_column("band")
    for name, columns in KEPT.items():
        op.create_index(name, "deal_span", columns)
    op.create_index("ix_deal_span_day", "deal_span", DAY_BEFORE)
    _stay("planned_wan")
