"""The menu: the report's own nouns, shown to those who may open them. Counts are mine to act on only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from crm.capital import queries as capital
from crm.db import db
from crm.disputes import queries as disputes
from crm.duplicates import queries as duplicates
from crm.lib.words import N_, _
from crm.lists.exports import queries as exports
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role
from crm.slips import queries as slips
from crm.web.display import day, usual_address


@dataclass(frozen=True)
class Entry:
    msgid: str
    endpoint: str
    icon: str
    permission: P


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (
        Entry(N_("工作台"), "desk.index", "desk", P.HOME),
        Entry(N_("一屏看懂"), "dashboards.show", "eye", P.INDICATOR_VIEW),
        Entry(N_("提醒记录"), "reminders.index", "bell", P.REMINDER_VIEW),
    )),
    (N_("资源库"), (
        Entry(N_("企业"), "merchants.index", "company", P.MERCHANT_VIEW),
        Entry(N_("人员"), "merchants.people", "person", P.MERCHANT_VIEW),
        Entry(N_("客商跟踪"), "tracking.index", "clock", P.MERCHANT_VIEW),
        Entry(N_("引荐"), "referrals.index", "link", P.CONTACT_VIEW),
        Entry(N_("查重"), "duplicates.suspects", "suspects", P.MERCHANT_VIEW),
    )),
    (N_("线索"), (
        Entry(N_("线索"), "leads.index", "lead", P.LEAD_VIEW),
        Entry(N_("三个一批"), "prospects.index", "star", P.PROSPECT_VIEW),
        Entry(N_("招商活动"), "missions.index", "visit", P.MISSION_VIEW),
        Entry(N_("协作合作"), "partners.index", "people", P.PARTNER_VIEW),
        Entry(N_("我报的信息"), "reporting.mine", "chat", P.HOME),
        Entry(N_("首报争议"), "disputes.index", "split", P.LEAD_VIEW),
        Entry(N_("信息通报"), "bulletins.index", "file", P.BULLETIN_VIEW),
    )),
    (N_("项目"), (
        Entry(N_("看板"), "pipeline.board", "board", P.DEAL_VIEW),
        Entry(N_("项目列表"), "deals.index", "deal", P.DEAL_VIEW),
        Entry(N_("漏斗与变化"), "review.funnel", "chart", P.DEAL_VIEW),
        Entry(N_("会议"), "meetings.index", "meeting", P.DEAL_VIEW),
        Entry(N_("准入评审"), "entry.index", "shield", P.ENTRY_VIEW),
        Entry(N_("协议"), "agreements.index", "file", P.DEAL_VIEW),
        Entry(N_("沟通记录"), "contacts.index", "contact", P.CONTACT_VIEW),
    )),
    (N_("项目推进"), (
        Entry(N_("重点项目"), "delivery.index", "stage", P.PROJECT_VIEW),
        Entry(N_("三率"), "delivery.show_rates", "chart", P.PROJECT_VIEW),
        Entry(N_("专人盯办"), "watchers.index", "eye", P.PROJECT_VIEW),
        Entry(N_("企业诉求"), "watchers.requests", "chat", P.PROJECT_VIEW),
        Entry(N_("百日攻坚"), "campaigns.index", "board", P.PROJECT_VIEW),
        Entry(N_("互看互学竞赛"), "contests.index", "star", P.PROJECT_VIEW),
        Entry(N_("并联审批"), "approvals.progress", "check", P.APPROVAL_VIEW),
        Entry(N_("项目名单"), "rolls.index", "list", P.PROJECT_VIEW),
        Entry(N_("领导挂联"), "delivery.leaders", "people", P.PROJECT_VIEW),
        Entry(N_("项目体检"), "health.index", "warn", P.DEAL_VIEW),
        Entry(N_("交办单"), "slips.index", "assign", P.SLIP_VIEW),
    )),
    (N_("储备"), (
        Entry(N_("储备库"), "reserve.index", "list", P.RESERVE_VIEW),
        Entry(N_("谋划进度"), "reserve.progress", "chart", P.RESERVE_VIEW),
    )),
    (N_("要素保障"), (
        Entry(N_("要素需求"), "needs.index", "list", P.NEED_VIEW),
        Entry(N_("要素缺口"), "needs.unmet", "chart", P.NEED_VIEW),
        Entry(N_("地块"), "land.index", "board", P.LAND_VIEW),
        Entry(N_("征迁"), "clearance.index", "people", P.LAND_VIEW),
        Entry(N_("用地指标"), "land.quotas", "file", P.LAND_VIEW),
        Entry(N_("上级资金"), "financing.index", "money", P.NEED_VIEW),
        Entry(N_("亩均评价"), "yields.index", "chart", P.YIELD_VIEW),
    )),
    (N_("资金"), (
        Entry(N_("到位资金台账"), "capital.index", "money", P.CAPITAL_VIEW),
        Entry(N_("资金审核"), "capital.queue", "check", P.CAPITAL_CHECK),
    )),
    (N_("目标与指标"), (
        Entry(N_("目标任务"), "targets.index", "stage", P.TARGET_VIEW),
        Entry(N_("指标比较"), "indicators.index", "chart", P.INDICATOR_VIEW),
        Entry(N_("通报公示"), "reports.index", "file", P.REPORT_VIEW),
    )),
    (N_("督查问责"), (
        Entry(N_("核查名单"), "supervision.index", "warn", P.SUPERVISION_VIEW),
        Entry(N_("承诺台账"), "commitments.index", "check", P.SUPERVISION_VIEW),
        Entry(N_("表彰"), "honours.index", "star", P.SUPERVISION_VIEW),
        Entry(N_("先进典型"), "stories.index", "good", P.SUPERVISION_VIEW),
    )),
    (N_("名单"), (
        Entry(N_("导入"), "imports.index", "import", P.IMPORT_RUN),
        Entry(N_("官方表式"), "layouts.index", "file", P.DEAL_EXPORT),
        Entry(N_("导出记录"), "lists.exports", "export", P.DEAL_EXPORT),
    )),
    (N_("管理"), (
        Entry(N_("人员与单位"), "org.users", "people", P.USER_MANAGE),
        Entry(N_("设置"), "org.show_settings", "settings", P.SETTING_MANAGE),
        Entry(N_("备份"), "backups.index", "save", P.BACKUP_MANAGE),
        Entry(N_("工作日历"), "holidays.index", "calendar", P.SETTING_MANAGE),
        Entry(N_("权限表"), "org.rights", "shield", P.AUDIT_VIEW),
        Entry(N_("操作记录"), "org.events", "history", P.AUDIT_VIEW),
    )),
)  # fmt: skip

AT_HAND = {
    Role.PROMOTER: {N_("资源库"), N_("线索"), N_("项目")},
    Role.MANAGER: {N_("线索"), N_("项目"), N_("项目推进")},
    Role.LEADER: {N_("项目"), N_("项目推进"), N_("目标与指标")},
    Role.ADMINISTRATOR: {N_("资源库"), N_("项目"), N_("管理")},
    Role.AUDITOR: {N_("目标与指标"), N_("督查问责"), N_("管理")},
}
"""The groups that stand open: somebody's daily work. Any other is one press away, opens by itself where one of its
pages is shown or something waits, and stays as its user leaves it (in his browser)."""


COUNTS: dict[str, Callable[[User], Any]] = {
    "duplicates.suspects": duplicates.said,
    "lists.exports": exports.number_waiting,
    "disputes.index": disputes.number_waiting,
    "capital.queue": capital.number_waiting,
    "slips.index": slips.number_to_decide,
}
ELSEWHERE = {
    **dict.fromkeys(
        ("merchants.new_person", "merchants.show_person", "merchants.edit_person", "merchants.card"),
        "merchants.people",
    ),
    "delivery.show_leader": "delivery.leaders",
    "campaigns.of_project": "delivery.index",
    **dict.fromkeys(
        ("watchers.of_project", "watchers.assign_project", "watchers.ask_project"), "delivery.index"
    ),
    **dict.fromkeys(("watchers.of_deal", "watchers.assign_deal", "watchers.ask_deal"), "deals.index"),
    **dict.fromkeys(("watchers.answer", "watchers.reopen"), "watchers.requests"),
    "approvals.of_project": "delivery.index",
    "pipeline.set_gates": "org.show_settings",
    "capital.reasons": "org.show_settings",
    "reminders.set_terms": "org.show_settings",
    "digests.index": "org.show_settings",
    "digests.set_up": "org.show_settings",
    "digests.test": "org.show_settings",
    "digests.address": "reminders.index",
}
"""Pages that do not stand under the first entry of their own feature."""

HOUSES = {
    "report_table": "reports",
    "engine": "duplicates",
    "transfers": "deals",
    "slip_rounds": "slips",
    "inspections": "slips",
    "catalogue": "approvals",
    "joint": "approvals",
    "standards": "entry",
}
"""Parts of a feature that are blueprints of their own."""


def stands_under(endpoint: str | None) -> str:
    """The menu entry whose page this is, or whose record: a deal's page stands under the list of deals."""
    entries = [entry.endpoint for _title, group in MENU for entry in group]
    if endpoint in entries:
        return str(endpoint)
    if endpoint in ELSEWHERE:
        return ELSEWHERE[endpoint]
    blueprint = (endpoint or "").split(".")[0]
    blueprint = HOUSES.get(blueprint, blueprint)
    return next((entry for entry in entries if entry.split(".")[0] == blueprint), "")


