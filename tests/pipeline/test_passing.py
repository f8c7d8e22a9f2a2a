"""What each stage asks for is a setting; a right of its own passes a gate, with a reason that stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind, Stage
from crm.lib.errors import Refused
from crm.pipeline import actions, gates, queries
from tests.deals.make import SIGNING, TODAY, make_contact, make_deal, make_enterprise, ready_to_sign
from tests.pipeline.test_moves import drop

GATES = "/admin/gates"


def ticks(page: Any) -> set[str]:
    return {one.get("value") for one in page.all("input", name="wants") if one.get("checked") is not None}


def set_(**stages: list[str]) -> None:
    queries.settings.put(queries.GATES, stages)
    db.session.commit()


# --- the setting ------------------------------------------------------------------------------------------------


def test_the_defaults_stand_until_somebody_changes_them(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    asked = {f"{stage.value}.{key}" for stage, keys in gates.DEFAULT.items() for key in keys}
    assert ticks(admin.see(GATES)) == asked
    wants = sorted(asked - {"new_talks.contact_logs"} | {"landed.local_uscc", "landed.evidence"})
    assert admin.submit(GATES, _to=GATES, wants=wants).went_to == GATES
    assert ticks(admin.see(GATES)) == set(wants)
    event = db.session.scalars(sa.select(Event).filter_by(verb="gate.changed")).one()
    assert event.changes["landed"] == [["local_company"], ["local_company", "local_uscc", "evidence"]]
    assert set(event.changes) == {"new_talks", "landed"}


def test_what_makes_a_signing_cannot_be_ticked_away(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    admin.submit(GATES, _to=GATES, wants=[])
    assert ticks(admin.see(GATES)) == {"signed.signed_on", "signed.agreement_kind"}
    assert gates.as_set({"signed": ["no such thing"]})[Stage.SIGNED] == ("signed_on", "agreement_kind")


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("name", ["wang", "chen", "zhou", "zheng", "li"])
def test_only_an_administrator_sets_gates(cast: Any, as_user: Any, name: str) -> None:
    client = as_user(getattr(cast, name))
    assert client.get(GATES).status_code == 403
    assert client.post(GATES, data={"csrf_token": client.token(), "wants": []}).status_code == 403
    assert queries.gates_in_force() == gates.as_set(None)


def test_the_same_gate_stands_behind_bar_board_form_and_acts_on_many(cast: Any, as_user: Any) -> None:
    """One thing is asked for that is not asked for by default: every door asks for it."""
    set_(new_talks=["content"])
    deal = make_deal("没有内容的项目", cast.wang)
    wang = as_user(cast.wang)
    assert "请写项目内容" in wang.see(f"/deals/{deal.id}").text
    assert drop(wang, deal, "new_talks").json["needs_url"].startswith(f"/deals/{deal.id}/advance")
    url = f"/deals/{deal.id}/advance"
    assert "content" in {one.get("name") for one in wang.see(url).all("textarea")}
    assert "请写项目内容" in wang.submit(url, _to=url).said
    data = {"csrf_token": wang.token(), "act": "advance", "value_advance": "new_talks", "ids": [deal.id]}
    answer = wang.post("/lists/deals/bulk", data=data, follow_redirects=True)
    assert "请写项目内容" in answer.said
    with pytest.raises(actions.NotYet):
        actions.advance(deal, Stage.NEW_TALKS, {}, actor=cast.wang)
    db.session.rollback()
    assert db.session.get(Deal, deal.id).stage is Stage.INTENDED
    assert wang.submit(url, _to=url, content="建厂房").went_to == f"/deals/{deal.id}"


def test_many_are_moved_and_each_that_is_not_says_why(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("恒远屿", cast.wang)
    good = make_deal("齐的项目", cast.wang, enterprise_id=firm.id)
    make_contact(cast.wang, deal_id=good.id)
    bare = make_deal("缺的项目", cast.wang)
    wang = as_user(cast.wang)
    data = {
        "csrf_token": wang.token(),
        "act": "advance",
        "value_advance": "new_talks",
        "ids": [good.id, bare.id],
    }
    answer = wang.post("/lists/deals/bulk", data=data, follow_redirects=True)
    assert "请填主投资方" in answer.said
    db.session.expire_all()
    assert (good.stage, bare.stage) == (Stage.NEW_TALKS, Stage.INTENDED)


# --- 3.2: 在谈 wants a proposal or a second round ---------------------------------------------------------------


def test_in_talks_takes_a_second_round_or_a_proposal(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.NEW_TALKS)
    with pytest.raises(actions.NotYet, match="再记一次洽谈"):
        actions.advance(deal, Stage.NEGOTIATING, {}, actor=cast.wang)
    make_contact(cast.wang, deal_id=deal.id, summary="第二轮")
    actions.advance(deal, Stage.NEGOTIATING, {}, actor=cast.wang)
    assert deal.stage is Stage.NEGOTIATING


# --- passing ------------------------------------------------------------------------------------------------------


def test_the_manager_passes_with_a_reason_that_the_review_lists(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("急的项目", cast.wang, content="", planned_wan=None)
    deal.admission = gates.Admission.NONE
    chen, url = as_user(cast.chen), f"/deals/{deal.id}/advance"
    answer = chen.submit(
        url,
        _to=url,
        signed_on="2013-07-24",
        agreement_kind="investment",
        passing="区长办公会定的，结论下周补",
    )
    assert answer.went_to == f"/deals/{deal.id}"
    move = db.session.scalars(sa.select(StageMove).filter_by(kind=MoveKind.ADVANCED)).one()
    assert move.reason == "区长办公会定的，结论下周补"
    assert set(move.passed) == {"planned_wan", "agreed_wan", "admission", "evidence"}
    event = db.session.scalars(sa.select(Event).filter_by(verb="deal.advanced")).one()
    assert "区长办公会" in event.note
    page = as_user(cast.zhou).see("/review/changes?since=2013-07-18").text
    assert "急的项目" in page and "区长办公会定的" in page and "决策咨询准予" in page
    assert "区长办公会定的" in chen.see(f"/deals/{deal.id}").text


def test_what_makes_a_signing_cannot_be_passed(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    chen, url = as_user(cast.chen), f"/deals/{deal.id}/advance"
    answer = chen.submit(url, _to=url, agreement_kind="framework", passing="先签框架")
    assert answer.status_code == 422 and "请填签约日期" in answer.said and "框架协议" in answer.said
    assert "先签框架" in answer.get_data(as_text=True), "what was typed stays"
    assert deal.stage is Stage.NEGOTIATING


def test_without_the_right_no_reason_helps(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang)
    url = f"/deals/{deal.id}/advance"
    wang = as_user(cast.wang)
    assert not wang.see(url).all("textarea", name="passing")
    with pytest.raises(Refused, match="没有越过门槛的权限"):
        actions.advance(deal, Stage.NEW_TALKS, {"passing": "急"}, actor=cast.wang)
    db.session.rollback()
    assert db.session.get(Deal, deal.id).stage is Stage.INTENDED


def test_a_reason_given_without_need_is_not_kept(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    move = actions.advance(deal, Stage.SIGNED, {**SIGNING, "passing": "以防万一"}, actor=cast.chen)
    assert (move.reason, move.passed) == ("", [])


def test_passing_can_be_undone(cast: Any) -> None:
    deal = make_deal("项目", cast.wang, stage_since=TODAY - dt.timedelta(days=3))
    move = actions.advance(deal, Stage.NEW_TALKS, {"passing": "急"}, actor=cast.chen)
    db.session.commit()
    actions.undo(move, actor=cast.chen)
    assert deal.stage is Stage.INTENDED and move.undone
