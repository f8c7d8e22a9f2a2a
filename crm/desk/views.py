"""工作台, and the one search box."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from crm.agreements.models import Agreement
from crm.campaigns.models import Campaign
from crm.contacts.models import ContactLog
from crm.contacts.queries import NOUNS
from crm.contacts.views import ICONS, note_of, url_of
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.duplicates import queries as duplicates
from crm.financing.models import UpperGrant
from crm.indicators.catalogue import of_value
from crm.indicators.lists import name_of as name_of_figure
from crm.indicators.models import TypedValue
from crm.indicators.views import measured
from crm.land.clearance.models import Clearance
from crm.land.models import Parcel
from crm.leads.models import Lead
from crm.leads.queries import judge_by
from crm.lib import clock, texts
from crm.lib.masking import mask_text
from crm.lib.words import N_, _
from crm.lists.table import LISTS
from crm.meetings.models import Meeting
from crm.merchants.models import Enterprise
from crm.missions.models import Mission
from crm.needs.models import Need
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Role
from crm.partners.models import Partner
from crm.prospects.models import Prospect
from crm.reserve.models import ReserveItem
from crm.slips.models import Slip
from crm.supervision.cases.models import SupervisionCase
from crm.supervision.commitments.models import Commitment
from crm.supervision.honours.models import Honour
from crm.supervision.stories.models import Story
from crm.targets.models import WorkTask
from crm.watchers.models import FirmRequest
from crm.web import display
from crm.yields.models import Case

from . import finding, queries
from .asked import Asked
from .finding import Found
from .queries import Desk, Line, View

bp = Blueprint("desk", __name__)

LONGEST_QUERY = 200
A_PAGE = 10
A_GLANCE = 4
SOUGHT = NOUNS | {"mission": (N_("招商活动"), "visit"), "prospect": (N_("三个一批"), "star"),
                  "partner": (N_("合作方"), "people"),
                  "key_project": (N_("重点项目"), "stage"), "slip": (N_("交办单"), "assign"), "commitment": (N_("承诺事项"), "check"), "supervision_case": (N_("核查名单"), "warn"), "honour": (N_("表彰"), "star"), "story": (N_("先进典型"), "good"), "need": (N_("要素需求"), "list"),
                  "parcel": (N_("地块"), "board"), "clearance": (N_("征迁"), "people"),
                  "upper_grant": (N_("上级资金"), "money"), "reserve_item": (N_("储备项目"), "save"),
                  "campaign": (N_("百日攻坚"), "board"), "yield_case": (N_("倒逼名单"), "warn"),
                  "firm_request": (N_("企业诉求"), "chat"), "work_task": (N_("目标任务"), "check"), "typed_value": (N_("填报数"), "chart"),
                  "agreement": (N_("协议"), "file"), "meeting": (N_("会议"), "meeting")}  # fmt: skip
AROUND = 40
"""Characters shown before the first hit in the text of a log."""


@bp.get("/")
@permit(P.HOME)
def index() -> Any:
    views = queries.views_for(me())
    asked = request.args.get("view", "")
    view = next((one for one in views if one.value == asked), views[0])
    desk = Desk(me(), view)
    return render_template(
        "desk/index.html",
        today=desk.today,
        views=[
            {"label": one.label, "url": url_for("desk.index", view=one.value), "active": one is view}
            for one in views
        ],
        figures=_figures(desk),
        early=[
            {"label": stage.label, "value": desk.count(one), "url": address_of(one), "note": stage.meaning}
            for stage, one in desk.early().items()
        ],
        overdue=_section(desk, desk.overdue),
        due_today=_section(desk, desk.due_today),
        idle=_section(desk, [desk.idle], idle=True),
        idle_days=desk.idle_days,
        to_judge=_to_judge(desk),
        duties=_duties(),
        late_leads=_counts(desk, desk.late_leads),
        suspects=duplicates.said(me()),
        shares=_shares(desk) if me().role is Role.MANAGER and view is View.ALL else [],
        may_log=me().may(P.CONTACT_LOG),
    )


@bp.get("/find")
@permit(P.HOME)
def find() -> Any:
    q = _q()
    found = finding.find(me(), q, A_PAGE, counting=True) if q else []
    return render_template("desk/find.html", q=q, found=[_group(one, q) for one in found])


@bp.get("/suggest")
@permit(P.HOME)
def suggest() -> Any:
    """What the search box shows while typing: a fragment."""
    q = _q()
    found = finding.find(me(), q, A_GLANCE, counting=False) if q else []
    groups = [_group(one, q) for one in found]
    return render_template(
        "desk/suggest.html", q=q, groups=groups, all_url=url_for("desk.find", q=q) if found else None
    )


def _q() -> str:
    return texts.clean_line(request.args.get("q", "")[:LONGEST_QUERY])


# --- the desk ----------------------------------------------------------------------------------------------


def address_of(asked: Asked) -> str:
    """The list's own page with these filters."""
    args: dict[str, Any] = asked.args
    return url_for(asked.listing.endpoint, **args)


