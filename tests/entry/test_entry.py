"""A deal is applied for, heard, decided, let in or not; the gate asks for it; what it promised is checked later."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import Admission, MoveKind, Stage
from crm.entry import queries
from crm.entry.models import EntryCheck, EntryException, EntryReview, EntryStandard
from crm.entry.permu import Measure, Verdict
from crm.entry.steps import Assessment, CheckKind, CheckState, Conclusion, ReviewStep
from crm.files.models import StoredFile
from crm.merchants.models import Direction
from crm.pipeline import gates
from crm.pipeline.queries import dossier_of
from tests.cast import make_deal

TODAY = dt.date(2013, 7, 25)
PROMISED = {
    "fixed_wan": Decimal(12_000),
    "land_mu": Decimal(60),
    "tax_wan": Decimal(900),
    "output_wan": Decimal(30_000),
}


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def review() -> EntryReview:
    return db.session.scalars(sa.select(EntryReview).order_by(EntryReview.id.desc())).first()  # type: ignore[return-value]


def make_review(deal: Deal, **columns: Any) -> EntryReview:
    given = PROMISED | {"eia": Assessment.PASSED, "energy": Assessment.PASSED, "step": ReviewStep.DEPARTMENTS}
    one = EntryReview(deal=deal, **(given | columns))
    db.session.add(one)
    db.session.add_all(EntryCheck(deal=deal, kind=kind) for kind in CheckKind)
    db.session.commit()
    return one


def signing_lacks(deal: Deal) -> list[str]:
    missing = gates.missing_for(Stage.SIGNED, dossier_of(deal), gates.DEFAULT)
    return [one.sentence for one in missing if one.key == "admission"]


def test_from_application_to_approval_and_through_the_gate(cast: Any, as_user: Any) -> None:
    deal = make_deal(
        "阀门厂", by=cast.wang, fixed_asset_wan=Decimal(12_000), land_mu=Decimal(60), stage=Stage.NEGOTIATING
    )
    assert signing_lacks(deal) == ["决策咨询还没有准予，不能签约"]
    wang, zhou, li = as_user(cast.wang), as_user(cast.zhou), as_user(cast.li)
    assert f"/deals/{deal.id}/entry/new" in wang.see(f"/deals/{deal.id}").links
    url = wang.submit(f"/deals/{deal.id}/entry/new", tax_wan="900", eia="passed", energy="not_needed").went_to
    page = wang.see(url)
    assert "200" in page.rows()[0] and page.rows()[0][-1] == "没有标准，不判"
    assert "区里还没有定 2013 年的准入标准" in page.text
    assert [one.kind for one in queries.checks_of(deal)] == list(CheckKind)
    wang.press(url, f"{url}/carry-on")
    wang.press(url, f"{url}/carry-on")
    assert review().step is ReviewStep.DEPARTMENTS and len(events("entry_review.carried_on")) == 2
    assert li.get(url).status_code == 404
    wang.submit(f"{url}/ask", units=[str(cast.li.unit_id)])
    assert "等本单位提意见的准入评审" in li.see("/").text and li.get(f"/deals/{deal.id}").status_code == 404
    refused = zhou.submit(f"{url}/conclude", conclusion="approved")
    assert (
        refused.status_code == 422
        and "还有 1 个部门没有提意见" in refused.said
        and deal.admission is Admission.NONE
    )
    [opinion] = review().opinions
    refused = li.submit(f"/entry/opinions/{opinion.id}", stance="against")
    assert refused.status_code == 422 and "请写明条件或理由" in refused.said
    li.submit(f"/entry/opinions/{opinion.id}", stance="conditional", text="配建排污管网")
    assert "等本单位提意见的准入评审" not in li.see("/").text
    kept = wang.submit(f"/entry/opinions/{opinion.id}", stance="for")
    assert (
        kept.status_code == 422 and "只能由它改" in kept.said and review().opinions[0].text == "配建排污管网"
    )
    zhou.submit(f"{url}/conclude", conclusion="conditional", conditions="配建排污管网", votes_for="5", votes_against="1",
                files=(io.BytesIO(b"%PDF-1"), "纪要.pdf"))  # fmt: skip
    assert (review().conclusion, review().decided_on, deal.admission) == (
        Conclusion.CONDITIONAL, TODAY, Admission.CONDITIONAL,
    )  # fmt: skip
    assert deal.admission_note == "配建排污管网" and signing_lacks(deal) == []
    assert events("deal.admitted")[0].record_id == deal.id and events("entry_review.concluded")
    told = wang.see(url).text
    assert "结论：有条件准予" in told and "赞成 5，反对 1" in told and "征求部门意见" in told
    assert "有条件准予" in wang.see(f"/deals/{deal.id}").text
    file = db.session.scalars(sa.select(StoredFile)).one()
    assert wang.get(f"/entry/files/{file.id}").status_code == 200
    assert as_user(cast.zheng).get(f"/entry/files/{file.id}").status_code == 200
    again = wang.submit(f"{url}/edit", fixed_wan="1")  # what was decided stays
    assert again.status_code == 422 and "已经作出结论" in again.said and review().fixed_wan == 12_000


def test_the_standard_of_the_year_the_place_and_the_industry_judges(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    assert "还没有定准入标准" in admin.see("/entry/standards").text
    admin.submit("/entry/standards/new", year="2012", intensity="100")
    admin.submit("/entry/standards/new", year="2013", intensity="150", tax="10")
    refused = admin.submit("/entry/standards/new", year="2013", intensity="1")
    assert refused.status_code == 422 and "已经有一条标准" in refused.said
    refused = admin.submit("/entry/standards/new", year="2013", direction="agriculture", tax="很高")
    assert refused.status_code == 422 and "请填数字" in refused.said
    admin.submit("/entry/standards/new", year="2013", direction="manufacturing", intensity="220")
    admin.submit(
        "/entry/standards/new", year="2013", place_id=str(cast.li.unit_id), intensity="180", energy="0.1"
    )
    admin.submit("/entry/standards/new", year="2014", intensity="999")
    cases = [
        (None, None, dt.date(2012, 5, 1), 100), (None, None, TODAY, 150), (Direction.MANUFACTURING, None, TODAY, 220),
        (Direction.MANUFACTURING, cast.li.unit_id, TODAY, 180), (Direction.AGRICULTURE, cast.wang.unit_id, TODAY, 150),
        (None, None, dt.date(2015, 1, 1), 999),
    ]  # fmt: skip
    for direction, place, day, asked in cases:
        found = queries.standard_for(direction, place, day)
        assert found and found.intensity == asked, (direction, place, day)
    assert queries.standard_for(None, None, dt.date(2011, 1, 1)) is None
    one = make_review(make_deal("阀门厂", by=cast.wang), direction=Direction.MANUFACTURING)
    verdicts = {row.measure: row.verdict for row in queries.judged_now(one)}
    assert verdicts[Measure.INTENSITY] is Verdict.FAIL and verdicts[Measure.TAX] is Verdict.NO_STANDARD
    zhou = as_user(cast.zhou)
    refused = zhou.submit(f"/entry/{one.id}/conclude", conclusion="approved")
    assert refused.status_code == 422 and "不达标：投资强度" in refused.said
    zhou.submit(f"/entry/{one.id}/conclude", conclusion="conditional", conditions="两年内加层")
    standard = db.session.scalars(sa.select(EntryStandard).filter_by(direction=Direction.MANUFACTURING)).one()
    admin.submit(f"/entry/standards/{standard.id}", intensity="1")
    admin.press("/entry/standards", f"/entry/standards/{standard.id}/drop")
    assert {r.measure: r.asked for r in queries.judged_now(review())}[
        Measure.INTENSITY
    ] == 220  # as it was then
    assert {event.verb for event in db.session.scalars(sa.select(Event).filter_by(noun="entry_standard"))} == {
        "entry_standard.set", "entry_standard.edited", "entry_standard.dropped",
    }  # fmt: skip
    assert as_user(cast.chen).get("/entry/standards/new").status_code == 403


@pytest.mark.on("sqlite")
def test_a_major_project_is_argued_and_needs_its_stability_assessment(cast: Any, as_user: Any) -> None:
    deal = make_deal("垃圾发电", by=cast.wang)
    one = make_review(deal, is_major=True, step=ReviewStep.DEPARTMENTS)
    wang, zhou, url = as_user(cast.wang), as_user(cast.zhou), f"/entry/{one.id}"
    refused = wang.press(url, f"{url}/carry-on")
    assert refused.status_code == 422 and "还没有部门提出意见" in refused.said
    refused = zhou.submit(f"{url}/conclude", conclusion="approved")
    assert refused.status_code == 422 and "还没有经过论证" in refused.said
    wang.submit(f"{url}/ask", units=[str(cast.chen.unit_id)])
    wang.submit(f"/entry/opinions/{review().opinions[0].id}", stance="for")
    wang.press(url, f"{url}/carry-on")
    assert review().step is ReviewStep.PANEL
    wang.submit(f"{url}/hear", voice="expert", who="某大学教授", stance="for")
    refused = wang.submit(f"{url}/hear", voice="department", who="某局", stance="for")
    assert refused.status_code == 422 and "部门的意见" in refused.said
    refused = zhou.submit(f"{url}/conclude", conclusion="approved")
    for sentence in ("没有民众代表的论证意见", "没有通过稳评"):
        assert sentence in refused.said
    wang.submit(f"{url}/hear", voice="citizen", who="某村村民", stance="conditional", text="先修围墙")
    stability = next(one for one in queries.checks_of(deal) if one.kind is CheckKind.STABILITY)
    check = f"/entry/checks/{stability.id}"
    assert (
        "需要而没有通过" in wang.see("/entry/checks?missing=1").text
        and wang.see("/entry/checks?missing=1").rows()
    )
    for typed, said in (
        ({"is_needed": None}, "必须做稳评"), ({"state": "passed"}, "请填评定的日期"),
        ({"state": "to_mend", "on_day": "2013-07-20"}, "要整改什么"), ({"on_day": "2013-07-26"}, "不能晚于今天"),
    ):  # fmt: skip
        refused = wang.submit(check, **typed)
        assert refused.status_code == 422 and said in refused.said, typed
    wang.submit(
        check, state="passed", on_day="2013-07-20", who="区信访局", files=(io.BytesIO(b"%PDF-1"), "稳评.pdf")
    )
    assert (
        stability.state is CheckState.PASSED
        and events("entry_check.checked")
        and "稳评.pdf" in wang.see(check).text
    )
    zhou.submit(f"{url}/conclude", conclusion="approved")
    assert deal.admission is Admission.APPROVED


@pytest.mark.on("sqlite")
def test_a_refusal_shuts_the_gate_until_another_sheet_says_otherwise(cast: Any, as_user: Any) -> None:
    deal = make_deal("电镀厂", by=cast.wang)
    one = make_review(deal, eia=Assessment.FAILED, step=ReviewStep.APPLIED)
    wang, zhou = as_user(cast.wang), as_user(cast.zhou)
    refused = zhou.submit(f"/entry/{one.id}/conclude", conclusion="rejected")
    assert refused.status_code == 422 and "请写明理由" in refused.said
    zhou.submit(f"/entry/{one.id}/conclude", conclusion="rejected", reason="环评不通过")
    assert deal.admission is Admission.REJECTED and signing_lacks(deal) == ["决策咨询已否决，不能签约"]
    assert "环评不通过" in wang.see("/entry?conclusion=rejected").text
    url = wang.submit(f"/deals/{deal.id}/entry/new").went_to  # begun with what the last one said
    assert (review().fixed_wan, review().eia) == (12_000, Assessment.FAILED)
    refused = wang.submit(f"/deals/{deal.id}/entry/new")
    assert refused.status_code == 422 and "没有作结论的评审单" in refused.said
    zhou.submit(f"{url}/conclude", conclusion="supplement", reason="补环评")
    assert deal.admission is Admission.NONE and len(queries.of_deal(deal)) == 2


@pytest.mark.on("sqlite")
def test_somebody_named_may_allow_the_signing_with_a_reason(cast: Any, as_user: Any) -> None:
    deal = make_deal("急的项目", by=cast.wang)
    admin, url = as_user(cast.admin), f"/deals/{deal.id}/entry/except"
    assert as_user(cast.chen).get(url).status_code == 403
    refused = admin.submit(url, reason="")
    assert refused.status_code == 422 and "请填写理由" in refused.said and signing_lacks(deal)
    refused = admin.submit(url, reason="急", on_day="2013-07-26")
    assert refused.status_code == 422 and "日期不能晚于今天" in refused.said
    admin.submit(url, approver_id=str(cast.zhou.id), reason="区长办公会定的", document_no="〔2013〕7号")
    assert signing_lacks(deal) == []
    one = db.session.scalars(sa.select(EntryException)).one()
    assert (one.approver_id, one.recorded_by_id) == (cast.zhou.id, cast.admin.id)
    assert events("deal.excepted")[0].note == "区长办公会定的"
    page = as_user(cast.wang).see(f"/deals/{deal.id}/entry").text
    assert f"特批：{cast.zhou.name}" in page and "区长办公会定的" in page
    assert "特批" in as_user(cast.wang).see(f"/deals/{deal.id}").text
    assert admin.submit(url, reason="又来").status_code == 422
    make_review(deal, step=ReviewStep.DECIDED, conclusion=Conclusion.REJECTED, decided_on=one.on_day)
    deal.admission = Admission.REJECTED
    db.session.commit()
    assert signing_lacks(deal) == ["决策咨询已否决，不能签约"], (
        "what was decided later stands above it, on the same day too"
    )
    refused = admin.submit(url, approver_id=str(cast.zhou.id), reason="再批", on_day="2013-07-24")
    assert refused.status_code == 422 and "不能早于决策咨询的结论 2013-07-25" in refused.said
    admin.submit(url, approver_id=str(cast.zhou.id), reason="再批", on_day="2013-07-25")
    assert signing_lacks(deal) == []


def test_promises_are_checked_one_two_and_three_years_after_production(cast: Any, as_user: Any) -> None:
    deal = make_deal("阀门厂", by=cast.wang, stage=Stage.PRODUCING, signed_on=dt.date(2010, 1, 1))
    deal.moves.append(
        StageMove(kind=MoveKind.ADVANCED, to_stage=Stage.PRODUCING, on_day=dt.date(2012, 7, 25))
    )
    one = make_review(
        deal, step=ReviewStep.DECIDED, conclusion=Conclusion.APPROVED, decided_on=dt.date(2010, 1, 1)
    )
    wang, new = as_user(cast.wang), f"/entry/{one.id}/rechecks/new"
    assert "本单位到期要复核的投产项目" in wang.see("/").text
    assert len(wang.see("/entry/rechecks?due=1").rows()) == 1
    page = wang.see(f"/deals/{deal.id}/entry")
    assert "做第 1 次复核" in page.text and new in page.links
    refused = wang.submit(new, fixed_wan="10800", tax_wan="1200", output_wan="30000")
    assert (
        refused.status_code == 422
        and "没有达到承诺：投资强度" in refused.said
        and "10800" in refused.page.html
    )
    wang.submit(new, fixed_wan="10800", tax_wan="1200", output_wan="30000", measure="约谈，半年内补足")
    [made] = queries.rechecks_of(review())
    found = {gap.measure: gap for gap in made.gaps}
    assert (found[Measure.INTENSITY].promised, found[Measure.INTENSITY].real) == (200, 180)
    assert (found[Measure.TAX].gap, found[Measure.OUTPUT].gap) == (5, 0)
    assert events("entry_review.rechecked")[0].note == "约谈，半年内补足"
    told = wang.see(f"/deals/{deal.id}/entry").text
    assert "-20.00" in told and "90.0%" in told and "约谈" in told
    refused = wang.submit(new)  # the second is a year away
    assert refused.status_code == 422 and "2014-07-25" in refused.said
    assert not wang.see("/entry/rechecks?due=1").all("tbody") and len(wang.see("/entry/rechecks").rows()) == 1


@pytest.mark.on("sqlite")
def test_readers_change_nothing_and_strangers_see_nothing(cast: Any, as_user: Any) -> None:
    deal = make_deal("阀门厂", by=cast.wang)
    one = make_review(deal)
    zheng, li, chen = as_user(cast.zheng), as_user(cast.li), as_user(cast.chen)
    assert zheng.see(f"/entry/{one.id}").rows() and zheng.see(f"/deals/{deal.id}/entry").text
    check = queries.checks_of(deal)[0]
    for way in (f"/entry/{one.id}/edit", f"/entry/{one.id}/ask", f"/entry/{one.id}/hear", f"/entry/checks/{check.id}",
                f"/entry/{one.id}/rechecks/new", f"/deals/{deal.id}/entry/new"):  # fmt: skip
        assert zheng.get(way).status_code == 403, way
        assert li.get(way).status_code == 404, way
    for way in (f"/entry/{one.id}", f"/deals/{deal.id}/entry"):
        assert li.get(way).status_code == 404, way
    assert chen.get(f"/entry/{one.id}/conclude").status_code == 403  # nobody lets in his own unit's project
    assert chen.get(f"/entry/{one.id}/carry-on").status_code == 405
    assert not db.session.scalars(sa.select(Event).filter_by(noun="entry_review")).all()
