"""Sending what waits: each try is written down and committed before the network is asked, so that nobody waits for it
behind a lock and a process that is killed has used up a try."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale

from crm.db import db
from crm.lib.words import _
from crm.org import settings
from crm.org.models import User

from . import actions, letter, outgoing, queries, safe, webhooks
from .models import Channel, Digest, DigestState
from .outgoing import Post, Unreachable
from .queries import Setup
from .webhooks import PLACES, Robot


def send_digests() -> int:
    """Line up those of today and send what waits; answers how many went out."""
    data = Path(current_app.config["CRM_DATA"])
    actions.line_up(data=data)
    db.session.commit()
    ids = queries.waiting()
    begun = [db.session.get_one(Digest, id) for id in ids]
    for one in begun:
        actions.begin(one)
    db.session.commit()
    mails = [one.id for one in begun if one.channel is Channel.MAIL]
    robots = [one.id for one in begun if one.channel is Channel.ROBOT]
    db.session.commit()
    return _by_mail(mails, data) + sum(_by_robot(id, data) for id in robots)


def _ways() -> dict[str, Any]:
    """Tests lead the way to a server of their own; nothing in a real house sets this."""
    return dict(current_app.config.get("OUTGOING", {}))


# --- mail ---------------------------------------------------------------------------------------------------


def _by_mail(ids: Sequence[int], data: Path) -> int:
    """All of them over one connection; what keeps it from being opened keeps all of them."""
    if not ids:
        return 0
    setup, went = queries.setup(), 0
    server = queries.mail_server(setup, data)
    db.session.commit()
    try:
        with Post(server, **_ways()) as post:
            for id in ids:
                went += _mail(id, post, setup)
    except Unreachable as why:
        for id in ids:
            _failed(id, why)
    return went


def _mail(id: int, post: Post, setup: Setup) -> int:
    digest = db.session.get_one(Digest, id)
    user, address = digest.user, queries.address_of(digest.user) if digest.user else None
    if user is None or address is None or not user.active:
        _failed(id, Unreachable(_("这个人不再收摘要"), lasting=True))
        return 0
    made, count = _letter(digest, user, address.email, setup)
    db.session.commit()
    try:
        post.send(made)
    except Unreachable as why:
        _failed(id, why)
        return 0
    return _sent(id, count)


def _letter(digest: Digest, user: User, to: str, setup: Setup) -> tuple[Any, int]:
    with force_locale(user.locale):
        lines, number = queries.lines_for(user, lambda endpoint, id: _page(setup, endpoint, id=id))
        house = settings.get("district.name")
        subject = queries.subject_of(number)
        head = _("%(name)s，您好：", name=user.name) + subject
        if digest.is_test:
            subject = head = _("这是一封测试邮件，收到就说明邮件设置是对的。")
            lines = []
        foot = _("不想再收，请在“提醒记录”的“发到我的邮箱”里把邮箱清空。")
        made = letter.letter(setup.sender, to, subject, head, lines, foot, key=digest.key, house=house)
    return made, number


def _page(setup: Setup, endpoint: str, **values: Any) -> str:
    """A page's address from outside; '' where nobody has said what the house is called there."""
    if not setup.house:
        return ""
    with current_app.test_request_context(base_url=setup.house):
        return current_app.url_for(endpoint, _external=True, **values)


# --- a robot ------------------------------------------------------------------------------------------------


def _by_robot(id: int, data: Path) -> int:
    digest, setup = db.session.get_one(Digest, id), queries.setup()
    robot, title = Robot(setup.robot), _("%(house)s 招商提醒", house=settings.get("district.name"))
    lines, count = ([_("这是一条测试消息")], 0) if digest.is_test else queries.totals()
    if not digest.is_test:
        lines = [_("到期或逾期共 %(n)s 件", n=count), *lines]
        if setup.house:
            lines.append(f"[{_('打开提醒记录')}]({_page(setup, 'reminders.index', open='1')})")
    db.session.commit()
    try:
        path = webhooks.checked(robot, safe.read(data, safe.WEBHOOK))
        path = webhooks.signed(robot, path, safe.read(data, safe.SECRET), int(time.time() * 1000))
        said = outgoing.post(PLACES[robot].host, path, webhooks.message(robot, title, lines), **_ways())
        if why := webhooks.refusal(said):
            raise Unreachable(why)
    except Unreachable as why_not:
        _failed(id, why_not)
        return 0
    return _sent(id, count)


# --- how it went --------------------------------------------------------------------------------------------


def _sent(id: int, count: int) -> int:
    actions.sent(db.session.get_one(Digest, id), count)
    db.session.commit()
    return 1


def _failed(id: int, why: Unreachable) -> None:
    digest = db.session.get_one(Digest, id)
    if digest.state is DigestState.WAITING:
        actions.failed(digest, why.why, lasting=why.lasting)
    db.session.commit()
