"""The verbs of digests: set up, ask for one, line up those of a day, and write down how one went."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crm.audit.trail import difference, record
from crm.db import db
from crm.holidays import queries as holidays
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.masking import mask_text
from crm.lib.words import _, keep
from crm.org import settings
from crm.org.models import User
from crm.reminders import queries as reminders

from . import letter, queries, safe, webhooks
from .models import MOST_TRIES, Channel, Digest, DigestAddress, DigestState
from .queries import Security, Setup
from .webhooks import PLACES, Robot

BETWEEN_TRIES = dt.timedelta(minutes=20)
FROM_HOUR, TO_HOUR = 8, 20  # nobody's telephone rings at night


def set_up(wanted: Setup, typed: Mapping[str, str], *, data: Path, actor: User) -> None:
    """Keep it, after a look at each part. `typed` are the secrets: an empty one stays as it is. Their values reach
    neither the table of settings nor the trail."""
    known = {name: typed.get(name) or safe.read(data, name) for name in safe.NAMES}
    before = queries.setup()
    if wanted.robot != before.robot:  # the other robot's address and secret are no use to this one
        known |= {name: typed.get(name, "") for name in (safe.WEBHOOK, safe.SECRET)}
    if (wanted.host, wanted.login, wanted.security) != (before.host, before.login, before.security):
        known[safe.PASSWORD] = typed.get(safe.PASSWORD, "")  # it was meant for the other server's ears only
    if wanted.security == Security.NONE.value:
        if wanted.login:
            raise Refused(_("不加密的连接不发送密码：登录名请空着，或改用加密的连接"), "login")
        known[safe.PASSWORD] = ""
    _check_mail(wanted, known[safe.PASSWORD])
    _check_robot(wanted, known)
    changes = difference(asdict(before), asdict(wanted))
    new = [name for name in safe.NAMES if known[name] != safe.read(data, name)]
    if not changes and not new:
        return
    settings.put(queries.SETTING, asdict(wanted))
    note = _("改了密码、机器人地址或密钥（不留痕其内容）") if new else ""
    record("digest.set_up", actor=actor, changes=changes, note=keep(note), noun="setting", name=_("提醒摘要"))
    db.session.flush()
    for name in new:
        safe.write(data, name, known[name])


def _check_mail(wanted: Setup, password: str) -> None:
    if wanted.sender:
        letter.checked_address(wanted.sender, "sender")
    host = wanted.host
    if host and (not host.isascii() or not all(char.isalnum() or char in ".-" for char in host)):
        raise Refused(_("服务器请填域名或 IP 地址，例如 smtp.example.com"), "host")
    if wanted.mail_on and not wanted.can_mail:
        raise Refused(_("开通邮件之前，请填服务器和发件人"), "host" if not host else "sender")
    for field, text in (("login", wanted.login), (safe.PASSWORD, password)):
        if not text.isascii():
            raise Refused(_("登录名和密码只能用英文字母、数字和符号"), field)
    if wanted.house and not _is_house(wanted.house):
        raise Refused(_("系统地址应是 https://crm.example.gov.cn 这样的"), "house")


def _is_house(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # http://[x
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.path or parts.query)


def _check_robot(wanted: Setup, known: Mapping[str, str]) -> None:
    robot = Robot(wanted.robot)
    if known[safe.WEBHOOK]:
        webhooks.checked(robot, known[safe.WEBHOOK])
    elif wanted.robot_on:
        raise Refused(_("开通群机器人之前，请填它的地址"), "webhook")
    if not known[safe.SECRET].isascii() or len(known[safe.SECRET]) > 200:
        raise Refused(_("密钥只有英文字母和数字"), "secret")


def ask_for(email: str, *, actor: User) -> None:
    """Have my digest sent there, or no more. The trail says that it changed and not to what."""
    there = queries.address_of(actor)
    if (there.email if there else "") == email:
        return
    if not email and there:
        db.session.delete(there)
    elif there:
        there.email = letter.checked_address(email)
    else:
        there = DigestAddress(user_id=actor.id, email=letter.checked_address(email))
        db.session.add(there)
    said = _("提醒摘要发到我的邮箱") if email else _("不再发邮件给我")
    record("digest.asked_for", actor=actor, noun="digest_address", name=said)


def test(channel: Channel, *, data: Path, actor: User) -> Digest:
    """Line up one that says it is a trial, whether or not digests are switched on."""
    setup, to = queries.setup(), _("群机器人")
    if channel is Channel.MAIL:
        address = queries.address_of(actor)
        if not setup.can_mail:
            raise Refused(_("请先填服务器和发件人并保存"))
        if not address:
            raise Refused(_("请先填您自己收摘要的邮箱"))
        to = mask_text(address.email)
    elif not safe.read(data, safe.WEBHOOK):
        raise Refused(_("请先填群机器人的地址并保存"))
    made = Digest(
        key=f"test:{secrets.token_hex(8)}", channel=channel, user_id=actor.id, to=to, is_test=True,
        tries=MOST_TRIES - 1,  # a trial is tried once: who waits for it sees at once why it failed
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("digest.tested", made, actor=actor, note=keep(channel.label))
    return made


def line_up(*, data: Path) -> int:
    """The digests of today, once a day for each: on working days, by day. Answers how many are new."""
    now, today, setup = clock.local(clock.now()), clock.today(), queries.setup()
    if not FROM_HOUR <= now.hour < TO_HOUR or not holidays.calendar().is_working(today):
        return 0
    due: dict[str, dict[str, Any]] = {}
    if setup.mail_on and setup.can_mail:
        for one in queries.wanted():
            key = f"mail:{one.user_id}:{today}"
            due[key] = {"channel": Channel.MAIL, "user_id": one.user_id, "to": mask_text(one.email)}
    if setup.robot_on and safe.read(data, safe.WEBHOOK):
        to = PLACES[Robot(setup.robot)].host
        due[f"robot:{today}"] = {"channel": Channel.ROBOT, "user_id": None, "to": to}
    new = set(due) - queries.keys_like(list(due))
    lined = 0
    for key in sorted(new):
        if _has_something(due[key]):
            db.session.add(Digest(key=key, **due[key]))
            lined += 1
    return lined


def _has_something(row: Mapping[str, Any]) -> bool:
    if row["user_id"] is None:
        return bool(reminders.open_by_unit())
    return reminders.open_of(db.session.get_one(User, row["user_id"]), 1)[1] > 0


def begin(digest: Digest) -> None:
    """Write down that it is tried, before it is: who is killed meanwhile has used up a try."""
    digest.tries += 1
    digest.not_before = clock.now() + BETWEEN_TRIES


def sent(digest: Digest, count: int) -> None:
    digest.state, digest.sent_at, digest.count, digest.why = DigestState.SENT, clock.now(), count, ""


def failed(digest: Digest, why: str, *, lasting: bool) -> None:
    """Another try comes later, unless it would end the same or there were enough of them."""
    digest.why = keep(why)
    if lasting or digest.tries >= MOST_TRIES:
        digest.state = DigestState.FAILED
