"""协议: papers with files and readers, that remind before they run out; a framework agreement is a document, no stage."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.agreements.models import Agreement, AgreementRead
from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import AgreementKind, Stage
from crm.pipeline import actions as moves
from crm.pipeline import queries as pipeline
from tests.deals.make import TODAY, ready_to_sign


@pytest.fixture
def deal(cast: Any) -> Deal:
    made = ready_to_sign("恒远屿项目", cast.wang)
    db.session.commit()
    return made


def add(client: Any, deal: Deal, **typed: Any) -> Any:
    url = f"/deals/{deal.id}/agreements/new"
    return client.submit(url, _to=url, **typed)


def the_one() -> Agreement:
    return db.session.scalars(sa.select(Agreement)).one()


def paper(name: str = "协议.pdf", data: bytes = b"%PDF-1.4 one") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_an_agreement_is_added_with_its_paper_and_moves_nothing(cast: Any, as_user: Any, deal: Deal) -> None:
    wang = as_user(cast.wang)
    answer = add(
        wang, deal, kind="framework", title="战略合作框架协议", number="2013-K-7", amount_wan="1.2亿",
        signed_on="2013-07-01", expires_on="2013-08-10", files=paper(),
    )  # fmt: skip
    made = the_one()
    assert answer.went_to == f"/agreements/{made.id}"
    assert (made.kind, made.amount_wan) == (AgreementKind.FRAMEWORK, Decimal(12_000))
    assert "恒远屿项目投资方" in made.parties
    db.session.refresh(deal)
    assert deal.stage is Stage.NEGOTIATING and deal.signed_on is None, "a framework agreement is no stage"
    assert "框架协议" in wang.see(f"/deals/{deal.id}").text
    said = db.session.scalars(sa.select(Event.verb).where(Event.noun == "agreement").order_by(Event.id)).all()
    assert said == ["agreement.added", "agreement.attached"]


def test_versions_stay_and_who_opened_one_is_written_down(cast: Any, as_user: Any, deal: Deal) -> None:
    wang, zhou = as_user(cast.wang), as_user(cast.zhou)
    add(wang, deal, signed_on="2013-07-01", files=paper())
    url = f"/agreements/{the_one().id}"
    wang.submit(f"{url}/edit", _to=f"{url}/edit", files=paper("定稿.pdf", b"%PDF-1.4 two"))
    page = zhou.see(url)
    assert "第 2 版" in page.text and "第 1 版" in page.text and "还没有人看过" in page.text
    buttons = [one.get("action") for one in page.all("form") if "/files/" in (one.get("action") or "")]
    assert [zhou.post(to, data={"csrf_token": zhou.token()}).get_data() for to in buttons] == [
        b"%PDF-1.4 two", b"%PDF-1.4 one",
    ]  # fmt: skip
    assert "周区长" in wang.see(url).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AgreementRead)) == 2
    assert (
        db.session.scalars(sa.select(Event).filter_by(verb="agreement.read").order_by(Event.id))
        .first()
        .actor_id
        == cast.zhou.id
    )
    assert zhou.get(buttons[0]).status_code == 405, "opening is an act, so a link does not do it"


def test_a_signed_investment_agreement_brings_the_signing_along(cast: Any, as_user: Any, deal: Deal) -> None:
    wang = as_user(cast.wang)
    add(wang, deal, kind="investment", amount_wan="9000", signed_on="2013-07-18", files=paper())
    url = f"/deals/{deal.id}/advance"
    names = {one.get("name") for one in wang.see(url).all("input")}
    assert not names & {"signed_on", "agreed_wan"}, "what the paper says is not asked again"
    assert wang.submit(url, _to=url).went_to == f"/deals/{deal.id}"
    db.session.refresh(deal)
    assert (deal.stage, deal.signed_on, deal.agreed_wan, deal.agreement_kind) == (
        Stage.SIGNED, dt.date(2013, 7, 18), Decimal(9_000), AgreementKind.INVESTMENT,
    )  # fmt: skip


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("typed", [{"kind": "framework", "signed_on": "2013-07-01"}, {"kind": "investment", "signed_on": ""},
                                   {"kind": "supplement", "signed_on": "2013-07-01"}])  # fmt: skip
def test_no_other_paper_opens_the_gate(cast: Any, as_user: Any, deal: Deal, typed: dict[str, str]) -> None:
    add(as_user(cast.wang), deal, amount_wan="9000", files=paper(), **typed)
    assert pipeline.agreed(deal) == ({}, False)
    with pytest.raises(moves.NotYet, match="签约日期"):
        moves.advance(deal, Stage.SIGNED, {}, actor=cast.wang)


def test_what_runs_out_stands_on_the_desk_until_it_is_closed(cast: Any, as_user: Any, deal: Deal) -> None:
    wang = as_user(cast.wang)
    last = TODAY + dt.timedelta(days=30)
    add(wang, deal, title="快到期的", signed_on="2013-01-01", expires_on=last.isoformat())
    add(
        wang,
        deal,
        title="还早的",
        signed_on="2013-01-01",
        expires_on=(last + dt.timedelta(days=1)).isoformat(),
    )
    assert "我的项目里快到期的协议" in wang.see("/").text
    listed = wang.see("/agreements?mine=1&expiring=1").text
    assert "快到期的" in listed and "还早的" not in listed
    one = db.session.scalars(sa.select(Agreement).filter_by(title="快到期的")).one()
    url = f"/agreements/{one.id}"
    assert wang.submit(url, _to=f"{url}/close").status_code == 422
    assert wang.submit(url, _to=f"{url}/close", closed_reason="已续签").went_to == url
    assert "我的项目里快到期的协议" not in wang.see("/").text
    again = wang.post(f"{url}/close", data={"csrf_token": wang.token(), "closed_reason": "又一次"})
    assert again.status_code == 422 and "已经了结" in again.said


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "协议名称"),
        ({"signed_on": "2013-08-01"}, "日期还没有到"),
        ({"signed_on": "2013-07-01", "expires_on": "2013-06-30"}, "到期日不能早于"),
        ({"amount_wan": "很多"}, "很多"),
        ({"files": (io.BytesIO(b"MZ"), "病毒.exe")}, "不收这种附件"),
        ({"terms": "免租三年", "reviewed_on": "2013-07-01"}, "请写明由哪个部门审查"),
        ({"terms": "免租三年", "reviewed_by": "市场监管局"}, "请填审查日期"),
        ({"reviewed_by": "市场监管局", "reviewed_on": "2099-01-01"}, "日期还没有到"),
    ],
)
def test_a_refused_agreement_keeps_what_was_typed(
    cast: Any, as_user: Any, deal: Deal, typed: dict[str, Any], said: str
) -> None:
    answer = add(as_user(cast.wang), deal, **({"number": "2013-K-7"} | typed))
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert "2013-K-7" in answer.get_data(as_text=True)
    assert not db.session.scalars(sa.select(Agreement)).all()


def test_what_is_promised_says_whether_it_was_reviewed_for_fair_competition(
    cast: Any, as_user: Any, deal: Deal
) -> None:
    wang = as_user(cast.wang)
    add(wang, deal, title="有优惠的", terms="免租三年，联系 13800001234")
    add(wang, deal, title="没有优惠的")
    promised = db.session.scalars(sa.select(Agreement).filter_by(title="有优惠的")).one()
    here = f"/agreements/{promised.id}"
    page = wang.see(here).text
    assert "未做公平竞争审查" in page and "免租三年" in page and "13800001234" not in page
    assert "未做公平竞争审查" in wang.see(f"/deals/{deal.id}").text
    behind = wang.see("/agreements?unreviewed=1").text
    assert "有优惠的" in behind and "没有优惠的" not in behind
    wang.submit(f"{here}/edit", reviewed_by="区市场监管局", reviewed_on="2013-07-02")
    db.session.refresh(promised)
    assert (promised.reviewed_by, promised.reviewed_on) == ("区市场监管局", dt.date(2013, 7, 2))
    page = wang.see(here).text
    assert "公平竞争审查：区市场监管局 · 2013-07-02" in page and "未做" not in page
    assert "有优惠的" not in wang.see("/agreements?unreviewed=1").text
    event = db.session.scalars(sa.select(Event).where(Event.verb == "agreement.edited")).one()
    assert event.changes["reviewed_by"] == ["", "区市场监管局"]


@pytest.mark.on("sqlite")
def test_who_may(cast: Any, as_user: Any, deal: Deal) -> None:
    add(as_user(cast.wang), deal, signed_on="2013-07-01", files=paper())
    url = f"/agreements/{the_one().id}"
    for name, sees in (("zhou", 200), ("zheng", 200), ("li", 404)):
        client = as_user(getattr(cast, name))
        assert client.get(url).status_code == sees
        refused = 404 if name == "li" else 403
        assert client.get(f"{url}/edit").status_code == refused
        assert client.get(f"/deals/{deal.id}/agreements/new").status_code == refused
        answer = client.post(f"{url}/close", data={"csrf_token": client.token(), "closed_reason": "乱写"})
        assert answer.status_code == refused
    assert the_one().closed_on is None
    assert as_user(cast.wang).get(f"{url}/close").status_code == 405
