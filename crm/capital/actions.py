"""The verbs of money that arrived: declare, put right, check, recognise, send back, take back, adjust; close a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from crm.audit.models import Event
from crm.audit.trail import record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import EARLY, SourceScope
from crm.files import store
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _, keep, listed
from crm.org import settings
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import foreign, queries, window
from .models import MonthlyReturn, PaidIn, PaidInState, ReturnLine, VoucherKind
from .queries import NOUN

FACTS = (
    "arrived_on",
    "amount_wan",
    "usd_wan",
    "payer",
    "origin",
    "kind",
    "voucher_kind",
    "voucher_no",
    "note",
)
MOST_REASONS = 30
LONGEST_REASON = 40
A_LOT = 500
"""Frozen rows that are written in one statement."""


# --- declaring ----------------------------------------------------------------------------------------------


def declare(deal: Deal, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()) -> PaidIn:
    """申报. Refused: before the deal was signed, a day to come, or (without `duplicate_reason`) what looks like a
    sum that was declared already."""
    if deal.stage in EARLY or deal.signed_on is None:
        raise Refused(_("项目还没有签约，签约以后到位的资金才能申报"))
    row = PaidIn(deal=deal, unit_id=deal.unit_id)
    _fill(row, data)
    _stamp(row, actor)
    db.session.add(row)
    reason = texts.clean_line(data.get("duplicate_reason") or "")
    with recording("paid_in.declared", row, actor=actor, note=reason):
        db.session.flush()
    _attach(row, uploads, actor)
    _refuse_doubles(row, reason, actor)
    _put_in_index(row)
    return row


def edit(row: PaidIn, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()) -> None:
    """Put right what waits for its first check; what came back is declared anew by it."""
    if row.state not in (PaidInState.DECLARED, PaidInState.RETURNED):
        raise Refused(_("已经初审或认定，不能再改；请认定部门退回后再改"))
    reason = texts.clean_line(data.get("duplicate_reason") or "")
    again = row.state is PaidInState.RETURNED
    with recording("paid_in.redeclared" if again else "paid_in.edited", row, actor=actor, note=reason):
        _fill(row, data)
        _stamp(row, actor)
        row.state = PaidInState.DECLARED
        row.reason = row.reason_note = ""
        row.decided_by_id = row.decided_at = None
    _attach(row, uploads, actor)
    _refuse_doubles(row, reason, actor)
    _put_in_index(row)


def adjust(row: PaidIn, data: dict[str, Any], *, actor: User) -> PaidIn:
    """更正 what counted in a closed month: a row of its own, more or less, that goes the same way and counts when it is
    recognised. The closed month stays as it is. Two at once wait for each other: each counts what the other took."""
    db.session.refresh(row, with_for_update={"of": PaidIn})
    if row.state is not PaidInState.RECOGNISED or row.monthly_return_id is None:
        raise Refused(_("没有关账的可以直接撤回认定；调整只用于已经关账的"))
    if row.adjusts_id:
        raise Refused(_("调整不能再调整，请对原来那一笔另报调整"))
    amount: Decimal = data.get("change_wan") or Decimal(0)
    usd: Decimal | None = data.get("change_usd_wan")
    if not amount and not usd:
        raise Refused(_("请填写调整金额"), "change_wan")
    if usd and row.origin is not SourceScope.OVERSEAS:
        raise Refused(_("只有来自境外的资金才填外资金额，请核对资金来源地"), "change_usd_wan")
    before = queries.adjusted(row)
    if row.amount_wan + before.amount_wan + amount < 0:
        raise Refused(_("调减超过了这一笔的金额，调整后不能小于零"), "change_wan")
    if (row.usd_wan or 0) + before.usd_wan + (usd or 0) < 0:
        raise Refused(_("调减超过了这一笔的外资金额，调整后不能小于零"), "change_usd_wan")
    why = texts.clean_text(data.get("why") or "")
    if not why:
        raise Refused(_("请写明为什么调整"), "why")
    change = PaidIn(
        deal=row.deal, unit_id=row.unit_id, adjusts_id=row.id, arrived_on=clock.today(), counts_on=clock.today(),
        amount_wan=amount, usd_wan=usd, payer=row.payer, origin=row.origin, kind=row.kind, voucher_kind=row.voucher_kind,
        voucher_no=row.voucher_no, note=why,
    )  # fmt: skip
    _stamp(change, actor)
    db.session.add(change)
    with recording("paid_in.declared", change, actor=actor, note=why):
        db.session.flush()
    record("paid_in.adjusted", row, actor=actor, note=why)
    _put_in_index(change)
    return change


# --- deciding -----------------------------------------------------------------------------------------------


def check(row: PaidIn, *, actor: User) -> None:
    """初审."""
    if row.state is not PaidInState.DECLARED:
        raise Refused(_("这一笔不在待初审，现在是“%(state)s”", state=row.state.label))
    _refuse_own(row, actor)
    with recording("paid_in.checked", row, actor=actor):
        row.state = PaidInState.CHECKED
        row.checked_by_id, row.checked_at = actor.id, clock.business_now()


def recognise(row: PaidIn, *, actor: User, share_percent: int | None = None, note: str = "") -> None:
    """认定: from here on it counts. Refused: one's own, local money, money without any voucher, one not checked yet."""
    if row.state is not PaidInState.CHECKED:
        raise Refused(_("初审通过后才能认定，现在是“%(state)s”", state=row.state.label))
    _refuse_own(row, actor)
    if row.origin is SourceScope.LOCAL:
        raise Refused(_("市内资金不计入到位资金，请退回并选“本地资金”"))
    if row.voucher_kind is VoucherKind.NONE:
        raise Refused(_("没有凭证不能认定，请退回补凭证"))
    if row.origin is SourceScope.OVERSEAS and row.usd_wan is None and not row.adjusts_id:
        raise Refused(_("来自境外的资金没有填外资金额（万美元），不能认定，请退回补填"))
    _refuse_counted_before(row)
    usual = queries.usual_share(row)
    share = usual if share_percent is None else share_percent
    if not 1 <= share <= 100:
        raise Refused(_("计入比例请填 1 到 100"), "share_percent")
    if share != usual and not note:
        raise Refused(_("计入比例和规定的不同，请写明依据"), "why")
    with recording("paid_in.recognised", row, actor=actor, note=note):
        row.state = PaidInState.RECOGNISED
        row.share_percent = share
        row.counted_wan = window.counted(row.amount_wan, share)
        row.counts_on = queries.counts_on(row.arrived_on, queries.last_closed())
        row.decided_by_id, row.decided_at = actor.id, clock.business_now()


