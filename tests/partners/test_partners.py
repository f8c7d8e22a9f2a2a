"""合作方: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import merging
from crm.partners.models import Exchange, ExchangeKind, Partner, PartnerAgreement, PartnerKind, PartnerSource
from tests.cast import make_deal, make_enterprise, make_lead
from tests.partners.make import TODAY, bring, make_exchange, make_paper, make_partner

NEW = {"kind": "government", "name": "余杭区经合局", "region": "杭州余杭", "content": "共建产业园"}
LATER = dt.timedelta(days=10)


def partners() -> list[Partner]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Partner).order_by(Partner.id)))


def verbs() -> list[str]:
    rows = sa.select(Event.verb).where(Event.verb.like("partner%") | Event.verb.like("%.source%"))
    return list(db.session.scalars(rows.order_by(Event.id)))


def test_a_partner_is_taken_up_found_and_put_right(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州市衢州商会", by=cast.wang)
    db.session.commit()
    wang = as_user(cast.wang)
    here = wang.submit("/partners/new", **NEW, is_shanhai="y", investor=firm.name).went_to
    made = partners()[0]
    assert here == f"/partners/{made.id}" and verbs() == ["partner.taken_up"]
    assert (made.region_code, made.kind, made.is_shanhai, made.enterprise_id, made.owner_id) == (
        "330110", PartnerKind.GOVERNMENT, True, firm.id, cast.wang.id,
    )  # fmt: skip
    assert "余杭区经合局" in wang.see("/find?q=余杭区经合").text
    assert here in wang.see(f"/enterprises/{firm.id}").links
    for query in (
        "q=共建产业园",
        "kind=government",
        "coop=330110",
        "coop=3301",
        "coop=shanhai",
        "open=1",
        "owner=me",
    ):
        assert here in wang.see(f"/partners?{query}").links, query
    for query in ("kind=firm", "coop=3302", "in_force=1", "expiring=1", "overdue=1"):
        assert here not in wang.see(f"/partners?{query}").links, query
    wang.submit(f"{here}/edit", _to=f"{here}/edit", next_step="开联席会", next_due_on="2013-08-01")
    assert partners()[0].next_due_on == dt.date(2013, 8, 1) and verbs()[-1] == "partner.edited"
    assert "开联席会" in wang.see(here).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请填写合作方"),
        ({"name": "早就有的"}, "区招商局已经记了“早就有的”"),
        ({"region": ""}, "请填写所在地区"),
        ({"region": "火星基地"}, "没有认出这个地区"),
        ({"investor": "没有这家公司"}, "资源库里没有"),
        ({"next_step": "开会"}, "下一步和日期要一起填"),
        ({"next_step": "开会", "next_due_on": "2013-07-01"}, "日期已经过了"),
    ],
)
def test_what_cannot_be_a_partner_is_refused_and_kept(
    cast: Any, as_user: Any, typed: dict[str, str], sentence: str
) -> None:
    make_partner("早就有的", cast.chen)
    answer = as_user(cast.wang).submit("/partners/new", **NEW | typed)
    assert answer.status_code == 422 and sentence in answer.page.text and "共建产业园" in answer.page.html
    assert len(partners()) == 1 and not verbs()


def test_what_is_signed_expires_and_is_closed(cast: Any, as_user: Any) -> None:
    partner = make_partner("余杭", cast.wang)
    wang, here = as_user(cast.wang), f"/partners/{partner.id}"
    typed = {"title": "共建协议", "signed_on": "2013-01-10", "expires_on": "2013-08-01"}
    to = f"{here}/agreements/new"
    assert wang.submit(to, _to=to, **typed | {"signed_on": "2013-12-01"}).status_code == 422
    refused = wang.submit(to, _to=to, **typed | {"expires_on": "2012-01-01"})
    assert "到期日不能早于签订日" in refused.page.text
    wang.submit(to, _to=to, **typed, files=(io.BytesIO(b"%PDF-1.4 text"), "协议.pdf"))
    paper = db.session.scalars(sa.select(PartnerAgreement)).one()
    assert verbs() == ["partner_agreement.signed", "partner_agreement.attached"]
    assert here in wang.see("/partners?in_force=1").links and here in wang.see("/partners?expiring=1").links
    assert "有协议快到期的合作方" in wang.see("/").text
    files = [link for link in wang.see(here).links if "/files/" in link]
    assert len(files) == 1 and wang.get(files[0]).get_data() == b"%PDF-1.4 text"
    edit = f"/partners/agreements/{paper.id}/edit"
    wang.submit(edit, _to=edit, title="共建协议（续）")
    close = f"/partners/agreements/{paper.id}/close"
    assert wang.submit(close, _to=close, why="").status_code == 422
    wang.submit(close, _to=close, why="已续签")
    db.session.refresh(paper)
    assert (paper.title, paper.closed_on, paper.closed_reason) == ("共建协议（续）", TODAY, "已续签")
    assert here not in wang.see("/partners?expiring=1").links
    assert "已经了结" in wang.submit(close, _to=close, why="再了结").page.text
    li = as_user(cast.li)
    for way in (files[0], edit, close):
        assert li.get(way).status_code == 404, way


def test_a_visit_is_written_down_with_what_comes_next(cast: Any, as_user: Any) -> None:
    partner = make_partner("余杭", cast.wang, next_step="老的", next_due_on=TODAY)
    wang, here = as_user(cast.wang), f"/partners/{partner.id}"
    to = f"{here}/exchanges/new"
    typed = {
        "kind": "came",
        "on_day": "2013-07-20",
        "said": "看园区",
        "led_by": "副区长",
        "agreed": "排十家名单",
    }
    assert wang.submit(to, _to=to, **typed | {"on_day": "2013-09-01"}).status_code == 422
    assert "请填写谈了什么" in wang.submit(to, _to=to, **typed | {"said": ""}).page.text
    wang.submit(to, _to=to, **typed)
    assert partners()[0].next_step == "老的"
    wang.submit(
        to, _to=to, **typed | {"next_step": "回访", "next_due_on": "2013-08-02", "on_day": "2013-07-24"}
    )
    assert (partners()[0].next_step, partners()[0].last_exchange_on) == ("回访", dt.date(2013, 7, 24))
    assert verbs() == ["partner_exchange.written", "partner_exchange.written", "partner.edited"]
    visit = db.session.scalars(sa.select(Exchange).order_by(Exchange.id)).first()
    assert visit is not None and visit.kind is ExchangeKind.CAME
    page = wang.see("/partners/exchanges?kind=came&coop=330110&on_from=2013-07-20&on_to=2013-07-20")
    assert f"{here}#exchange-{visit.id}" in page.links
    edit = f"/partners/exchanges/{visit.id}/edit"
    wang.submit(edit, _to=edit, place="柯城")
    db.session.refresh(visit)
    assert visit.place == "柯城" and verbs()[-1] == "partner_exchange.edited"
    assert as_user(cast.li).get(edit).status_code == 404


def test_a_lead_and_a_deal_say_who_brought_them(cast: Any, as_user: Any) -> None:
    partner, other = make_partner("余杭", cast.wang), make_partner("宁波", cast.wang, region_code="3302")
    lead = make_lead("扩产", by=cast.wang)
    deal = make_deal("新工厂", by=cast.wang)
    db.session.commit()
    deal.lead_id = lead.id
    db.session.commit()
    wang = as_user(cast.wang)
    for noun, subject in (("leads", lead), ("deals", deal)):
        to = f"/{noun}/{subject.id}/partners"
        marked = partner if noun == "leads" else other
        assert wang.submit(to, _to=to, partner_id=marked.id).went_to == f"/{noun}/{subject.id}"
        assert wang.submit(to, _to=to, partner_id="").status_code == 422
        again = wang.submit(to, _to=to, partner_id=partner.id)
        assert again.status_code == 422 and "已经记为来源" in again.page.text, "of a deal, with its lead's"
    assert verbs() == ["lead.source_marked", "deal.source_marked"]
    for one in (partner, other):
        assert f"/deals/{deal.id}" in wang.see(f"/deals?partner={one.id}").links
        assert f"/partners/{one.id}" in wang.see(f"/deals/{deal.id}").links
    assert f"/leads/{lead.id}" in wang.see(f"/leads?partner={partner.id}").links
    assert f"/leads/{lead.id}" not in wang.see(f"/leads?partner={other.id}").links
    assert f"/deals/{deal.id}" in wang.see(f"/partners/{partner.id}").links
    source_id = db.session.scalars(sa.select(PartnerSource.id).filter_by(deal_id=deal.id)).one()
    wang.submit(f"/deals/{deal.id}", _to=f"/deals/{deal.id}/partners/{source_id}/drop")
    assert verbs()[-1] == "deal.source_unmarked"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PartnerSource)) == 1
    left = db.session.scalars(
        sa.select(PartnerSource.id)
    ).one()  # the lead's is not to be taken off by the deal
    assert wang.post(f"/deals/{deal.id}/partners/{left}/drop").status_code in (400, 404)


def test_it_ends_and_goes_on_and_what_it_brought_stays(cast: Any, as_user: Any) -> None:
    partner = make_partner("余杭", cast.wang)
    deal = make_deal("新工厂", by=cast.wang)
    bring(partner, deal=deal)
    wang, here = as_user(cast.wang), f"/partners/{partner.id}"
    assert wang.submit(f"{here}/end", _to=f"{here}/end", why="").status_code == 422
    wang.submit(f"{here}/end", _to=f"{here}/end", why="换届后停了")
    assert partners()[0].ended_on == TODAY and verbs() == ["partner.ended"]
    assert here not in wang.see("/partners?open=1").links
    assert f"/deals/{deal.id}" in wang.see(f"/deals?partner={partner.id}").links
    said: dict[str, dict[str, str]] = {
        "exchanges/new": {"said": "谈"},
        "agreements/new": {"title": "甲", "signed_on": "2013-01-01"},
        "edit": {},
    }
    for way, typed in said.items():
        answer = wang.submit(f"{here}/{way}", _to=f"{here}/{way}", **typed)
        assert answer.status_code == 422 and "合作已经结束" in answer.page.text, way
    again = make_partner("余杭", cast.wang)
    assert "同名的合作方" in wang.submit(here, _to=f"{here}/resume").page.text
    again.name = "别的"
    db.session.commit()
    wang.submit(here, _to=f"{here}/resume")
    assert partners()[0].is_open and verbs()[-1] == "partner.resumed"


def test_others_see_nothing_and_readers_change_nothing(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("别的单位的商会", by=cast.li)
    partner = make_partner("余杭", cast.wang, enterprise_id=firm.id)
    paper, visit = make_paper(partner), make_exchange(partner)
    li, zheng, wang = as_user(cast.li), as_user(cast.zheng), as_user(cast.wang)
    assert wang.get(f"/enterprises/{firm.id}").status_code == 200  # whoever works with a firm reads of it
    changes = ["edit", "end", "exchanges/new", "agreements/new"]
    for way in changes:
        assert li.get(f"/partners/{partner.id}/{way}").status_code == 404, way
        assert zheng.get(f"/partners/{partner.id}/{way}").status_code == 403, way
    assert li.get(f"/partners/{partner.id}").status_code == 404
    assert zheng.get(f"/partners/{partner.id}").status_code == 200
    for way in (f"agreements/{paper.id}/edit", f"agreements/{paper.id}/close", f"exchanges/{visit.id}/edit"):
        assert zheng.get(f"/partners/{way}").status_code == 403, way
    assert not verbs(), "GET does not act"
    of_chen = make_partner("陈主任的", cast.chen)
    assert wang.get(f"/partners/{of_chen.id}").status_code == 200
    assert wang.get(f"/partners/{of_chen.id}/edit").status_code == 403
    assert as_user(cast.chen).get(f"/partners/{partner.id}/edit").status_code == 200
    deal = make_deal("李乡长的项目", by=cast.li)
    db.session.commit()
    assert wang.get(f"/deals/{deal.id}/partners").status_code == 404
    assert zheng.get(f"/deals/{deal.id}/partners").status_code == 403


def test_the_desk_says_what_is_overdue(cast: Any, as_user: Any) -> None:
    make_partner("晚了的", cast.wang, next_step="回访", next_due_on=TODAY - LATER)
    make_partner("还早的", cast.wang, next_step="回访", next_due_on=TODAY + LATER)
    wang = as_user(cast.wang)
    assert "下一步逾期的合作方" in wang.see("/").text
    late = wang.see("/partners?owner=me&overdue=1").text
    assert "晚了的" in late and "还早的" not in late


def test_a_merge_takes_the_partner_along_and_its_undoing_back(cast: Any, session: Any) -> None:
    kept, gone = (make_enterprise(name, by=cast.admin) for name in ("杭州衢商会", "杭州市衢州商会"))
    partner = make_partner("商会", cast.admin, enterprise_id=gone.id)
    plan = merging.plan("enterprise", [kept.id, gone.id], prefer=kept.id)
    merge = merging.merge(plan, actor=cast.admin)
    session.commit()
    session.refresh(partner)
    assert partner.enterprise_id == kept.id
    merging.undo(merge, actor=cast.admin)
    session.commit()
    session.refresh(partner)
    assert partner.enterprise_id == gone.id
