"""承诺台账: promised, reported with evidence, and confirmed by somebody else than who promised."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.deals.actions import put_in_index
from crm.deals.models import Deal
from crm.delivery.actions import search_fields as project_fields
from crm.jobs.models import Notice
from crm.lib.errors import Refused
from crm.search import index
from crm.supervision.commitments import actions
from crm.supervision.commitments.models import Commitment
from crm.supervision.commitments.states import Claim, CommitmentState, StepKind, is_overdue, why_not_confirm
from tests.cast import make_deal
from tests.delivery.make import TODAY, make_project
from tests.supervision.make import make_commitment, supervises

NEW = {"name": "8 月底前供电到红线", "to_whom": "某公司", "promised_on": "2013-07-10", "due_on": "2013-08-31"}
DAY = dt.timedelta(days=1)


def paper() -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-1.4 connected"), "送电单.pdf"


def the_one() -> Commitment:
    return db.session.scalars(sa.select(Commitment)).one()


@pytest.mark.parametrize(
    ("state", "due_on", "late"),
    [(CommitmentState.OPEN, TODAY - DAY, True), (CommitmentState.OPEN, TODAY, False),
     (CommitmentState.CLAIMED, TODAY - DAY, False), (CommitmentState.KEPT, TODAY - DAY, False)],
)  # fmt: skip
def test_its_day_is_still_in_time_and_what_was_reported_is_not_late(
    state: CommitmentState, due_on: dt.date, late: bool
) -> None:
    assert is_overdue(state, due_on, TODAY) is late


@pytest.mark.parametrize(
    ("actor", "unit", "may"), [(1, 10, True), (2, 10, False), (3, 10, False), (1, 20, False)]
)
def test_who_promised_never_confirms(actor: int, unit: int, may: bool) -> None:
    """20 is the unit that promised, 2 the person of it, 3 who reported it kept."""
    assert (not why_not_confirm(actor, unit, unit_id=20, person_id=2, claimed_by_id=3)) is may


@pytest.mark.on("sqlite")
def test_a_promise_is_reported_kept_with_evidence_and_confirmed_by_others(cast: Any, as_user: Any) -> None:
    supervises(cast.chen)
    li, chen = as_user(cast.li), as_user(cast.chen)
    url = li.submit("/commitments/new", **NEW, person_id=str(cast.li.id)).went_to
    made = the_one()
    assert url == f"/commitments/{made.id}" and made.unit_id == cast.li.unit_id
    bare = li.submit(f"{url}/report", claim="kept", text="已经送电")
    assert bare.status_code == 422 and "要有佐证" in bare.said and "已经送电" in bare.get_data(as_text=True)
    assert the_one().state is CommitmentState.OPEN
    assert li.submit(f"{url}/report", claim="kept", text="已经送电", files=paper()).went_to == url
    assert made.state is CommitmentState.CLAIMED and f"{url}/confirm" not in li.see(url).links
    li.see(f"{url}/confirm", 403)
    assert db.session.scalars(sa.select(Notice.user_id)).all() == [cast.chen.id]
    assert "等我确认的承诺" in chen.see("/").text and made.name in chen.see("/commitments?confirm=1").text
    proof = next(one for one in chen.see(url).links if one.startswith("/commitments/files/"))
    assert chen.get(proof).status_code == 200
    chen.submit(f"{url}/send-back", reason="只到村口，没有到红线")
    assert made.state is CommitmentState.OPEN and made.claim is None
    li.submit(f"{url}/report", claim="kept", text="到红线了")  # the evidence of before counts
    chen.submit(f"{url}/confirm", text="现场看过")
    assert (made.state, made.ended_on, made.claim) == (CommitmentState.KEPT, TODAY, None)
    assert [one.kind for one in made.steps] == [
        StepKind.MADE, StepKind.CLAIMED_KEPT, StepKind.SENT_BACK, StepKind.CLAIMED_KEPT, StepKind.KEPT
    ]  # fmt: skip
    assert "只到村口" in li.see(url).text, "the story keeps what was said"
    verbs = db.session.scalars(sa.select(Event.verb).where(Event.noun == "commitment").order_by(Event.id))
    assert verbs.all() == [
        "commitment.registered", "commitment.reported", "commitment.attached", "commitment.sent_back",
        "commitment.reported", "commitment.confirmed",
    ]  # fmt: skip


@pytest.mark.on("sqlite")
def test_the_term_is_moved_by_the_supervisors_alone_and_the_unit_never(cast: Any, as_user: Any) -> None:
    made = make_commitment("供电", by=cast.li)
    db.session.commit()
    url = f"/commitments/{made.id}/edit"
    later = as_user(cast.li).submit(url, due_on="2013-12-31", to_whom="另一家")
    assert later.status_code == 422 and "承诺的一方自己不能改" in later.said
    assert the_one().to_whom == "某公司"
    as_user(cast.li).submit(url, to_whom="另一家")
    as_user(cast.zhou).submit(url, due_on="2013-12-31")
    assert (made.to_whom, made.due_on, made.steps[-1].kind) == (
        "另一家",
        dt.date(2013, 12, 31),
        StepKind.PUT_OFF,
    )
    with pytest.raises(WrittenOnce):
        made.unit_id = cast.wang.unit_id
    db.session.rollback()


@pytest.mark.on("sqlite")
def test_what_is_refused_and_changes_nothing(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    for typed, said in (
        ({"promised_on": "2013-07-26"}, "不能晚于今天"),
        ({"due_on": "2013-07-09"}, "不能早于承诺日期"),
        ({"to_whom": ""}, "请填写"),
    ):
        answer = wang.submit("/commitments/new", **(NEW | typed))
        assert (
            answer.status_code == 422
            and said in answer.said
            and "供电到红线" in answer.get_data(as_text=True)
        )
    wang.submit("/commitments/new", **NEW)
    again = wang.submit("/commitments/new", **NEW)
    assert again.status_code == 422 and "已经登记过了" in again.said
    made = the_one()
    with pytest.raises(Refused, match="现在是“履行中”"):
        actions.confirm(made, "", actor=cast.zhou)
    actions.report(made, Claim.WITHDRAWN, "业主不要了", actor=cast.wang)
    for own in (cast.wang, cast.chen):
        with pytest.raises(Refused, match="不能自己确认"):
            actions.confirm(made, "", actor=own)
    with pytest.raises(Refused, match="请写明不予确认的原因"):
        actions.send_back(made, " ", actor=cast.zhou)
    actions.confirm(made, "同意", actor=cast.zhou)
    assert made.state is CommitmentState.WITHDRAWN
    with pytest.raises(Refused, match="现在是“承诺撤销”"):
        actions.report(made, Claim.KEPT, "又要了", actor=cast.wang)


@pytest.mark.on("sqlite")
def test_who_may_see_it_and_who_may_act(cast: Any, as_user: Any) -> None:
    made = make_commitment("供电", by=cast.wang, state=CommitmentState.CLAIMED, claim=Claim.KEPT)
    db.session.commit()
    url = f"/commitments/{made.id}"
    as_user(cast.li).see(url, 404)
    as_user(cast.zheng).see(url)
    for door in ("edit", "report", "confirm", "send-back"):
        as_user(cast.zheng).see(f"{url}/{door}", 403)
        as_user(cast.li).see(f"{url}/{door}", 403 if door in ("confirm", "send-back") else 404)
    as_user(cast.zheng).see("/commitments/new", 403)
    as_user(cast.chen).see(f"{url}/confirm", 403)  # her own bureau's, and not of the office
    as_user(cast.zhou).see(f"{url}/confirm")
    assert made.state is CommitmentState.CLAIMED, "GET does not act"


@pytest.mark.on("sqlite")
def test_it_stands_on_its_deal_its_project_the_desk_and_in_the_search(cast: Any, as_user: Any) -> None:
    deal, project = make_deal("阀门项目", by=cast.wang), make_project("石华线改建", cast.wang)
    db.session.commit()
    wang = as_user(cast.wang)
    link = next(one for one in wang.see(f"/deals/{deal.id}").links if one.startswith("/commitments/new"))
    wang.submit(link, **NEW, person_id=str(cast.wang.id))
    wang.submit(
        f"/commitments/new?project={project.id}", **(NEW | {"name": "便道修通", "due_on": "2013-07-20"})
    )
    first, second = db.session.scalars(sa.select(Commitment).order_by(Commitment.id))
    assert (first.deal_id, second.project_id) == (deal.id, project.id)
    assert first.name in wang.see(f"/deals/{deal.id}").text
    assert second.name in wang.see(f"/projects/{project.id}").text
    assert "本单位逾期没有兑现的承诺" in wang.see("/").text
    assert (
        second.name in wang.see("/commitments?overdue=1").text
        and first.name not in wang.see("/commitments?overdue=1").text
    )
    assert second.name in wang.see("/find?q=便道").text
    assert first.name in wang.see("/find?q=供电到").text


@pytest.mark.on("sqlite")
def test_what_it_is_about_is_found_by_typing_and_never_what_one_does_not_see(cast: Any, as_user: Any) -> None:
    deal, project = make_deal("阀门项目", by=cast.wang), make_project("石华线改建", cast.wang)
    make_deal("外单位的阀门", by=cast.li)
    for _twice in range(2):
        make_deal("泵业", by=cast.wang)
    for one in db.session.scalars(sa.select(Deal)):
        put_in_index(one)
    index.put("key_project", project.id, project_fields(project))
    db.session.commit()
    wang, new = as_user(cast.wang), "/commitments/new"
    page = wang.see(new)
    assert {one.get("data-names") for one in page.all("datalist")} == {"/deals/names", "/projects/names"}
    offered = wang.get("/deals/names?q=fm").get_data(as_text=True)
    assert "阀门项目" in offered and "外单位" not in offered
    assert "石华线改建" in wang.get("/projects/names?q=石华").get_data(as_text=True)
    for name, said in (("外单位的阀门", "您又能看到的"), ("没有这个", "您又能看到的"), ("泵业", "不止一个")):
        answer = wang.submit(new, **NEW, deal=name)
        assert answer.status_code == 422 and said in answer.said and name in answer.get_data(as_text=True)
    url = wang.submit(new, **NEW, deal="阀门项目", project="石华线改建").went_to
    made = the_one()
    assert (made.deal_id, made.project_id) == (deal.id, project.id)
    assert wang.see(f"{url}/edit").one("input", name="deal").get("value") == "阀门项目"
    wang.submit(f"{url}/edit", deal="")
    assert (made.deal_id, made.project_id) == (None, project.id)


def test_the_demo_district_has_one_of_each(district: Any, as_user: Any) -> None:
    found = db.session.scalars(sa.select(Commitment)).all()
    assert sorted(one.state for one in found) == ["claimed", "kept", "open", "open", "withdrawn"]
    assert [one.unit.name for one in found if one.is_overdue] == ["航埠镇"]
    leader = as_user(district["leader"])
    assert (
        "等我确认的承诺" in leader.see("/").text and "用地预审" in leader.see("/commitments?confirm=1").text
    )