def menu() -> list[dict[str, Any]]:
    """The groups that hold something for this user."""
    if not current_user.is_authenticated:
        return []
    groups = []
    here = stands_under(request.endpoint)
    for title, entries in MENU:
        items = [
            {
                "label": _(entry.msgid),
                "url": usual_address(entry.endpoint),
                "icon": entry.icon,
                "active": entry.endpoint == here,
                "count": COUNTS[entry.endpoint](current_user) if entry.endpoint in COUNTS else 0,
            }
            for entry in entries
            if current_user.may(entry.permission) and entry.endpoint in current_app.view_functions
        ]
        if items:
            groups.append(
                {
                    "key": entries[0].endpoint,
                    "label": _(title) if title else "",
                    "items": items,
                    "open": title in AT_HAND.get(current_user.role, ()),
                    "calls": any(item["active"] or item["count"] for item in items),
                }
            )
    return groups


def init_app(app: Flask) -> None:
    @app.context_processor
    def _layout() -> dict[str, Any]:
        tag = str(get_locale() or "zh")
        return {
            "navigation": menu,
            "lang": "en" if tag.startswith("en") else "zh-CN",
            "district_name": district_name,
            "demo_banner": demo_banner,
        }


def demo_banner() -> dict[str, Any] | None:
    """What stands above every page while the demo district is loaded."""
    if not current_user.is_authenticated or not (today := settings.business_day()):
        return None
    removable = current_user.may(P.SETTING_MANAGE)
    return {
        "text": _("这是示例区，数据是虚构的，今天按 %(day)s 计算", day=day(today)),
        "remove_url": url_for("org.remove_demo") if removable else None,
    }


def district_name() -> str:
    return str(settings.get("district.name")) if database_answers() else ""


def database_answers() -> bool:
    """The error page for a database that is away must not ask it again."""
    try:
        settings.everything()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