def _figures(desk: Desk) -> list[dict[str, Any]]:
    """Five, each a link to exactly what it counts."""
    rows = [
        (
            _("在谈项目"),
            desk.negotiating,
            "deal",
            None,
            _("总投资 %(sum)s", sum=display.wan(desk.total)),
        ),
        (_("本年签约"), desk.signed_this_year, "good", None, _("自 1 月 1 日")),
        (_("其中 5 亿元以上"), desk.large_signed_this_year, "money", None, _("按总投资，含 5 亿元")),
        (
            _("久未联系"),
            desk.idle,
            "clock",
            "warn",
            _("洽谈中，超过 %(n)s 天", n=desk.idle_days) if desk.idle_days else _("洽谈中，按各阶段的天数"),
        ),
        (_("逾期的下一步"), desk.overdue_talks, "bell", "bad", _("洽谈中的项目")),
    ]
    figures = []
    for label, asked, icon, tone, note in rows:
        number = desk.count(asked)
        figures.append(
            {
                "label": label,
                "number": display.number(number),
                "url": address_of(asked),
                "icon": icon,
                "tone": tone if number else None,
                "note": note,
            }
        )
    return figures


def _counts(desk: Desk, asked: list[Asked]) -> list[dict[str, Any]]:
    """How many there are in each list that holds any."""
    return [
        {"noun": one.label, "number": number, "url": address_of(one)}
        for one in asked
        if (number := desk.count(one))
    ]


def _section(desk: Desk, asked: list[Asked], *, idle: bool = False) -> dict[str, Any]:
    """The first lines, and beside them how many there are in each list."""
    held = [one for one in asked if desk.count(one)]
    return {
        "counts": _counts(desk, held),
        "lines": [_line(one) for one in queries.lines(held, me(), idle=idle)],
    }


def _line(line: Line) -> dict[str, Any]:
    record = line.record
    name = record.enterprise.name if isinstance(record, Deal) and record.enterprise else ""
    return {
        "title": record.name,
        "url": url_of(record),
        "icon": NOUNS[record.__tablename__][1],
        "note": " · ".join(
            part
            for part in (mask_text(record.next_step), name if name != record.name else "", line.who)
            if part
        ),
        "due_on": line.due_on,
        "due_days": line.due_days,
        "idle_days": line.idle_days,
        "idle_limit": line.idle_limit,
        "log_url": _log_url(record),
    }


def _log_url(record: Deal | Lead | Enterprise) -> str:
    subject: dict[str, Any] = {f"{record.__tablename__}_id": record.id}
    return url_for("contacts.new", next="/", **subject)


def _duties() -> list[dict[str, Any]]:
    return [
        {
            "label": duty.asked.label,
            "number": display.number(number),
            "url": address_of(duty.asked),
            "tone": duty.tone,
        }
        for duty, number in queries.duties(me())
    ]


def _to_judge(desk: Desk) -> dict[str, Any]:
    asked = desk.to_judge
    number = desk.count(asked)
    return {
        "number": number,
        "url": address_of(asked),
        "may": me().may(P.LEAD_JUDGE),
        "lines": [
            {
                "title": lead.title,
                "url": url_of(lead),
                "note": " · ".join(part for part in (lead.company, lead.report_unit.name) if part),
                "due_on": judge_by(lead),
                "due_days": (judge_by(lead) - clock.today()).days,
            }
            for lead in (queries.newest(asked, me()) if number else [])
        ],
    }


def _shares(desk: Desk) -> list[dict[str, Any]]:
    columns = queries.carried(desk)
    return [
        {
            "name": share.name or _("还没有人"),
            **{
                key: {"number": getattr(share, key), "url": address_of(asked.with_(owner=share.key))}
                for key, asked in columns.items()
            },
        }
        for share in queries.shares(desk)
    ]


# --- what was found ----------------------------------------------------------------------------------------


def _group(found: Found, q: str) -> dict[str, Any]:
    label, icon = SOUGHT[found.noun]
    page = LISTS[finding.FULL[found.noun]] if found.noun in finding.FULL else None
    capped = found.total >= finding.CAP
    return {
        "label": _(label),
        "count": f"{finding.CAP - 1}+" if capped else str(found.total),
        "url": url_for(page.endpoint, q=q) if page else None,
        "export_url": url_for("lists.export", name=page.name, q=q)
        if page and me().may(page.export_permission)
        else "",
        "items": [_item(record, found.noun, icon, q) for record in found.records],
    }


