"""提醒摘要: off until set up; each gets his own by mail, a group the numbers; what failed is tried again, a few times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.audit.models import Event
from crm.db import db
from crm.digests import safe
from crm.digests.models import Digest, DigestAddress, DigestState
from crm.lib import clock
from crm.org import settings
from tests.cast import make_deal
from tests.conftest import MOMENT
from tests.digests import servers

SET_UP, PAGE = "/admin/digests/setup", "/admin/digests"
DING = "https://oapi.dingtalk.com/robot/send?access_token=verysecret123"
MAIL = {"host": "mail.test", "security": "starttls", "login": "crm", "smtp_password": "hush-hush", "sender": "crm@example.cn",
        "house": "https://crm.example.cn/"}  # fmt: skip


@pytest.fixture
def mail() -> Iterator[servers.Mail]:
    with servers.serving(servers.Mail(starttls=True, password="hush-hush")) as server:
        yield server


@pytest.fixture
def robot() -> Iterator[servers.Robot]:
    with servers.serving(servers.Robot()) as server:
        yield server


@pytest.fixture
def due(cast: Any) -> None:
    """Something that 王专员 was reminded of this morning."""
    make_deal(
        "杭州陈总13800001234的厂",
        by=cast.wang,
        next_step="回访",
        next_due_on=MOMENT.date() - dt.timedelta(days=3),
    )
    db.session.commit()
    recurring.escalate()


def lead_to(app: Any, server: Any) -> None:
    app.config["OUTGOING"] = {"route": lambda host, port: server.server_address, "trust": servers.trust()}


def send(minutes: int = 0) -> int:
    with clock.freeze(MOMENT + dt.timedelta(minutes=minutes)):
        return recurring.send_digests()


def press_test(client: Any, channel: str, minutes: int = 0) -> Any:
    with clock.freeze(MOMENT + dt.timedelta(minutes=minutes)):
        return client.post(f"{PAGE}/test", data={"csrf_token": client.token(), "channel": channel})


def sent() -> list[Digest]:
    return list(db.session.scalars(sa.select(Digest).order_by(Digest.id)))


def test_each_gets_his_own_digest_once_a_day(
    app: Any, cast: Any, due: None, as_user: Callable[..., Any], mail: servers.Mail
) -> None:
    lead_to(app, mail)
    admin = as_user(cast.admin)
    assert send() == 0 and not sent(), "off until somebody switches it on"
    for name in ("wang", "li"):
        client = as_user(getattr(cast, name))
        assert client.submit("/reminders/mail", email=f"{name}@example.com").went_to == "/reminders/mail"
    assert admin.submit(SET_UP, mail_on="y", **MAIL).went_to == PAGE
    assert send() == 1 and send() == 0 and send(600 - 1) == 0, "李乡长 has nothing; nobody is told twice"
    (letter,) = mail.letters
    said = letter.get_body(("plain",)).get_content()
    assert letter["To"] == "wang@example.com" and letter["Subject"] == "您有 1 件事到期或逾期"
    assert "138****1234" in said and "https://crm.example.cn/deals/1" in said and mail.secure == [True]
    (row,) = sent()
    assert (row.state, row.tries, row.count, row.to) == (DigestState.SENT, 1, 1, "w****@example.com")
    page = admin.see(PAGE).text
    assert "已发出" in page and "王专员" in page and "wang@example.com" not in page


def test_the_group_hears_numbers_only(
    app: Any, cast: Any, due: None, as_user: Any, robot: servers.Robot
) -> None:
    lead_to(app, robot)
    answer = as_user(cast.admin).submit(SET_UP, robot_on="y", robot="dingtalk", webhook=DING, secret="SECabc")
    assert answer.went_to == PAGE
    assert send() == 1 and send() == 0
    ((host, path, body),) = robot.asked
    assert host == "oapi.dingtalk.com" and path.startswith(
        "/robot/send?access_token=verysecret123&timestamp="
    )
    assert "&sign=" in path
    text = body["markdown"]["text"]
    assert "区招商局：下一步逾期 1" in text and "陈总" not in text and "1380000" not in text


def test_what_fails_is_tried_three_times_and_says_why(
    app: Any, cast: Any, due: None, as_user: Any, robot: servers.Robot
) -> None:
    lead_to(app, robot)
    admin = as_user(cast.admin)
    admin.submit(
        SET_UP,
        robot_on="y",
        robot="wecom",
        webhook="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=12345678",
    )
    robot.says = (200, {}, b'{"errcode":93000,"errmsg":"invalid webhook url, key=12345678"}')
    assert [send(at) for at in (0, 5, 21, 30, 45, 70, 200)] == [0] * 7
    assert len(robot.asked) == 3, "twenty minutes between two, and not for ever"
    (row,) = sent()
    assert (row.state, row.tries) == (DigestState.FAILED, 3)
    page = admin.see(PAGE)
    assert "没有发成" in page.text and "错误码 93000" in page.text and "12345678" not in page.text


def test_a_test_says_at_once_how_it_went(app: Any, cast: Any, as_user: Any, mail: servers.Mail) -> None:
    lead_to(app, mail)
    admin = as_user(cast.admin)

    def press(minutes: int = 0) -> Any:
        return press_test(admin, "mail", minutes)

    assert press().status_code == 422 and not sent()
    admin.submit(SET_UP, **MAIL)
    assert "收摘要的邮箱" in press().said
    admin.submit("/reminders/mail", email="qian@example.com")
    assert press().went_to == PAGE
    assert [one["Subject"] for one in mail.letters] == ["这是一封测试邮件，收到就说明邮件设置是对的。"]
    admin.submit(SET_UP, smtp_password="wrong")
    press(1)
    (first, second) = sent()
    assert first.state is DigestState.SENT and second.state is DigestState.FAILED and second.is_test
    assert "不接受登录名或密码" in admin.see(PAGE).text
    assert "digest.tested" in db.session.scalars(sa.select(Event.verb)).all()
    assert admin.get(f"{PAGE}/test").status_code == 405


@pytest.mark.on("sqlite")
def test_secrets_stand_in_no_page_no_table_no_trail_and_no_log(
    app: Any, cast: Any, as_user: Any, robot: servers.Robot, caplog: pytest.LogCaptureFixture
) -> None:
    lead_to(app, robot)
    admin, words = as_user(cast.admin), ("hush-hush", "verysecret123", "SECabc")
    admin.submit(SET_UP, mail_on="y", robot_on="y", robot="dingtalk", webhook=DING, secret="SECabc", **MAIL)
    press_test(admin, "robot")
    robot.server_close()
    press_test(admin, "robot", 1)
    assert len(robot.asked) == 1 and [one.state.value for one in sent()] == ["sent", "failed"]
    pages = [
        admin.get(url).get_data(as_text=True) for url in (SET_UP, PAGE, "/admin/events", "/jobs/recurring")
    ]
    stored = [str(list(db.session.execute(sa.select(table)))) for table in db.metadata.sorted_tables]
    for word in words:
        assert not any(word in one for one in (*pages, *stored)) and word not in caplog.text
    keys = Path(app.config["CRM_DATA"]) / "keys"
    assert (keys / safe.WEBHOOK).read_text() == DING and (keys / safe.WEBHOOK).stat().st_mode & 0o77 == 0
    event = db.session.scalars(sa.select(Event).filter_by(verb="digest.set_up").order_by(Event.id)).first()
    assert event.changes["host"] == ["", "mail.test"] and "密钥" in event.note
    admin.submit(SET_UP)
    assert (keys / safe.SECRET).read_text() == "SECabc", "what is not typed stays"
    admin.submit(SET_UP, robot="wecom", robot_on=None)
    assert not (keys / safe.WEBHOOK).exists(), "another robot: its address is no use any more"
    admin.submit(SET_UP, **MAIL)
    admin.submit(SET_UP, house="https://crm2.example.cn")
    assert (keys / safe.PASSWORD).exists()
    admin.submit(SET_UP, host="evil.test")
    assert not (keys / safe.PASSWORD).exists(), "another server is not told the password of the first"


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mail_on": "y"}, "请填服务器和发件人"),
        ({"robot_on": "y"}, "请填它的地址"),
        ({"webhook": "https://127.0.0.1/robot/send?access_token=abcdefgh"}, "oapi.dingtalk.com"),
        ({"host": "mail.test/x"}, "域名或 IP"),
        ({"sender": "crm@x\r\nBcc: a@b.cn"}, "完整的邮箱"),
        ({"security": "none", "login": "crm"}, "不发送密码"),
        ({"house": "javascript:alert(1)"}, "系统地址应是"),
        ({"house": "http://[x"}, "系统地址应是"),
        ({"login": "王"}, "只能用英文字母"),
        ({"smtp_password": "密码"}, "只能用英文字母"),
        ({"secret": "密钥", "webhook": DING}, "英文字母"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_kept(
    cast: Any, as_user: Any, typed: Any, said: str
) -> None:
    answer = as_user(cast.admin).submit(SET_UP, **({"login": "qian"} | typed))
    assert answer.status_code == 422 and said in answer.said
    assert "qian" in answer.get_data(as_text=True) or "login" in typed
    assert settings.everything().get("digest.setup") is None
    assert "abcdefgh" not in answer.get_data(as_text=True), "a secret is not shown, not even here"


@pytest.mark.on("sqlite")
def test_only_administrators_set_it_up_and_nobody_sees_anothers_address(cast: Any, as_user: Any) -> None:
    for name in ("wang", "chen", "zhou", "zheng"):
        client = as_user(getattr(cast, name))
        for url in (SET_UP, PAGE):
            assert client.get(url).status_code == 403
        for url in (SET_UP, f"{PAGE}/test"):
            assert client.post(url, data={"csrf_token": client.token()}).status_code == 403
    wang = as_user(cast.wang)
    assert wang.submit("/reminders/mail", email="王@example.com").status_code == 422
    wang.submit("/reminders/mail", email="wang@example.com")
    assert "wang@example.com" not in as_user(cast.chen).get("/reminders/mail").get_data(as_text=True)
    assert "wang@example.com" not in str([one.changes for one in db.session.scalars(sa.select(Event))])
    wang.submit("/reminders/mail", email="")
    assert not db.session.scalars(sa.select(DigestAddress)).all()


@pytest.mark.on("sqlite")
def test_nobody_is_written_to_at_night_or_on_a_day_of_rest(
    app: Any, cast: Any, due: None, as_user: Any, robot: servers.Robot
) -> None:
    lead_to(app, robot)
    as_user(cast.admin).submit(SET_UP, robot_on="y", robot="dingtalk", webhook=DING)
    assert send(-180) == 0 and send(11 * 60) == 0 and send(2 * 24 * 60) == 0, (
        "seven, nine in the evening, Saturday"
    )
    assert send() == 1


@pytest.mark.on("sqlite")
def test_a_reader_of_english_gets_an_english_letter(
    app: Any, cast: Any, due: None, as_user: Any, mail: servers.Mail
) -> None:
    lead_to(app, mail)
    cast.wang.locale = "en"
    db.session.add(DigestAddress(user_id=cast.wang.id, email="wang@example.com"))
    as_user(cast.admin).submit(SET_UP, mail_on="y", **MAIL)
    assert send() == 1
    said = mail.letters[0].get_body(("plain",)).get_content()
    assert mail.letters[0]["Subject"] == "1 thing of yours is due or overdue" and "Next step overdue" in said
