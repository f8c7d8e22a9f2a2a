"""The way out: two hosts and no other, by TLS, to public addresses, without following anybody; real servers answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crm.digests import letter, outgoing, webhooks
from crm.digests.outgoing import MailServer, Post, Unreachable
from crm.digests.webhooks import PLACES, Robot
from crm.lib.errors import Refused
from tests.digests import servers

DING = "https://oapi.dingtalk.com/robot/send?access_token=abcDEF123456"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"


def test_the_two_addresses_that_robots_have() -> None:
    assert webhooks.checked(Robot.DINGTALK, DING) == "/robot/send?access_token=abcDEF123456"
    assert webhooks.checked(Robot.WECOM, WECOM) == "/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"


BAD = (
    WECOM, "", "oapi.dingtalk.com", DING.replace("https", "http"), DING.replace("oapi.", "oapi.dingtalk.com."),
    DING.replace(".com/", ".com:443/"), DING.replace(".com/", ".com:8443/"), DING.replace(".com/", ".com.evil.cn/"),
    DING.replace("//", "//oapi.dingtalk.com@evil.cn/"), DING.replace("//oapi", "//user:pass@oapi"),
    DING.replace("oapi.dingtalk.com", "127.0.0.1"), DING.replace("oapi.dingtalk.com", "0177.0.0.1"),
    DING.replace("oapi.dingtalk.com", "[::ffff:127.0.0.1]"), DING.replace("oapi.dingtalk.com", "OAPI.DINGTALK.COM"),
    DING.replace("oapi.dingtalk.com", "oapi.dingtalk.com."), DING.replace("oapi", "ｏapi"), DING.replace("/robot", "\\robot"),
    DING.replace("/robot/send", "/robot/../send"), DING.replace("/robot/send", "/robot/send/"), DING + "#x", DING + "&x=1",
    DING + "%0d%0aX: 1", DING + "\r\nX: 1", DING.replace("access_token=", "key="), DING[: DING.index("?")],
    DING + "a" * 600, "https://oapi.dingtalk.com\t/robot/send?access_token=abcDEF123456", "file:///etc/passwd",
    "//oapi.dingtalk.com/robot/send?access_token=abcDEF123456", DING + " ",
)  # fmt: skip


@pytest.mark.parametrize("address", BAD)
def test_no_other_address_is_taken(address: str) -> None:
    with pytest.raises(Refused, match="oapi"):
        webhooks.checked(Robot.DINGTALK, address)


def test_only_dingtalk_is_signed_as_it_says_it_must_be() -> None:
    path = webhooks.signed(Robot.DINGTALK, "/robot/send?access_token=x", "SECf00", 1374717600123)
    asked = parse_qs(urlsplit(path).query)
    wanted = hmac.new(b"SECf00", b"1374717600123\nSECf00", hashlib.sha256).digest()
    assert asked == {
        "access_token": ["x"],
        "timestamp": ["1374717600123"],
        "sign": [base64.b64encode(wanted).decode()],
    }
    assert (
        webhooks.signed(Robot.DINGTALK, "/p?k=1", "", 1)
        == webhooks.signed(Robot.WECOM, "/p?k=1", "SEC", 1)
        == "/p?k=1"
    )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("203.119.1.1", True), ("2408:8000::1", True), ("127.0.0.1", False), ("10.1.2.3", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("::1", False), ("fe80::1", False),
        ("fd00::1", False), ("::ffff:10.0.0.1", False), ("::ffff:8.8.8.8", True), ("2002:7f00:1::", False),
        ("224.0.0.1", False), ("ff02::1", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert outgoing.is_public(address) is public


def test_one_address_of_the_house_among_public_ones_is_enough_to_stay_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(*addresses: str) -> Any:
        return lambda *_a, **_k: [(socket.AF_INET, 1, 6, "", (one, 443)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found("203.119.1.1", "10.0.0.1"))
    with pytest.raises(Unreachable, match="公网"):
        outgoing.public("oapi.dingtalk.com", 443)
    monkeypatch.setattr(socket, "getaddrinfo", found("203.119.1.1", "203.119.1.2"))
    assert outgoing.public("oapi.dingtalk.com", 443) == ("203.119.1.1", 443)
    monkeypatch.setattr(socket, "getaddrinfo", found())
    with pytest.raises(Unreachable, match="查不到"):
        outgoing.public("oapi.dingtalk.com", 443)


@pytest.fixture
def robot() -> Iterator[servers.Robot]:
    with servers.serving(servers.Robot()) as server:
        yield server


def post(server: Any, **ways: Any) -> bytes:
    ways = {"route": lambda host, port: server.server_address, "trust": servers.trust()} | ways
    return outgoing.post(PLACES[Robot.WECOM].host, "/cgi-bin/webhook/send?key=k", b'{"a":1}', **ways)


def test_a_message_arrives_under_the_hosts_own_name(robot: servers.Robot) -> None:
    assert webhooks.refusal(post(robot)) == ""
    assert robot.asked == [("qyapi.weixin.qq.com", "/cgi-bin/webhook/send?key=k", {"a": 1})]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(robot: servers.Robot, status: int) -> None:
    robot.says = (status, {"Location": "https://oapi.dingtalk.com/elsewhere"}, b"")
    with pytest.raises(Unreachable, match="没有跟着去") as said:
        post(robot)
    assert said.value.lasting and len(robot.asked) == 1


def test_what_goes_wrong_is_said_without_the_address(robot: servers.Robot) -> None:
    robot.says = (500, {}, b"")
    with pytest.raises(Unreachable, match="500"):
        post(robot)
    robot.says = (200, {}, b"x" * (outgoing.MOST_BYTES + 1))
    with pytest.raises(Unreachable, match="太长"):
        post(robot)
    with pytest.raises(Unreachable, match="证书") as said:
        post(robot, trust=ssl.create_default_context())
    assert said.value.lasting
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="连不上") as said:
            post(robot, route=lambda host, port: closed.getsockname())
    assert "key=" not in said.value.why and said.value.__cause__ is None


def test_what_an_answer_means() -> None:
    assert webhooks.refusal(b'{"errcode":0}') == ""
    said = webhooks.refusal(
        '{"errcode":310000,"errmsg":"description:签名不匹配 access_token=secret"}'.encode()
    )
    assert "310000" in said and "secret" not in said
    for odd in (b"", b"<html>", b"[]", b"{}", b"[" * 5000, b'{"errcode":"<b>"}'):
        assert webhooks.refusal(odd)
        assert "<" not in webhooks.refusal(odd)


# --- mail ---------------------------------------------------------------------------------------------------


def to_server(server: servers.Mail, security: str = "none", **columns: Any) -> Post:
    there = MailServer("mail.test", 25, security, **columns)
    return Post(there, route=lambda host, port: server.server_address, trust=servers.trust())


def a_letter(to: str = "wang@example.com") -> Any:
    lines = [
        letter.Line("陈总 13800001234 的厂 <b>", "下一步逾期", "7月1日", "https://crm.example.cn/deals/1")
    ]
    return letter.letter(
        "crm@example.cn",
        to,
        "您有 1 件事",
        "王专员，您好",
        lines,
        "脚注",
        key="mail:1:2013-07-25",
        house="柯城区",
    )


def test_a_letter_is_text_and_html_masked_and_signed_in_over_tls() -> None:
    with servers.serving(servers.Mail(starttls=True, password="hidden")) as server:
        with to_server(server, "starttls", login="crm", password="hidden") as way:
            way.send(a_letter())
            way.send(a_letter("chen@example.com"))
        assert server.secure == [True, True]
        got = server.letters[0]
    assert (got["To"], got["Subject"], got["Message-ID"]) == (
        "wang@example.com", "您有 1 件事", "<mail.1.2013-07-25@example.cn>",
    )  # fmt: skip
    text, html = (got.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "138****1234" in text and "138****1234" in html and "00001234" not in text + html
    assert "&lt;b&gt;" in html and 'href="https://crm.example.cn/deals/1"' in html


@pytest.mark.parametrize(
    ("security", "server", "columns", "said", "lasting"),
    [
        (
            "starttls",
            {"starttls": True, "password": "right"},
            {"login": "crm", "password": "wrong"},
            "不接受登录名",
            True,
        ),
        ("starttls", {}, {}, "不会加密", True),
        (
            "starttls",
            {"starttls": True, "password": "right"},
            {"login": "crm", "password": "密码"},
            "只能用英文字母",
            True,
        ),
        ("none", {}, {"login": "crm", "password": "x"}, "不会加密或登录", True),
        ("none", {"password": "right"}, {}, "发件人", True),
    ],
)
def test_a_mail_server_that_will_not(
    security: str, server: Any, columns: Any, said: str, lasting: bool
) -> None:
    with (
        servers.serving(servers.Mail(**server)) as there,
        pytest.raises(Unreachable, match=said) as why,
        to_server(there, security, **columns) as way,
    ):
        way.send(a_letter())
    assert why.value.lasting is lasting and "wrong" not in why.value.why and not there.letters


@pytest.mark.parametrize(("code", "lasting"), [(550, True), (450, False)])
def test_an_address_that_is_not_known_there(code: int, lasting: bool) -> None:
    with servers.serving(servers.Mail()) as server:
        server.refuses["wang@example.com"] = code
        with pytest.raises(Unreachable, match="不收这个地址") as why, to_server(server) as way:
            way.send(a_letter())
    assert why.value.lasting is lasting


def test_no_mail_server_at_all() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = closed.getsockname()
    with (
        pytest.raises(Unreachable, match="连不上") as why,
        Post(MailServer("mail.test", 25, "none"), route=lambda host, port: where),
    ):
        pass
    assert not why.value.lasting


@pytest.mark.parametrize(
    "text",
    ["", "wang", "@a.cn", "wang@", "wang@cn", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "<a@b.cn>", "a@b.cn,c@d.cn", "王@b.cn",
     "a" * 200 + "@b.cn", "a@b..cn", '"a"@b.cn'],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(Refused, match="完整的邮箱"):
        letter.checked_address(text)


def test_what_is_an_address() -> None:
    assert letter.checked_address("wang.zy+crm@mail.example.gov.cn") == "wang.zy+crm@mail.example.gov.cn"
