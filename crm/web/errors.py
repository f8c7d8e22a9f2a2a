"""What a person sees when something is not possible: a sentence, a way on, and no stack."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from flask import Flask, abort, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import N_, _

from .once import AlreadyDone

log = logging.getLogger(__name__)

SENTENCES = {
    400: (N_("这个请求不完整"), N_("请返回上一页再试一次；填过的内容还在。")),
    401: (N_("请先登录"), N_("登录以后再试一次。")),
    403: (N_("没有这项权限"), N_("您的角色不能做这件事。需要时请找本单位负责人或管理员。")),
    404: (N_("没有找到"), N_("这条记录不存在，或者不在您能看到的范围里。")),
    405: (N_("不能这样打开"), N_("请从页面上的按钮操作。")),
    409: (N_("别人刚刚改过"), N_("请返回上一页，核对新内容后再保存。")),
    413: (N_("内容太大"), N_("附件请控制在 20 MB 以内，名单在 50 MB 以内。")),
    422: (N_("填写有误"), N_("请返回上一页，按提示修改。")),
    429: (N_("太快了"), N_("请稍等一会儿再试。")),
    500: (N_("系统出了意外"), N_("已经记入日志，没有保存的内容没有生效。请稍后再试。")),
    503: (N_("系统正忙"), N_("请等几秒再试；刚才的操作没有生效。")),
}


def page(status: int, detail: str = "") -> tuple[Any, int]:
    """The sentence on a page; for a script that asked for JSON the sentence alone, which it shows."""
    title, hint = SENTENCES.get(status, SENTENCES[400] if status < 500 else SENTENCES[500])
    if request.accept_mimetypes.best == "application/json":
        return {"ok": False, "message": detail or _(hint)}, status
    return render_template("_layout/error.html", code=status, title=_(title), text=detail or _(hint)), status


def forbid(sentence: str) -> NoReturn:
    """403 that says whose business it is, where the sentence for all would leave one at a loss."""
    abort(make_response(*page(403, sentence)))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(AlreadyDone, lambda done: redirect(done.location, 303))
    app.register_error_handler(Refused, lambda refused: page(422, refused.message))
    app.register_error_handler(StaleDataError, lambda _error: page(409))
    app.register_error_handler(IntegrityError, on_lost_parent)
    app.register_error_handler(OperationalError, on_database)
    app.register_error_handler(InterfaceError, on_database)
    app.register_error_handler(InternalServerError, on_surprise)
    app.teardown_request(lambda _error: db.session.rollback())


def on_http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    return page(error.code or 500)


def on_csrf(_error: CSRFError) -> Any:
    return page(400, _("页面打开太久或登录状态变了，请返回上一页刷新后再提交；填过的内容还在。"))


def on_database(error: Exception) -> Any:
    """The database is away or locked: nothing was done, and it heals by itself."""
    db.session.rollback()
    log.error("database unavailable: %s %s", request.path, error.__class__.__name__, exc_info=error)
    body, status = page(503)
    return body, status, {"Retry-After": "3"}


def on_lost_parent(error: IntegrityError) -> Any:
    """What was to hang on a record that somebody has just merged into another has nothing to hang on. Any other
    broken constraint is a fault of ours."""
    lost = getattr(error.orig, "sqlstate", "") == "23503" or "FOREIGN KEY" in str(error.orig)
    db.session.rollback()
    if not lost:
        raise error
    return page(
        409, _("您要写到的记录刚刚被合并或移除了，没有保存。请返回上一页复制填过的内容，再从新的记录进去。")
    )


def on_surprise(error: InternalServerError) -> Any:
    log.error("unexpected: %s %s", request.method, request.path, exc_info=error.original_exception)
    return page(500)
