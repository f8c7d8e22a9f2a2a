"""dashboards, pace and funnel are added up from indexes alone

Revision ID: 0064
Revises: 0063
"""

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

SPAN = [
    "unit_id",
    "direction",
    "planned_wan",
    "signed_on",
    "next_due_on",
    "last_contact_on",
    "stage_since",
    "deal_id",
]
CHANGED = {
    # name: (table, columns before, columns now)
    "ix_contact_log_kind": (
        "contact_log", ["kind", "happened_at", "leader_led"],
        ["kind", "happened_at", "unit_id", "leader_led", "author_id", "deal_id", "lead_id", "enterprise_id",
         "id"],
    ),
    "ix_contact_log_author": ("contact_log", ["author_id", "happened_at"], ["author_id", "happened_at", "kind"]),
    "ix_paid_in_unit_counts": (
        "paid_in", ["unit_id", "state", "counts_on", "counted_wan", "origin"],
        ["unit_id", "state", "counts_on", "counted_wan", "origin", "deal_id"],
    ),
    "ix_deal_signed": (
        "deal", ["signed_on", "planned_wan", "agreed_wan", "unit_id"],
        ["signed_on", "planned_wan", "agreed_wan", "unit_id", "owner_id"],
    ),
    "ix_deal_span_day": (
        "deal_span", ["until_on", "from_on", "state", "stage", *SPAN], ["until_on", "state", "stage", "from_on", *SPAN],
    ),
}  # fmt: skip


def upgrade():
    for name, (table, _before, now) in CHANGED.items():
        op.drop_index(name, table)
        op.create_index(name, table, now)


def downgrade():
    for name, (table, before, _now) in CHANGED.items():
        op.drop_index(name, table)
        op.create_index(name, table, before)
