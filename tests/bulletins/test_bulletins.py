"""信息通报: numbered, made from records, issued once; what was told reads the same whatever becomes of the records."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from crm.audit.models import Event
from crm.bulletins import actions, periods, queries
from crm.bulletins.models import Bulletin
from crm.db import WrittenOnce, db
from crm.leads.models import Conclusion, Judgement, Lead, LeadState
from crm.lib import clock
from crm.merchants.models import Direction
from crm.org.permissions import Role
from tests.cast import make_user
from tests.deals.make import make_deal, make_lead

D = dt.date.fromisoformat


def at(day: str, hour: int = 10) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{hour:02}:00+08:00")


def a_month(cast: Any) -> dict[str, Lead]:
    """Before, in and after the first half of July 2013."""
    old = make_lead("六月报的", cast.li, company="甲公司", reported_at=at("2013-06-20"))
    db.session.add(
        Judgement(
            lead_id=old.id, at=at("2013-07-03"), unit_id=cast.chen.unit_id, conclusion=Conclusion.FOLLOW
        )
    )
    old.state, old.conclusion, old.judged_at = LeadState.FOLLOWED, Conclusion.FOLLOW, at("2013-07-03")
    new = make_lead("七月报的", cast.wang, company="乙公司", reported_at=at("2013-07-01", 0), planned_wan=Decimal(12_000),
                    direction=Direction.MANUFACTURING, contact_name="陈晓岚", contact_phone="13800001234")  # fmt: skip
    joined = make_lead("七月又报的", cast.li, company="乙公司", reported_at=at("2013-07-15", 23), planned_wan=Decimal(9_000),
                       duplicate_of_id=new.id, state=LeadState.DUPLICATE, conclusion=Conclusion.DUPLICATE,
                       judged_at=at("2013-07-15", 23), closed_at=at("2013-07-15", 23))  # fmt: skip
    late = make_lead("十六日报的", cast.wang, company="丙公司", reported_at=at("2013-07-16", 0))
    db.session.commit()
    return {"old": old, "new": new, "joined": joined, "late": late}


def issue(client: Any, first: str = "2013-07-01", last: str = "2013-07-15", **typed: Any) -> Any:
    return client.submit("/bulletins/new", _to="/bulletins/new", first_on=first, last_on=last, **typed)


def only() -> Bulletin:
    return db.session.scalars(sa.select(Bulletin)).one()


def titles(bulletin: Bulletin, section: str) -> list[str]:
    return [one["title"] for one in bulletin.rows if one["section"] == section]


def test_what_is_new_changed_and_closed_in_a_period_is_numbered_and_issued(cast: Any, as_user: Any) -> None:
    made = a_month(cast)
    admin = as_user(cast.admin)
    draft = admin.see("/bulletins/new?from=2013-07-01&to=2013-07-15")
    assert (
        "招商信息通报2013第01期" in draft.text and "七月报的" in draft.text and "十六日报的" not in draft.text
    )
    assert issue(admin, note="本期情况较好。").went_to == f"/bulletins/{only().id}"
    told = only()
    assert (told.year, told.number, told.name) == (2013, 1, "招商信息通报2013第01期")
    assert titles(told, "new") == ["七月报的", "七月又报的"]
    assert titles(told, "changed") == ["六月报的"] and titles(told, "closed") == ["七月又报的"]
    assert {key: told.figures[key] for key in ("new", "first", "joined", "changed", "closed", "planned_wan")} == {
        "new": 2, "first": 1, "joined": 1, "changed": 1, "closed": 1, "planned_wan": "12000",
    }  # fmt: skip
    assert made["new"].bulletin_no == "招商信息通报2013第01期" and made["late"].bulletin_no == ""
    verbs = db.session.scalars(sa.select(Event.verb).order_by(Event.id)).all()
    assert "bulletin.issued" in verbs and verbs.count("lead.bulletined") == 2
    page = as_user(cast.li).see(f"/bulletins/{told.id}")
    assert "本期情况较好。" in page.text and "1.20亿元" in page.text and "协报，首报 区招商局" in page.text
    assert "陈晓岚" not in page.html and "1234" not in page.text, (
        "who can be called is nobody else's business"
    )


def test_what_was_told_stays_whatever_becomes_of_the_records(cast: Any, as_user: Any) -> None:
    made = a_month(cast)
    admin = as_user(cast.admin)
    issue(admin)
    admin.see(f"/bulletins/{only().id}")  # where the sentence of the act is said once
    before = admin.see(f"/bulletins/{only().id}").text
    word = _words(admin.get(f"/bulletins/{only().id}/word").get_data())
    deal = make_deal("项目", cast.wang)
    new = made["new"]
    new.title, new.planned_wan, new.state, new.deal_id = "改了标题", Decimal(1), LeadState.CONVERTED, deal.id
    new.judged_at = new.closed_at = clock.business_now()
    db.session.commit()
    assert admin.see(f"/bulletins/{only().id}").text == before
    assert _words(admin.get(f"/bulletins/{only().id}/word").get_data()) == word
    for name, value in (("rows", []), ("figures", {}), ("number", 2), ("note", "改")):
        with pytest.raises(WrittenOnce):
            setattr(only(), name, value)
        db.session.rollback()


def test_numbers_follow_each_other_and_a_day_is_told_once(cast: Any, as_user: Any) -> None:
    a_month(cast)
    admin = as_user(cast.admin)
    issue(admin)
    again = issue(admin, "2013-07-15", "2013-07-20", note="又一期")
    assert again.status_code == 422 and "重叠" in again.said and "请从 2013-07-16 起" in again.said
    assert "又一期" in again.get_data(as_text=True)
    assert issue(admin, "2013-07-16", "2013-07-25").status_code == 303
    assert [one.number for one in db.session.scalars(sa.select(Bulletin).order_by(Bulletin.id))] == [1, 2]
    assert [row[0] for row in admin.see("/bulletins").rows()] == [
        "招商信息通报2013第02期",
        "招商信息通报2013第01期",
    ]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2013-07-15", "2013-07-01", "早于开始日期"),
        ("2013-07-20", "2013-07-31", "还没有到"),
        ("2011-07-01", "2013-07-01", "最多一年"),
        ("2013-01-01", "2013-01-15", "没有可以通报的内容"),
        ("", "2013-01-15", "请填写从"),
    ],
)
def test_a_period_that_cannot_be_told_is_refused(
    cast: Any, as_user: Any, first: str, last: str, said: str
) -> None:
    a_month(cast)
    answer = issue(as_user(cast.admin), first, last)
    assert answer.status_code == 422 and said in answer.said
    assert not db.session.scalars(sa.select(Bulletin)).all()


@pytest.mark.on("sqlite")
def test_who_may(cast: Any, as_user: Any) -> None:
    a_month(cast)
    head = make_user("ma", "马镇长", Role.MANAGER, cast.li.unit)
    db.session.commit()
    issue(as_user(cast.chen))  # the head of an office that the settings name
    for user in (*cast.everybody, head):
        page = as_user(user).see("/bulletins")
        assert ("/bulletins/new" in page.links) == (user in (cast.chen, cast.admin))
        as_user(user).see(f"/bulletins/{only().id}")
    for user in (cast.wang, head, cast.zhou, cast.zheng):
        there = as_user(user)
        told = there.see("/bulletins/new", 403).text
        assert "信息通报由区督查室、区招商局的负责人或管理员编印" in told
        assert there.post("/bulletins/new", data={"csrf_token": there.token()}).status_code == 403
    as_user(cast.admin).see("/bulletins/999", 404)
    as_user(cast.chen).see("/bulletins/new")
    assert len(db.session.scalars(sa.select(Bulletin)).all()) == 1, "looking at a draft issues nothing"


@pytest.mark.on("sqlite")
def test_its_title_is_in_the_readers_language_its_number_in_the_leads_is_not(cast: Any, as_user: Any) -> None:
    made = a_month(cast)
    issue(as_user(cast.admin))
    cast.li.locale = "en"
    db.session.commit()
    reader, title = as_user(cast.li), "Investment news, bulletin no. 01 of 2013"
    assert title in reader.see("/bulletins").text
    assert reader.see(f"/bulletins/{only().id}").h1 == title
    assert title in _words(reader.get(f"/bulletins/{only().id}/word").get_data())
    assert made["new"].bulletin_no == only().name == "招商信息通报2013第01期"


def _words(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def test_the_word_file_tells_the_same_in_the_fonts_of_official_papers(cast: Any, as_user: Any) -> None:
    a_month(cast)
    admin = as_user(cast.admin)
    issue(admin, note="本期情况较好。\n请各单位抓紧跟进。")
    answer = admin.get(f"/bulletins/{only().id}/word")
    assert answer.mimetype.endswith("wordprocessingml.document")
    assert "filename" in answer.headers["Content-Disposition"]
    data = answer.get_data()
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    words = _words(data)
    for said in ("招商信息通报2013第01期", "（2013年7月1日至2013年7月15日）", "请各单位抓紧跟进。", "一、总体情况", "二、新报送（2 条）",
                 "首报意向总投资 1.20亿元", "七月又报的", "四、已办结（1 条）"):  # fmt: skip
        assert said in words, said
    assert "陈晓岚" not in words and "13800001234" not in words
    document = Document(io.BytesIO(data))
    fonts = {run._element.rPr.rFonts.get(qn("w:eastAsia")) for one in document.paragraphs for run in one.runs}
    assert {"方正小标宋简体", "黑体", "仿宋", "楷体"} <= fonts
    heads = [
        row for row in document.tables[1].rows if row._tr.trPr is not None and "tblHeader" in row._tr.trPr.xml
    ]
    assert len(heads) == 1, "the head is repeated on each page"


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2013-07-01", "2013-07-01", "2013-07-15"),
        ("2013-07-15", "2013-07-01", "2013-07-15"),
        ("2013-07-16", "2013-07-16", "2013-07-31"),
        ("2013-02-28", "2013-02-16", "2013-02-28"),
        ("2012-02-29", "2012-02-16", "2012-02-29"),
    ],
)
def test_the_half_month_of_a_day(day: str, first: str, last: str) -> None:
    assert periods.half_month_of(D(day)) == (D(first), D(last))


def test_the_half_months_of_a_year_follow_each_other() -> None:
    ends = [periods.nth_of(2013, number) for number in range(1, 25)]
    assert ends[0] == (D("2013-01-01"), D("2013-01-15")) and ends[10] == (D("2013-06-01"), D("2013-06-15"))
    assert all(after[0] - before[1] == dt.timedelta(days=1) for before, after in pairwise(ends))


@given(st.one_of(st.none(), st.dates(D("2012-01-01"), D("2013-07-24"))))
def test_the_next_period_begins_where_the_last_one_ended_and_is_not_yet_to_come(
    after: dt.date | None,
) -> None:
    first, last = periods.proposed(after, D("2013-07-25"))
    assert first <= last <= D("2013-07-25")
    assert after is None or first == after + dt.timedelta(days=1)


@pytest.mark.on("sqlite")
def test_the_demo_has_the_eleven_issues_of_the_half_year(district: Any) -> None:
    told = db.session.scalars(sa.select(Bulletin).order_by(Bulletin.number)).all()
    assert [one.number for one in told] == list(range(1, 12))
    assert sum(one.figures["new"] for one in told) == 24 and sum(one.figures["joined"] for one in told) == 2
    assert told[-1].last_on == D("2013-06-15") and queries.next_number(2013) == 12
    with pytest.raises(Exception, match="重叠"):
        actions.refuse_period(D("2013-06-15"), D("2013-06-30"))


def test_a_phone_typed_into_a_title_does_not_go_out(cast: Any, as_user: Any) -> None:
    new = a_month(cast)["new"]
    new.title, new.company = "光伏组件 13800001234", "乙公司（电话13900005678）"
    db.session.commit()
    admin = as_user(cast.admin)
    draft = admin.see("/bulletins/new?from=2013-07-01&to=2013-07-15").text
    issue(admin, note="本期共 12,000万元，有事拨 13700009999。")
    page = as_user(cast.li).see(f"/bulletins/{only().id}").text
    word = _words(admin.get(f"/bulletins/{only().id}/word").get_data())
    for text in (draft, page, word):
        assert "光伏组件 138****1234" in text and "乙公司（电话139****5678）" in text
        assert "13800001234" not in text and "13900005678" not in text
    assert "12,000万元" in word and "13700009999" not in word and "2013-07-01" in word
