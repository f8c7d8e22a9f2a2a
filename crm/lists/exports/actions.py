"""The verbs of an export: the line in the log; asking for leave, giving it, refusing it, taking the request back."""

from __future__ import annotations

from crm.audit.trail import record, recording
from crm.db import db
from crm.jobs import actions as jobs
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.asked import filter_in_words
from crm.lists.table import LISTS
from crm.org.models import User

from . import queries
from .making import Made, Said, columns_of
from .models import ExportRequest, RequestState
from .order import SHORTEST_REASON, Order
from .queries import KIND

GROWTH = 0.1  # by which a list may have grown between the request and its file


def note_export(order: Order, made: Made, *, actor: User) -> None:
    """The line in the log; committed before anybody gets the file."""
    params = order.params()
    record(
        "list.exported",
        actor=actor,
        noun=order.page.noun,
        name=made.name,
        note=order.reason,
        changes={
            "list": [None, order.page.name],
            "filter": [None, filter_in_words(order.page, actor, order.args)],
            "query": [None, params["query"]],
            "rows": [None, made.rows],
            "columns": [None, [one.key or one.title for one in columns_of(order, actor)]],
            "phones": [None, "full" if order.full else "masked"],
            "format": [None, order.format],
            "sha256": [None, made.sha256],
        }
        | ({"layout": [None, order.shape.title]} if order.shape else {}),
    )


def note_tables(made: Made, title: str, address: str, *, actor: User) -> None:
    """The same line for the tables of a page that is no list."""
    record("list.exported", actor=actor, noun="page", name=made.name, changes={
        "list": [None, title], "query": [None, address], "rows": [None, made.rows], "phones": [None, "masked"],
        "format": [None, "xlsx"], "sha256": [None, made.sha256],
    })  # fmt: skip


def order_job(order: Order, *, actor: User, came_from: str, request: ExportRequest | None = None) -> JobRun:
    """Write the job down that makes the file; `queue.start` after the commit."""
    params = order.params() | {"from": came_from}
    if request is not None:
        params["request"] = request.id
    asked = _("导出%(what)s（已批准）", what=order.name)
    title = asked if request is not None else _("导出%(what)s", what=order.name)
    return queue.new(KIND, title=title, params=params, user_id=actor.id)


def ask(order: Order, rows: int, *, actor: User) -> ExportRequest:
    """Put a large export before somebody who may approve it."""
    if order.format == "print":
        raise Refused(_("这么多行要先批准才能导出，请选 Excel 或 CSV"))
    order.check_rows(rows)
    if len(order.reason) < SHORTEST_REASON:
        raise Refused(_("这么多行要由负责人批准，请写明理由（至少 %(n)s 个字）", n=SHORTEST_REASON), "reason")
    request = ExportRequest(
        user_id=actor.id,
        name=order.name,
        params=order.params(),
        filter_words=filter_in_words(order.page, actor, order.args),
        rows=rows,
    )
    with recording("export.asked", request, actor=actor, note=order.reason):
        db.session.add(request)
    said = _("%(who)s申请导出%(what)s，共 %(n)s 行", who=actor.name, what=order.name, n=f"{rows:,}")
    jobs.tell(queries.deciders(request.user), _about(request), said, "lists.exports", _anchor="waiting")
    return request


def _about(request: ExportRequest) -> str:
    return f"export_request:{request.id}"


def approve(request: ExportRequest, *, actor: User, came_from: str) -> JobRun:
    """The file is made at once, for who asked, and kept for a day."""
    _may_decide(request, actor)
    order = Order.again(request.params, request.user)
    job = order_job(order, actor=request.user, came_from=came_from, request=request)
    with recording("export.approved", request, actor=actor):
        request.state, request.decided_at, request.decided_by_id = (
            RequestState.APPROVED,
            clock.now(),
            actor.id,
        )
        request.job_id = job.id
    jobs.take_back(_about(request))  # who asked hears of it when the file is there: the job rings for him
    return job


def refuse(request: ExportRequest, note: str, *, actor: User) -> None:
    note = texts.clean_line(note)
    _may_decide(request, actor)
    if not SHORTEST_REASON <= len(note) <= 200:
        raise Refused(_("请写明不批准的原因（%(n)s 到 200 个字）", n=SHORTEST_REASON), "note")
    with recording("export.refused", request, actor=actor, note=note):
        request.state, request.decided_at, request.decided_by_id = RequestState.REFUSED, clock.now(), actor.id
        request.note = note
    jobs.take_back(_about(request))
    what = request.name if request.params["shape"] else LISTS[request.params["page"]].label
    said = _("没有批准您导出%(what)s：%(note)s", what=what, note=note)
    jobs.tell([request.user], _about(request), said, "lists.exports", _anchor="mine")


def withdraw(request: ExportRequest, *, actor: User) -> None:
    if request.user_id != actor.id or request.state is not RequestState.WAITING:
        raise Refused(_("这条申请已经%(state)s", state=request.state.label))
    with recording("export.withdrawn", request, actor=actor):
        request.state = RequestState.WITHDRAWN
    jobs.take_back(_about(request))


def leave_of(request: ExportRequest) -> Said:
    """What the file says of its approval, and how many rows it may hold."""
    if request.state is not RequestState.APPROVED or request.decided_by is None or request.decided_at is None:
        raise Refused(_("这条申请还没有批准"))
    moment = clock.local(request.decided_at).strftime("%Y-%m-%d %H:%M")
    return Said(f"{request.decided_by.name} {moment}", int(request.rows * (1 + GROWTH)))


def _may_decide(request: ExportRequest, actor: User) -> None:
    if not queries.may_decide(actor, request.user):
        raise Refused(_("这条申请不由您批准"))
    if request.state is not RequestState.WAITING:
        raise Refused(_("这条申请已经%(state)s", state=request.state.label))
