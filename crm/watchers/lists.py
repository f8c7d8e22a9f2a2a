"""The lists of watchers and of requests; and who watches as a filter on key projects and deals."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import joinedload

from crm.deals import lists as deal_lists
from crm.delivery import lists as project_lists
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import queries
from .models import FirmRequest, RequestKind, RequestState, Watch


def url_of(row: Any) -> str:
    """The page of the project or deal it hangs on."""
    if row.project_id:
        return url_for("watchers.of_project", id=row.project_id)
    return url_for("watchers.of_deal", id=row.deal_id)


def _people(user: User) -> list[tuple[Any, str]]:
    return [("me", _("我")), *org.colleague_choices(user, P.PROJECT_VIEW)]


def _watchers(user: User) -> list[tuple[Any, str]]:
    return [("none", _("还没有人")), *_people(user)]


def _whose(value: str, user: User) -> int | None:
    return None if value == "none" else user.id if value == "me" else int(value)


def _unit(row: Any) -> str:
    return row.subject.unit.name if row.subject.unit else ""


WATCHES = register(
    ListPage(
        name="watches",
        msgid=N_("盯办记录"),
        noun="watch",
        model=Watch,
        columns=(
            Column("subject", N_("项目"), lambda one: one.subject.name, url=url_of),
            Column("where", N_("对象"), lambda one: _("重点项目") if one.project_id else _("招商项目")),
            Column("person", N_("盯办人"), lambda one: one.person.name),
            Column("from_on", N_("起始日期"), lambda one: one.from_on, "day", sort="from"),
            Column("to_on", N_("结束日期"), lambda one: one.to_on, "day", sort="to"),
            Column("unit", N_("责任单位"), _unit),
            Column("note", N_("交接说明"), lambda one: one.note),
        ),
        filters=(
            Filter("person", N_("盯办人"), "choice", _people,
                   lambda value, user: Watch.person_id == _whose(value, user)),
            Filter("now", N_("正在盯办"), "flag", where=lambda value, user: Watch.to_on.is_(None)),
            Filter("from", N_("起始日期"), "days", where=lambda value, user: between(Watch.from_on, value)),
        ),
        sorts={"id": Watch.id, "from": Watch.from_on, "to": Watch.to_on},
        default_sort="-from",
        base=lambda user: queries.with_names(queries.watches_visible_to(user), Watch).options(joinedload(Watch.person)),
        belongs=lambda one: {"units": queries.units_of(one.subject), "owners": [one.person_id]},
        row_label=lambda one: one.subject.name,
        searched=False,
        view_permission=P.PROJECT_VIEW,
        export_permission=P.PROJECT_EXPORT,
        endpoint="watchers.index",
        empty_text=N_("在重点项目或已签约项目的“盯办”页上指定专人，记录就出现在这里。"),
    )
)  # fmt: skip

REQUESTS = register(
    ListPage(
        name="firm_requests",
        msgid=N_("企业诉求"),
        noun="firm_request",
        model=FirmRequest,
        columns=(
            Column("text", N_("企业诉求"), lambda one: one.name,
                   url=lambda one: url_for("watchers.show", id=one.id)),
            Column("subject", N_("项目"), lambda one: one.subject.name),
            Column("kind", N_("哪方面"), lambda one: one.kind, "state", sort="kind"),
            Column("state", N_("状态"), lambda one: one.state(clock.today()), "state"),
            Column("asked_on", N_("提出日期"), lambda one: one.asked_on, "day", sort="asked"),
            Column("due_on", N_("答复期限"), lambda one: one.due_on, "day", sort="due"),
            Column("answered_on", N_("答复日期"), lambda one: one.answered_on, "day", sort="answered"),
            Column("unit", N_("答复单位"), lambda one: one.unit.name),
            Column("answer", N_("答复"), lambda one: one.answer, default=False),
            Column("times_reopened", N_("重新办理次数"), lambda one: one.times_reopened, "number", default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: RequestState.choices(),
                   lambda value, user: queries.in_state(RequestState(value), clock.today())),
            Filter("kind", N_("哪方面"), "choice", lambda user: RequestKind.choices(),
                   lambda value, user: FirmRequest.kind == RequestKind(value)),
            Filter("mine", N_("由我或本单位答复的"), "flag", where=lambda value, user: queries.asked_of(user)),
            of_unit(N_("答复单位"), lambda id: FirmRequest.unit_id == id),
            Filter("due", N_("答复期限"), "days", where=lambda value, user: between(FirmRequest.due_on, value)),
        ),
        sorts={"id": FirmRequest.id, "kind": FirmRequest.kind, "asked": FirmRequest.asked_on,
               "due": FirmRequest.due_on, "answered": FirmRequest.answered_on},
        default_sort="due",
        base=lambda user: queries.with_names(queries.requests_visible_to(user), FirmRequest)
        .options(joinedload(FirmRequest.unit)),
        belongs=lambda one: {"units": [one.unit_id, *queries.units_of(one.subject)], "owners": [one.entered_by_id]},
        view_permission=P.PROJECT_VIEW,
        export_permission=P.PROJECT_EXPORT,
        endpoint="watchers.requests",
        empty_text=N_("企业提出什么难处，在项目的“盯办”页上记下来，到期会提醒。"),
    )
)  # fmt: skip

project_lists.PAGE.also_filtered_by(
    Filter("watcher", N_("盯办人"), "choice", _watchers,
           lambda value, user: queries.project_watched_by(_whose(value, user)))
)  # fmt: skip
deal_lists.PAGE.also_filtered_by(
    Filter("watcher", N_("盯办人"), "choice", _watchers,
           lambda value, user: queries.deal_watched_by(_whose(value, user)))
)  # fmt: skip