def _item(record: Any, noun: str, icon: str, q: str) -> dict[str, Any]:
    if isinstance(record, ContactLog):
        about = record.deal or record.lead or record.enterprise
        note = " · ".join(
            part
            for part in (about.name if about else "", record.author.name if record.author else "")
            if part
        )
        note = mask_text(note)
        return {
            "parts": snippet(mask_text(record.summary), mask_text(record.next_step), q),
            "note": note,
            "note_parts": texts.highlight(note, q),
            "url": url_for("contacts.show", id=record.id),
            "icon": ICONS[record.kind.value],
            "end": display.day(record.happened_at),
        }
    note = mask_text(_note(record))
    return {
        "parts": texts.highlight(mask_text(_name(record)), q, person=noun == "person"),
        "note": note,
        "note_parts": texts.highlight(note, q),
        "url": _url(record),
        "icon": icon,
        "end": "",
    }


def _name(record: Any) -> str:
    if isinstance(record, TypedValue):  # the house's own indicators are called so in the reader's language
        return f"{name_of_figure(record)} {record.months}"
    return str(record.name)


def _note(record: Any) -> str:
    if isinstance(record, Mission):
        return f"{display.day(record.starts_on)} · {record.unit.name}"
    if isinstance(record, Prospect):
        return f"{record.batch.label} · {record.unit.name}"
    if isinstance(record, Partner):
        return f"{record.kind.label} · {record.region} · {record.unit.name}"
    if isinstance(record, KeyProject):
        return " · ".join(
            part for part in (record.status.label, record.unit.name if record.unit else "") if part
        )
    if isinstance(record, Campaign):
        return f"{display.day(record.from_on)} — {display.day(record.until_on)} · {record.unit.name}"
    if isinstance(record, UpperGrant | ReserveItem | Case | WorkTask):
        return f"{record.state.label} · {record.unit.name}"
    if isinstance(record, TypedValue):
        whose = record.unit.name if record.unit else _("全区")
        amount = measured(of_value(record), record.amount)
        return " · ".join(part for part in (amount, whose, record.source) if part)
    if isinstance(record, FirmRequest):
        return f"{record.kind.label} · {record.unit.name}"
    if isinstance(record, Slip):
        return f"{record.subject} · {record.state.label}"
    if isinstance(record, Story):
        return f"{record.kind.label} · {record.unit.name} · {record.state.label}"
    if isinstance(record, Honour):
        return record.reason
    if isinstance(record, SupervisionCase):
        return f"{record.trigger.label} · {record.unit.name}"
    if isinstance(record, Commitment):
        return f"{record.unit.name} · {record.state.label}"
    if isinstance(record, Need):
        return f"{record.kind.label} · {record.unit.name}"
    if isinstance(record, Parcel | Clearance):
        return f"{(record.state if isinstance(record, Parcel) else record.stage).label} · {record.unit.name}"
    if isinstance(record, Agreement):
        return f"{record.kind.label} · {record.deal.name}"
    if isinstance(record, Meeting):
        return f"{display.day(record.on_day)} · {record.unit.name}"
    return note_of(record)


def _url(record: Any) -> str:
    pages = {
        Mission: "missions.show",
        Prospect: "prospects.show",
        KeyProject: "delivery.show",
        Slip: "slips.show",
        Commitment: "commitments.show",
        SupervisionCase: "supervision.show",
        Honour: "honours.show",
        Story: "stories.show",
        FirmRequest: "watchers.show",
        Need: "needs.show",
        Parcel: "land.show",
        Clearance: "clearance.show",
        Agreement: "agreements.show",
        Meeting: "meetings.show",
        Partner: "partners.show",
        Campaign: "campaigns.show",
        UpperGrant: "financing.show",
        ReserveItem: "reserve.show",
        WorkTask: "targets.show_task",
        TypedValue: "indicators.show_value",
    }
    if isinstance(record, Case):  # stands on its firm's page
        return url_for("yields.show", id=record.enterprise_id)
    page = pages.get(type(record))
    return url_for(page, id=record.id) if page else url_of(record)


def snippet(summary: str, next_step: str, q: str) -> list[tuple[str, bool]]:
    """The stretch of a log's text around the first hit, a hundred characters of it."""
    for text in (summary, next_step):
        parts = texts.highlight(" ".join(text.split()), q)
        if any(hit for _part, hit in parts):
            return _around(parts)
    return [(shorten(" ".join(summary.split())), False)]


def _around(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    at = next(number for number, (_part, hit) in enumerate(parts) if hit)
    before = "".join(part for part, _hit in parts[:at])
    lead = ("…" + before[-AROUND:]) if len(before) > AROUND else before
    shown: list[tuple[str, bool]] = [(lead, False)] if lead else []
    room = 100 - len(lead)
    for part, hit in parts[at:]:
        if room <= 0:
            shown.append(("…", False))
            break
        shown.append((part[:room] + ("…" if len(part) > room else ""), hit))
        room -= len(part)
    return shown


def shorten(text: str, most: int = 100) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