def send_back(row: PaidIn, reason: str, note: str, *, actor: User) -> None:
    """退回, with a reason of the year's list. The row stays, and may be declared anew."""
    if not row.state.waits:
        raise Refused(_("只有待初审、待认定的可以退回，现在是“%(state)s”", state=row.state.label))
    _refuse_own(row, actor)
    year = window.year_of(row.arrived_on, queries.first_month())
    if reason not in queries.reasons(year):
        raise Refused(_("请从 %(year)s 年度的原因里选一个", year=year), "reason")
    with recording("paid_in.returned", row, actor=actor, note=note):
        row.state = PaidInState.RETURNED
        row.reason, row.reason_note = reason, note
        row.decided_by_id, row.decided_at = actor.id, clock.business_now()


def take_back(row: PaidIn, note: str, *, actor: User) -> None:
    """撤回认定 while its month is open. Afterwards one adjusts."""
    if row.state is not PaidInState.RECOGNISED:
        raise Refused(_("这一笔还没有认定"))
    if row.monthly_return_id:
        raise Refused(_("这一笔所在的月份已经关账，不能撤回；请报一笔调整"))
    _refuse_own(row, actor)
    if not note:
        raise Refused(_("请写明为什么撤回认定"), "why")
    with recording("paid_in.taken_back", row, actor=actor, note=note):
        row.state = PaidInState.CHECKED
        row.share_percent = None
        row.counted_wan = Decimal(0)
        row.counts_on = row.arrived_on
        row.decided_by_id = row.decided_at = None


# --- closing ------------------------------------------------------------------------------------------------


