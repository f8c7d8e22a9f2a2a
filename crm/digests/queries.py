"""How digests are set up, who wants one, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, _n
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.reminders import queries as reminders
from crm.reminders.kinds import BY_KEY
from crm.web import display

from . import letter, safe
from .models import Digest, DigestAddress, DigestState
from .outgoing import MailServer
from .webhooks import Robot

SETTING = "digest.setup"
AT_ONCE = 50
SHOWN = 30  # lines of a letter


class Security(Labelled):
    """How a mail server is spoken to; the port follows from it, so that no other can be knocked at."""

    SSL = "ssl", N_("SSL（465 端口）")
    STARTTLS = "starttls", N_("STARTTLS（587 端口）")
    NONE = "none", N_("不加密（25 端口，不登录）")

    @property
    def port(self) -> int:
        return {Security.SSL: 465, Security.STARTTLS: 587, Security.NONE: 25}[self]


@dataclass(frozen=True)
class Setup:
    """All of it but the secrets. Nothing leaves the house before somebody switches it on."""

    mail_on: bool = False
    host: str = ""
    security: str = Security.SSL.value
    login: str = ""
    sender: str = ""
    robot_on: bool = False
    robot: str = Robot.DINGTALK.value
    house: str = ""  # https://crm.example.gov.cn: in front of links; '' leaves them out

    @property
    def can_mail(self) -> bool:
        return bool(self.host and self.sender)


def setup() -> Setup:
    said = settings.everything().get(SETTING) or {}
    return Setup(**{name: said.get(name, value) for name, value in asdict(Setup()).items()})


def mail_server(setup: Setup, data: Path) -> MailServer:
    security = Security(setup.security)
    return MailServer(setup.host, security.port, security.value, setup.login, safe.read(data, safe.PASSWORD))


def visible_to(user: User) -> sa.Select[Digest]:
    """Who looks after the settings sees what was sent; nobody else."""
    rows = sa.select(Digest).options(joinedload(Digest.user))
    return rows if user.may(P.SETTING_MANAGE) else rows.where(sa.false())


def address_of(user: User) -> DigestAddress | None:
    return db.session.scalar(sa.select(DigestAddress).where(DigestAddress.user_id == user.id))


def wanted() -> Sequence[DigestAddress]:
    """Who asked for a digest and may still sign in."""
    rows = sa.select(DigestAddress).join(User, User.id == DigestAddress.user_id).where(User.active)
    return db.session.scalars(rows.options(joinedload(DigestAddress.user)).order_by(DigestAddress.id)).all()


def keys_like(keys: Sequence[str]) -> set[str]:
    return set(db.session.scalars(sa.select(Digest.key).where(Digest.key.in_(keys)))) if keys else set()


def waiting() -> Sequence[int]:
    """What is to be tried now, the oldest first."""
    rows = sa.select(Digest.id).where(Digest.state == DigestState.WAITING, Digest.not_before <= clock.now())
    return db.session.scalars(rows.order_by(Digest.not_before, Digest.id).limit(AT_ONCE)).all()


# --- what a digest says ------------------------------------------------------------------------------------


def lines_for(user: User, page_of: Any) -> tuple[list[letter.Line], int]:
    """(the newest of what this person was reminded of and is still so, how many there are)."""
    found, number = reminders.open_of(user, SHOWN)
    lines = []
    for one in found:
        if kind := BY_KEY.get(one.kind):
            url = page_of(kind.endpoint, one.record_id)
            lines.append(letter.Line(one.title, kind.label, display.day(one.due_on), url))
    return lines, number


def totals() -> tuple[list[str], int]:
    """How many things are due in each unit, by what is due: numbers only, since a group is read by many."""
    by_unit: dict[str, list[str]] = {}
    whole = 0
    for key, unit, number in reminders.open_by_unit():
        if kind := BY_KEY.get(key):
            by_unit.setdefault(unit, []).append(f"{kind.label} {number}")
            whole += number
    return [f"{unit}：{'；'.join(said)}" for unit, said in by_unit.items()], whole


def subject_of(number: int) -> str:
    return _n("您有 %(n)s 件事到期或逾期", number)
