"""The robots of DingTalk and WeCom: which addresses are theirs, how a message is signed and told, what an answer means.

Only these two hosts are ever asked, exactly as they are written here, by https, at the one path of a robot. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.words import N_, _

LONGEST = 500
KEY = re.compile(r"[A-Za-z0-9_-]{8,200}", re.ASCII)


class Robot(Labelled):
    DINGTALK = "dingtalk", N_("钉钉群机器人")
    WECOM = "wecom", N_("企业微信群机器人")


@dataclass(frozen=True)
class Place:
    """Where a robot of this kind is asked: host, path, and the one argument that names it."""

    host: str
    path: str
    key: str


PLACES = {
    Robot.DINGTALK: Place("oapi.dingtalk.com", "/robot/send", "access_token"),
    Robot.WECOM: Place("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
}


def checked(robot: Robot, address: str) -> str:
    """The path with its key, of an address that a robot of this kind can have; else refused."""
    place = PLACES[robot]
    wrong = Refused(
        _("%(robot)s的地址应是 https://%(host)s%(path)s?%(key)s=… 这样的", robot=robot.label, host=place.host,
          path=place.path, key=place.key),
        "webhook",
    )  # fmt: skip
    if len(address) > LONGEST or not address.isascii() or not address.isprintable() or "\\" in address:
        raise wrong
    try:
        parts = urlsplit(address)
        asked = parse_qsl(parts.query, strict_parsing=True)
    except ValueError:
        raise wrong from None
    whole = (parts.scheme, parts.netloc, parts.path, parts.fragment)
    if whole != ("https", place.host, place.path, "") or [name for name, _value in asked] != [place.key]:
        raise wrong
    if not KEY.fullmatch(asked[0][1]):
        raise wrong
    return f"{place.path}?{place.key}={asked[0][1]}"


def signed(robot: Robot, path: str, secret: str, now_ms: int) -> str:
    """The path as it is asked at this moment: DingTalk wants time and signature beside the key."""
    if robot is not Robot.DINGTALK or not secret:
        return path
    sign = hmac.new(secret.encode(), f"{now_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{path}&timestamp={now_ms}&sign={quote_plus(base64.b64encode(sign))}"


def message(robot: Robot, title: str, lines: list[str]) -> bytes:
    """What is sent: a heading and a list, in the Markdown that both understand."""
    text = "\n".join([f"### {title}", *(f"- {line}" for line in lines)])
    body: dict[str, Any] = (
        {"title": title, "text": text} if robot is Robot.DINGTALK else {"content": text[:2000]}
    )
    return json.dumps({"msgtype": "markdown", "markdown": body}, ensure_ascii=False).encode()


def refusal(answer: bytes) -> str:
    """Why the robot did not take it, in words; '' when it did. Of what it says only the number is kept: the rest may
    name what was sent."""
    try:
        said = json.loads(answer)
        code = said["errcode"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return _("对方的回答看不懂")
    if code == 0:
        return ""
    return _("对方没有接受，错误码 %(code)s", code=code if isinstance(code, int) else "?")