def close_month(month: dt.date, *, actor: User) -> MonthlyReturn:
    """关账: freeze what counts up to the end of a month that is in no return yet, and number it. Rows are copied, so
    that names may change; the rows themselves are locked by the return they carry."""
    due = queries.next_to_close()
    if due is None:
        raise Refused(_("没有可以关账的月份：当月要过完，而且要有已认定的资金"))
    if month != due:
        raise Refused(_("要按月依次关账，下一个是 %(month)s", month=f"{due:%Y-%m}"))
    first = queries.first_month()
    end = window.last_day(month)
    year = window.year_of(month, first)
    rows = _locked(queries.to_count_in(month))
    counted_wan = sum((row.counted_wan for row in rows), Decimal(0))
    waiting = queries.sum_of(queries.waiting_up_to(month))
    before = sa.select(sa.func.sum(MonthlyReturn.month_wan)).where(MonthlyReturn.year == year)
    number = sa.select(sa.func.max(MonthlyReturn.number)).where(MonthlyReturn.year == year)
    target = queries.target_wan(year)
    closed = MonthlyReturn(
        month=month,
        year=year,
        number=(db.session.scalar(number) or 0) + 1,
        target_wan=target,
        pace_wan=window.pace(target, end, first) if target else None,
        month_wan=counted_wan,
        year_wan=Decimal(db.session.scalar(before) or 0) + counted_wan,
        row_count=len(rows),
        waiting_count=waiting.rows,
        waiting_wan=waiting.amount_wan,
        basis=keep(queries.basis(year)),
        closed_by_id=getattr(actor, "id", None),
    )
    db.session.add(closed)
    with recording("monthly_return.closed", closed, actor=actor):
        db.session.flush()
    _freeze([row.id for row in rows], closed)
    return closed


def _locked(rows: sa.Select[PaidIn]) -> Sequence[Any]:
    """Number and counted amount of what a return will hold, read once and held until it is written: what is recognised
    or taken back meanwhile changes neither its sum nor its lines."""
    told = rows.with_only_columns(PaidIn.id, PaidIn.counted_wan).order_by(PaidIn.counts_on, PaidIn.id)
    return db.session.execute(told.with_for_update()).all()


def _freeze(ids: Sequence[int], closed: MonthlyReturn) -> None:
    """Copy the rows and lock them, some hundred at a time. Whoever has read one before it was locked writes in vain:
    its version goes on."""
    for at in range(0, len(ids), A_LOT):
        some = ids[at : at + A_LOT]
        found = {
            row.id: row
            for row in db.session.scalars(
                queries.with_names(sa.select(PaidIn).where(PaidIn.id.in_(some))),
                execution_options={"populate_existing": True},
            ).unique()
        }
        lines = [
            {
                "monthly_return_id": closed.id, "paid_in_id": row.id, "deal_id": row.deal_id, "deal_name": row.deal.name,
                "unit_id": row.unit_id, "unit_name": row.unit.name, "arrived_on": row.arrived_on,
                "counts_on": row.counts_on, "payer": row.payer, "origin": row.origin, "kind": row.kind,
                "voucher_kind": row.voucher_kind, "voucher_no": row.voucher_no, "amount_wan": row.amount_wan,
                "usd_wan": row.usd_wan,
                "share_percent": row.share_percent, "counted_wan": row.counted_wan,
                "is_adjustment": row.adjusts_id is not None,
            }
            for row in (found[one] for one in some)
        ]  # fmt: skip
        db.session.execute(sa.insert(ReturnLine), lines)
        lock = (
            sa.update(PaidIn)
            .where(PaidIn.id.in_(some))
            .values(monthly_return_id=closed.id, version=PaidIn.version + 1)
        )
        db.session.execute(lock, execution_options={"synchronize_session": False})
    db.session.expire_all()


# --- the list of reasons ------------------------------------------------------------------------------------


