"""days of deals: how each deal stood from a day to a day, from its moves, its contacts and the trail

Revision ID: 0014
Revises: 0013
"""

import datetime as dt
import json
from collections import defaultdict
from itertools import pairwise
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FOREVER = dt.date(9999, 12, 31)
HOME = ZoneInfo("Asia/Shanghai")
AT_ONCE = 500
FACTS = (
    "stage", "stage_since", "state", "unit_id", "owner_id", "sponsor_id", "direction", "planned_wan", "agreed_wan",
    "signed_on", "next_step", "next_due_on",
)  # fmt: skip
OF_THE_TRAIL = {
    "unit_id": int, "owner_id": int, "sponsor_id": int, "direction": str, "next_step": str,
    "next_due_on": dt.date.fromisoformat,
    "planned_wan": lambda text: round(float(text) * 100), "agreed_wan": lambda text: round(float(text) * 100),
}  # fmt: skip
"""How a fact is read back from an event's before and after; stage and state are read from the moves."""


def upgrade():
    op.create_table(
        "deal_span",
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("planned_wan", sa.BigInteger(), nullable=True),
        sa.Column("agreed_wan", sa.BigInteger(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_deal_span_has_a_day")),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_deal_span_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_deal_span_owner_id")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["user.id"], name=op.f("fk_deal_span_sponsor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_deal_span_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_span")),
        sa.UniqueConstraint("deal_id", "from_on", name=op.f("uq_deal_span_deal_id_from_on")),
    )
    _tell_the_days(op.get_bind())
    op.create_index("ix_deal_span_from_on", "deal_span", ["from_on"])
    op.create_index(
        "ix_deal_span_day", "deal_span",
        ["until_on", "from_on", "state", "stage", "unit_id", "direction", "planned_wan", "signed_on", "next_due_on",
         "last_contact_on", "stage_since"],
    )  # fmt: skip
    op.create_index("ix_stage_move_at", "stage_move", ["at"])


def downgrade():
    op.drop_index("ix_stage_move_at", "stage_move")
    op.drop_table("deal_span")


def _tell_the_days(bind):
    names = ", ".join(FACTS)
    demo_day = bind.scalar(sa.text("SELECT value FROM setting WHERE key = 'demo.business_day'"))
    demo_day = _day(json.loads(demo_day) if isinstance(demo_day, str) and '"' in demo_day else demo_day)
    after = 0
    while True:
        deals = bind.execute(
            sa.text(f"SELECT id, last_contact_at, state_since, {names} FROM deal WHERE id > :after ORDER BY id LIMIT :n"),
            {"after": after, "n": AT_ONCE},
        ).mappings().all()  # fmt: skip
        if not deals:
            return
        low, high = deals[0]["id"], deals[-1]["id"]
        moves = _by_deal(
            bind, "SELECT deal_id, kind, to_stage, on_day, undone FROM stage_move", low, high, "deal_id"
        )
        logs = _by_deal(bind, "SELECT deal_id, happened_at FROM contact_log", low, high, "deal_id")
        events = _by_deal(
            bind, "SELECT record_id, at, changes FROM event", low, high, "record_id", "noun = 'deal' AND "
        )
        rows = []
        for deal in deals:
            days = _days_of(deal, moves[deal["id"]], logs[deal["id"]], events[deal["id"]], demo_day)
            ends = [day for day, _facts in days[1:]] + [FOREVER]
            rows += [
                {**facts, "deal_id": deal["id"], "from_on": day, "until_on": end}
                for (day, facts), end in zip(days, ends, strict=True)
            ]
        bind.execute(_table().insert(), rows)
        after = high


def _days_of(deal, moves, logs, events, demo_day):
    """[(first day, facts)]: what is so now, taken back event by event, and then told forward."""
    now = {name: deal[name] for name in FACTS} | {"last_contact_on": _local(deal["last_contact_at"])}
    for name in ("stage_since", "signed_on", "next_due_on"):
        now[name] = _day(now[name])
    standing = [one for one in moves if not one["undone"] and one["kind"] != "undone"]
    start = min([_day(one["on_day"]) for one in standing] + [now["stage_since"]])
    said = []
    first = dict(now) | {"state": "active", "last_contact_on": None, "stage_since": start}
    if standing:
        first["stage"] = standing[0]["to_stage"]
        if first["stage"] in ("intended", "new_talks", "negotiating"):
            first["signed_on"] = None
    for one in standing[1:] if standing else []:
        day = _day(one["on_day"])
        facts = {"state": {"held": "held", "lapsed": "lapsed"}.get(one["kind"], "active")}
        if one["kind"] in ("advanced", "returned", "created"):
            early = one["to_stage"] in ("intended", "new_talks", "negotiating")
            facts |= {
                "stage": one["to_stage"],
                "stage_since": day,
                "signed_on": None if early else now["signed_on"],
            }
        said.append((day, facts))
    if now["state"] != "active":
        said.append((_day(deal["state_since"]) or now["stage_since"], {"state": now["state"]}))
    for event in reversed(events):
        changes = event["changes"]
        changes = json.loads(changes) if isinstance(changes, str) else changes or {}
        day = demo_day or _local(event["at"])
        for name, read in OF_THE_TRAIL.items():
            pair = changes.get(name)
            if isinstance(pair, list) and len(pair) == 2 and day > start:
                said.append((day, {name: _read(read, pair[1], name)}))
                first[name] = _read(read, pair[0], name)
    if first["unit_id"] is None:
        first["unit_id"] = now["unit_id"]
    said += [(day, {"last_contact_on": day}) for day in sorted({_local(one["happened_at"]) for one in logs})]
    if now["last_contact_on"]:
        said.append((now["last_contact_on"], {"last_contact_on": now["last_contact_on"]}))
    # What is known of today stands above what the trail could tell.
    said.append((max(day for day, _facts in [(start, {}), *said]), now))
    found = {start: first}
    known = first
    for day, facts in sorted(said, key=lambda one: one[0]):
        known = {**known, **facts}
        found[max(day, start)] = known
    days = sorted(found.items())
    return days[:1] + [later for earlier, later in pairwise(days) if earlier[1] != later[1]]


def _read(read, text, name):
    if text in (None, ""):
        return "" if name == "next_step" else None
    return read(text)


def _by_deal(bind, select, low, high, column, also=""):
    order = "id"
    rows = bind.execute(
        sa.text(f"{select} WHERE {also}{column} BETWEEN :low AND :high ORDER BY {order}"),
        {"low": low, "high": high},
    ).mappings()
    found = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _day(value):
    return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _local(value):
    if value is None:
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=dt.UTC).astimezone(HOME).date()


def _table():
    columns = [*FACTS, "last_contact_on", "deal_id", "from_on", "until_on"]
    days = {"stage_since", "signed_on", "next_due_on", "last_contact_on", "from_on", "until_on"}
    return sa.table("deal_span", *(sa.column(name, sa.Date() if name in days else None) for name in columns))
