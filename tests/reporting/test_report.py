"""报信息: one box; what it says is proposed and confirmed; sent twice is reported once; its fate is told for ever."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.stages import Stage
from crm.files.models import StoredFile
from crm.leads.models import Conclusion, Judgement, Lead, LeadState
from crm.lib import clock
from crm.merchants import identity
from tests.deals.make import make_deal, make_enterprise, make_lead

SAID = "今天接待了杭州恒远屿科技有限公司董事长陈晓岚，13800001234，想来衢州投资3.32亿建精密件厂"


def leads() -> list[Lead]:
    return list(db.session.scalars(sa.select(Lead).order_by(Lead.id)))


def send(client: Any, key: str = "key-of-a-phone", **fields: Any) -> Any:
    """As the outbox of a phone does."""
    data = {"text": SAID, "source": "other", "later": "1", "once": key, "csrf_token": client.token()} | fields
    return client.post("/report", data=data, headers={"Accept": "application/json"})


def test_the_first_press_proposes_and_the_second_reports(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    asked = wang.submit("/report", text=SAID)
    assert asked.status_code == 422 and not leads(), "nobody has looked at what was read"
    assert "请核对后再按一次" in asked.said
    html = asked.get_data(as_text=True)
    assert 'value="杭州恒远屿科技有限公司"' in html and 'value="陈晓岚"' in html and 'value="33200"' in html
    sent = wang.submit("/report", text=SAID, company="杭州恒远屿科技有限公司", contact_name="陈晓岚",
                       contact_phone="13800001234", planned_wan="3.4亿", region="浙江杭州", checked="1")  # fmt: skip
    lead = leads()[0]
    assert sent.went_to == f"/leads/{lead.id}"
    assert (lead.company, lead.contact_name, lead.contact_phone) == (
        "杭州恒远屿科技有限公司", "陈晓岚", "13800001234",
    )  # fmt: skip
    assert (lead.planned_wan, lead.region_code, lead.unconfirmed) == (Decimal(34_000), "3301", False)
    assert lead.content == SAID and lead.title.startswith("杭州恒远屿科技有限公司想来衢州")
    assert (lead.report_unit_id, lead.reported_by_id) == (cast.wang.unit_id, cast.wang.id)
    assert db.session.scalars(sa.select(Event.verb).where(Event.noun == "lead")).all() == ["lead.reported"]


def test_a_text_that_says_nothing_is_reported_as_it_is(cast: Any, as_user: Any) -> None:
    assert as_user(cast.wang).submit("/report", text="听说有人想来看看地").status_code == 303
    assert (leads()[0].title, leads()[0].company) == ("听说有人想来看看地", "")


@pytest.mark.on("sqlite")
def test_what_is_read_while_typing_stores_nothing(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    answer = wang.post("/report/read", data={"text": SAID, "csrf_token": wang.token()})
    found = answer.get_json()["found"]
    assert (found["company"], found["region"]) == ("杭州恒远屿科技有限公司", "浙江省杭州市")
    assert found["planned_wan"] == "33200" and not leads()
    assert not db.session.scalars(sa.select(Event).where(Event.noun == "lead")).all()


def test_photos_come_along_and_only_those_who_see_the_lead_get_them(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    photo = (io.BytesIO(b"\xff\xd8\xff a picture"), "名片.jpg")
    wang.submit("/report", text="听说有人想来看看地", files=photo)
    kept = db.session.scalars(sa.select(StoredFile)).one()
    assert (kept.noun, kept.record_id, kept.name) == ("lead", leads()[0].id, "名片.jpg")
    assert "名片.jpg" in wang.see(f"/leads/{leads()[0].id}").text
    assert wang.get(f"/leads/files/{kept.id}").get_data() == b"\xff\xd8\xff a picture"
    assert as_user(cast.li).get(f"/leads/files/{kept.id}").status_code == 404
    later = wang.submit(f"/leads/{leads()[0].id}/attach", files=(io.BytesIO(b"%PDF"), "说明.pdf"))
    assert later.status_code == 303 and "说明.pdf" in wang.see(f"/leads/{leads()[0].id}").text
    assert wang.submit(f"/leads/{leads()[0].id}/attach").status_code == 422
    refused = wang.submit("/report", text="又一条", files=(io.BytesIO(b"MZ"), "run.exe"))
    assert refused.status_code == 422 and "不收这种附件" in refused.said and len(leads()) == 1


def test_sent_twice_out_of_the_outbox_is_reported_once(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    first = send(wang).get_json()
    again = send(wang).get_json()
    lead = leads()[0]
    assert (
        len(leads()) == 1
        and first["ok"]
        and again["ok"]
        and first["url"] == again["url"] == f"/leads/{lead.id}"
    )
    assert lead.unconfirmed and lead.company == "杭州恒远屿科技有限公司", (
        "read, and marked as looked at by nobody"
    )
    assert "识别后未核对" in wang.see(f"/leads/{lead.id}").text
    wang.submit(f"/leads/{lead.id}/edit", title="看过了")
    assert not lead.unconfirmed


def test_the_outbox_is_told_in_one_line_why_something_is_refused(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.li)
    identity.refresh(firm)
    make_deal("在谈", cast.li, stage=Stage.NEGOTIATING, enterprise_id=firm.id)
    answer = send(as_user(cast.wang))
    assert (
        answer.status_code == 422 and "已由航埠镇在谈或签约" in answer.get_json()["message"] and not leads()
    )
    empty = send(as_user(cast.wang), text=" ")
    assert empty.status_code == 422 and "请填写" in empty.get_json()["message"]


def test_a_second_report_joins_and_its_reporter_sees_how_the_first_fares(cast: Any, as_user: Any) -> None:
    first = make_lead("人家先报的绝密标题", cast.li, company="杭州恒远屿科技有限公司")
    first.company_key = "3301|恒远屿科技||"
    wang = as_user(cast.wang)
    send(wang)
    assert leads()[1].state is LeadState.DUPLICATE
    page = wang.see("/report/mine")
    assert "与航埠镇的首报重复，作为协报" in page.text and "首报那一条：待研判" in page.text
    deal = make_deal("绝密项目", cast.li, stage=Stage.NEW_TALKS, enterprise_id=None)
    first.state, first.deal_id = LeadState.CONVERTED, deal.id
    first.judged_at = first.closed_at = clock.business_now()
    page = wang.see("/report/mine")
    assert "首报那一条：已转项目" in page.text and "项目现在：新谈" in page.text
    assert "绝密" not in page.html, "names of others are theirs to tell"


def test_what_became_of_it_is_told_for_ever(cast: Any, as_user: Any) -> None:
    lead = make_lead("亲手报的", cast.wang)
    now = clock.business_now()
    lead.answered_at, lead.answered_by_id, lead.answer = now, cast.chen.id, "收到了"
    lead.judged_at, lead.judged_by_id, lead.conclusion, lead.state = (
        now,
        cast.chen.id,
        Conclusion.FOLLOW,
        LeadState.FOLLOWED,
    )
    lead.fed_back_at, lead.feedback = now, "已列入跟进，谢谢"
    lead.unit_id = cast.li.unit_id  # given to another unit
    db.session.add(
        Judgement(
            lead_id=lead.id,
            unit_id=cast.chen.unit_id,
            judged_by_id=cast.chen.id,
            conclusion=Conclusion.FOLLOW,
        )
    )
    page = as_user(cast.wang).see("/report/mine")
    for words in ("报送", "收到了", "研判：跟进", "已列入跟进，谢谢", "现在由航埠镇负责"):
        assert words in page.text, words
    chain = as_user(cast.wang).see(f"/leads/{lead.id}")
    assert "来龙去脉" in chain.text and "研判：跟进" in chain.text
    cast.wang.unit_id = cast.admin.unit_id  # moved to another unit: still hers
    assert "亲手报的" in as_user(cast.wang).see("/report/mine").text
    assert "亲手报的" not in as_user(cast.chen).see("/report/mine").text


@pytest.mark.on("sqlite")
def test_who_may(cast: Any, as_user: Any) -> None:
    for user in (cast.wang, cast.chen, cast.zhou, cast.admin):
        as_user(user).see("/report")
    as_user(cast.zheng).see("/report", 403)
    assert "还没有报过信息" in as_user(cast.zheng).see("/report/mine").text
    lead = make_lead("别家的", cast.li)
    as_user(cast.wang).see(f"/leads/{lead.id}/attach", 404)
    assert len(leads()) == 1, "opening a page reports nothing"


@pytest.mark.on("sqlite")
def test_my_page_costs_the_same_for_any_number_of_reports(cast: Any, as_user: Any) -> None:
    from tests.support.statements import count_statements

    wang, counts = as_user(cast.wang), []
    first = make_lead("先报的", cast.li)
    for round_ in range(2):
        for number in range(1 + 9 * round_):
            at = dt.datetime(2013, 7, 20, number, tzinfo=dt.UTC)
            lead = make_lead(f"线索{round_}{number}", cast.wang, reported_at=at, duplicate_of_id=first.id)
            db.session.add(Judgement(lead_id=lead.id, unit_id=cast.chen.unit_id, judged_by_id=cast.chen.id,
                                     leader_id=cast.zhou.id, conclusion=Conclusion.FOLLOW))  # fmt: skip
        db.session.commit()
        wang.see("/report/mine")
        with count_statements() as seen:
            wang.see("/report/mine")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