def set_reasons(year: int, words: Sequence[str], *, actor: User) -> None:
    """The reasons of a year, in this order. What was returned already keeps the reason as it was worded."""
    kept = list(dict.fromkeys(word for one in words if (word := texts.clean_line(one))))
    if not kept:
        raise Refused(_("至少要有一个原因"), "words")
    if len(kept) > MOST_REASONS:
        raise Refused(_("最多 %(n)s 个原因", n=MOST_REASONS), "words")
    if long := next((one for one in kept if len(one) > LONGEST_REASON), None):
        raise Refused(_("“%(word)s”太长了，最多 %(n)s 个字", word=long[:20], n=LONGEST_REASON), "words")
    before = queries.reasons(year)
    settings.put(queries.reasons_key(year), kept)
    if before != kept:
        record(
            "setting.changed", actor=actor, noun="setting", name=_("%(year)s 年度不予认定的原因", year=year),
            changes={queries.reasons_key(year): [before, kept]},
        )  # fmt: skip


# --- parts --------------------------------------------------------------------------------------------------


def search_fields(row: PaidIn) -> list[Field]:
    """What a sum is found by, beside its deal."""
    return [Field(Kind.NAME, row.payer), Field(Kind.CODE, row.voucher_no), Field(Kind.TEXT, row.note)]


def _put_in_index(row: PaidIn) -> None:
    index.put(NOUN, row.id, search_fields(row))


def _fill(row: PaidIn, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(row, name, data[name])
    if row.amount_wan <= 0 and not row.adjusts_id:
        raise Refused(_("金额要大于零"), "amount_wan")
    foreign.check(row.origin, row.usd_wan)
    if row.arrived_on > clock.today():
        raise Refused(_("到位日期还没有到"), "arrived_on")
    signed_on = row.deal.signed_on
    if signed_on and row.arrived_on < signed_on:
        raise Refused(
            _("到位日期早于签约日期 %(day)s，签约以前的资金不能算这个项目的", day=signed_on.isoformat()),
            "arrived_on",
        )
    if row.voucher_kind is VoucherKind.NONE and row.voucher_no:
        raise Refused(_("填了凭证号，请选凭证种类"), "voucher_kind")
    row.counts_on = row.arrived_on


def _stamp(row: PaidIn, actor: User) -> None:
    row.declared_by_id = actor.id
    row.declared_at = clock.business_now()


def _attach(row: PaidIn, uploads: Sequence[FileStorage], actor: User) -> None:
    files = store.attach(uploads, noun=NOUN, record_id=row.id, actor_id=actor.id)
    if files:
        db.session.flush()
        names = [file.name for file in files]
        record("paid_in.attached", row, actor=actor, changes={"files": [[], names]})


def _refuse_doubles(row: PaidIn, reason: str, actor: User) -> None:
    """Say what it looks like; of another unit's row only the unit."""
    _refuse_counted_before(row)
    if reason:
        return
    doubles = queries.doubles_of(row)
    if doubles:
        ids = queries.visible_to(actor).with_only_columns(PaidIn.id)
        seen = set(db.session.scalars(ids.where(PaidIn.id.in_([one.row.id for one in doubles]))))
        said = listed(
            _("%(unit)s %(day)s 申报的 %(amount)s 万元（%(why)s）",
              unit=one.row.unit.name, day=one.row.arrived_on.isoformat(), amount=f"{one.row.amount_wan.normalize():f}",
              why=one.why)
            if one.row.id in seen
            else _("%(unit)s申报的一笔（%(why)s）", unit=one.row.unit.name, why=one.why)
            for one in doubles
        )  # fmt: skip
        raise Refused(_("可能已经申报过：%(said)s。确实是另一笔，请写明理由", said=said), "duplicate_reason")


def _refuse_counted_before(row: PaidIn) -> None:
    """增资只计增加部分: no reason makes the first investment's money an increase."""
    if found := queries.counted_before(row):
        raise Refused(
            _(
                "同一个项目的原投资或增资里已经认定过这一笔（%(why)s）；增资只计增加部分，不能再报",
                why=found.why,
            ),
            "amount_wan",
        )


def _refuse_own(row: PaidIn, actor: User) -> None:
    """申报、认定分开: whoever declared it, now or before it came back, decides nothing about it."""
    declared = sa.select(Event.id).where(
        Event.noun == NOUN,
        Event.record_id == row.id,
        Event.actor_id == actor.id,
        Event.verb.in_(["paid_in.declared", "paid_in.redeclared", "paid_in.edited"]),
    )
    if row.declared_by_id == actor.id or db.session.scalar(declared.limit(1)) is not None:
        raise Refused(_("这一笔是您申报的，要由别人来审"))
