"""Contact logs in a list: who logged them and when is what the list says, not who brings the list."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.contacts import actions
from crm.contacts import queries as contacts
from crm.contacts.models import ContactKind, ContactLog
from crm.contacts.next_step import Plan, Surroundings, missing_for
from crm.contacts.queries import About
from crm.db import db, plain
from crm.deals.models import Deal
from crm.duplicates.references import restored
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.search import index

from . import naming
from .columns import Columns, Known
from .declaring import Alike, Change, Plain, Renew
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("summary", N_("沟通内容"), ("沟通内容", "内容", "沟通情况", "跟进内容", "跟进记录", "洽谈内容", "摘要", "summary", "content"),
          True, "电话沟通投资意向，约定下周来考察", N_("必填")),
    Known("happened_at", N_("沟通时间"), ("沟通时间", "时间", "日期", "沟通日期", "跟进时间", "跟进日期", "拜访时间", "来访时间", "date"),
          example="2013-07-05 14:30", note=N_("必填；可以只写日期")),
    Known("company", N_("企业名称"), ("企业名称", "走访对象", "拜访对象", "走访企业", "来访单位", "对方单位", "客商", "客户", "客户名称", "公司", "公司名称", "单位名称", "单位", "企业", "company"),
          example="上海衢澜精密机械有限公司", note=N_("库里企业的全称；企业和项目至少写一个")),
    Known("deal", N_("项目名称"), ("项目名称", "项目", "deal"), note=N_("库里项目的全称")),
    Known("kind", N_("方式"), ("方式", "沟通方式", "类型", "跟进方式", "kind"), example="电话",
          note=N_("可以写“电话、外出拜访、来访接待、微信、会议活动、跟踪调查”，不写算电话")),
    Known("author", N_("记录人"), ("记录人", "跟进人", "填报人", "经办人", "作者", "author"), example="王专员",
          note=N_("本单位同事的姓名；不写就是导入的人")),
    Known("their_people", N_("对方人员"), ("对方人员", "对方", "联系人", "对接人", "参加人员", "会见人员", "对方参加人员"), example="陈晓岚总经理"),
    Known("place", N_("地点"), ("地点", "沟通地点", "place")),
    Known("next_step", N_("下一步"), ("下一步", "下步打算", "下一步计划", "后续安排", "next_step")),
    Known("next_due_on", N_("下一步日期"), ("下一步日期", "下次时间", "下次跟进时间", "提醒日期", "next_date")),
    Known("leader_led", N_("区领导带队"), ("区领导带队", "领导带队"), note=N_("写“是”、√ 或 Y")),
), needed=("summary",))  # fmt: skip
KINDS = {"拜访": "visit", "走访": "visit", "上门": "visit", "接待": "reception", "来访": "reception", "会议": "meeting",
         "来电": "call", "去电": "call", "调查": "survey"}  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A log about the same firm or deal with the same words at the same time is there already."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    deals = naming.deals_named({one.line("deal") for one in found}, actor)
    people = naming.colleagues({one.line("author") for one in found}, actor)
    for one in found:
        one.errors.clear()
        _read(one, firms, deals, people)
    there = _there(found, actor)
    for one in found:
        one.key = _key(one)
        one.same_id = there.get(one.key)
    return found


def _read(
    one: Read, firms: Mapping[str, Enterprise], deals: Mapping[str, Deal], people: Mapping[str, User]
) -> None:
    happened_at = one.moment("happened_at", needed=True)
    summary = one.long("summary", needed=True)
    company, deal = one.line("company"), one.line("deal")
    if not company and not deal:
        one.fault("company", _("企业和项目至少写一个"))
    if company:
        if firm := firms.get(company):
            one.links["company"] = firm.id
        else:
            one.fault("company", _("库里没有您看得到的“%(name)s”，或者不止一家", name=company[:30]))
    if deal:
        if its := deals.get(deal):
            one.links["deal"] = its.id
        else:
            one.fault("deal", _("没有您看得到的项目“%(name)s”，或者不止一个", name=deal[:30]))
    author = one.line("author", longest=50)
    if author and (colleague := people.get(author)):
        one.links["author"] = colleague.id
    elif author:
        summary = "\n".join((summary, _("原记录人：%(name)s", name=author)))
        one.remark("author", _("没有叫“%(name)s”的同事，已写进内容", name=author[:20]))
    kind = one.line("kind")
    if kind in KINDS:
        kind_of: Any = ContactKind(KINDS[kind])
    else:
        kind_of = one.choice("kind", ContactKind, ContactKind.CALL)
    one.data = {
        "kind": kind_of,
        "happened_at": happened_at,
        "summary": summary,
        "place": one.line("place"),
        "their_people": one.line("their_people"),
        "next_step": one.line("next_step"),
        "next_due_on": one.day("next_due_on"),
        "leader_led": one.yes("leader_led"),
    }
    if happened_at is None:
        return
    if happened_at > clock.business_now() + actions.AHEAD:
        one.fault("happened_at", _("沟通时间不能晚于明天"))
    contact_on = clock.local(happened_at).date()
    if contact_on < actions.EARLIEST:
        one.fault("happened_at", _("沟通时间早于 1990 年，请检查年份"))
    plan = Plan(one.data["next_step"], one.data["next_due_on"])
    for key, sentence in missing_for(plan, Surroundings(), contact_on):
        one.fault(key, sentence)


def _key(one: Read) -> tuple[Any, ...]:
    return (one.links.get("company"), one.links.get("deal"), one.data["happened_at"], one.data["summary"])


def _there(found: Sequence[Read], actor: User) -> dict[tuple[Any, ...], int]:
    moments = sorted({one.data["happened_at"] for one in found if one.data["happened_at"]})
    there: dict[tuple[Any, ...], int] = {}
    for some in identity.chunks(moments, naming.CHUNK):
        rows = contacts.visible_to(actor).where(ContactLog.happened_at.in_(some)).order_by(None)
        for log in db.session.scalars(rows).unique():
            for company in {log.enterprise_id, None} if log.deal_id else {log.enterprise_id}:
                there[company, log.deal_id, log.happened_at, log.summary] = log.id
    return there


# --- what may be the same ---------------------------------------------------------------------------------


def _signs(one: Read) -> dict[str, str]:
    at = one.data["happened_at"]
    return {
        "firm": str(one.links.get("company", "")),
        "deal": str(one.links.get("deal", "")),
        "day": clock.local(at).date().isoformat() if at else "",
        "title": one.data["summary"],
    }


def _signs_of(log: ContactLog) -> dict[str, str]:
    """A log of a deal is one of its firm too; a list names the one, the other or both."""
    return {
        "firm": str(log.enterprise_id or ""),
        "deal": str(log.deal_id or ""),
        "day": clock.local(log.happened_at).date().isoformat(),
        "title": log.summary,
    }


def _near(rows: Sequence[dict[str, str]]) -> list[list[ContactLog]]:
    """Logs of the same firm or deal on the same day."""
    by: dict[tuple[str, str, str], list[ContactLog]] = defaultdict(list)
    days = sorted({signs["day"] for signs in rows} - {""})
    if not days:
        return [[] for _row in rows]
    span = (
        ContactLog.happened_at >= clock.start_of(dt.date.fromisoformat(days[0])),
        ContactLog.happened_at < clock.start_of(dt.date.fromisoformat(days[-1]) + dt.timedelta(days=1)),
    )
    for sign, column in (("firm", ContactLog.enterprise_id), ("deal", ContactLog.deal_id)):
        for some in identity.chunks(
            sorted({int(signs[sign]) for signs in rows if signs[sign]}), naming.CHUNK
        ):
            logs = sa.select(ContactLog).where(column.in_(some), *span).order_by(ContactLog.id)
            for log in db.session.scalars(logs).unique():
                theirs = _signs_of(log)
                by[sign, theirs[sign], theirs["day"]].append(log)
    found = []
    for signs in rows:
        near = [log for sign in ("firm", "deal") for log in by[sign, signs[sign], signs["day"]]]
        found.append(list({log.id: log for log in near}.values())[: naming.MOST])
    return found


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    """By the verb that everybody logs with. What it is about may learn its next step from it: how that stood before
    is kept, for taking it back."""
    firm = db.session.get_one(Enterprise, one.links["company"]) if "company" in one.links else None
    deal = db.session.get_one(Deal, one.links["deal"]) if "deal" in one.links else None
    author = db.session.get_one(User, one.links["author"]) if "author" in one.links else None
    about = About(enterprise=firm or (deal.enterprise if deal else None), deal=deal)
    subjects = [subject for subject in (about.enterprise, deal) if subject is not None]
    before = [_stands(subject) for subject in subjects]
    log = actions.log(about, one.data, Surroundings(), author=author, import_id=batch.id, actor=actor)
    db.session.flush()
    for subject in subjects:
        db.session.refresh(subject)
    stood = [
        [subject.__tablename__, subject.id, was, _stands(subject)]
        for subject, was in zip(subjects, before, strict=True)
    ]
    return log.id, {"stood": stood}


STANDS = ("last_contact_at", "next_step", "next_due_on")


def _stands(subject: Any) -> dict[str, Any]:
    return {key: plain(getattr(subject, key)) for key in STANDS}


def remove(
    ids: Sequence[int], effects: Mapping[int, dict[str, Any]], batch: ImportBatch, actor: User
) -> None:
    """With what its subjects learned from it, unless they have learned more since. The last log goes first."""
    for one in ids:
        for noun, subject_id, before, after in effects[one].get("stood", ()):
            model: Any = {"enterprise": Enterprise, "deal": Deal}[noun]
            subject = db.session.get(model, subject_id)
            if subject is not None and _stands(subject) == after != before:
                for key, value in restored(model.__table__, before).items():
                    setattr(subject, key, value)
                db.session.flush()
    index.remove("contact_log", ids)
    db.session.execute(sa.delete(ContactLog).where(ContactLog.id.in_(ids)), execution_options=naming.QUIETLY)
    db.session.expire_all()


# --- those that are there ---------------------------------------------------------------------------------


def _corrected(log: ContactLog, said: dict[str, Any], actor: User) -> None:
    as_it_is = {name: getattr(log, name) for name in actions.SAID}
    actions.correct(
        log, {**as_it_is, **said}, Surroundings(), people=log.people, colleagues=log.colleagues, actor=actor
    )


def _edit(change: Change, actor: User) -> None:
    _corrected(change.record, change.columns, actor)


def _restore(log: ContactLog, before: dict[str, Any], _more: Any, actor: User) -> None:
    """By the verb: what the firm or the deal has learned from it is put right with it."""
    _corrected(log, before, actor)


PLAIN = Plain(
    read,
    create,
    remove,
    Renew(
        facts={
            "kind": "kind", "happened_at": "happened_at", "summary": "summary", "place": "place",
            "their_people": "their_people", "next_step": "next_step", "next_due_on": "next_due_on",
            "leader_led": "leader_led",
        },
        may=contacts.may_correct,
        edit=_edit,
        restore=_restore,
    ),
    Alike(
        {"firm": 0.3, "deal": 0.05, "day": 0.2, "title": 0.5},
        _signs,
        _near,
        _signs_of,
        {"title": "summary"},
        must=("day",),
    ),
)  # fmt: skip
