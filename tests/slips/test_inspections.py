"""「登记 → 转交办 → 反馈」: a remark is followed to its slip and to its answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.lib.errors import Refused
from crm.slips.inspections import actions
from crm.slips.models import Inspection, Remark, Slip
from crm.slips.states import Body, RemarkState, SlipState
from tests.delivery.make import TODAY, make_project


def the_remark() -> Remark:
    return db.session.scalars(sa.select(Remark).order_by(Remark.id.desc())).first()  # type: ignore[return-value]


@pytest.mark.on("sqlite")
def test_a_remark_becomes_a_slip_and_is_answered_when_that_is_over(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    chen = as_user(cast.chen)
    answer = chen.submit("/inspections/new", body="congress", title="区人大代表视察", on_day="2013-07-20")
    made = db.session.scalars(sa.select(Inspection)).one()
    assert answer.went_to == f"/inspections/{made.id}/remarks" and made.body is Body.CONGRESS
    chen.submit(answer.went_to, text="便道不通，群众出行难", project=project.name)
    remark, url = the_remark(), f"/inspections/{made.id}"
    assert remark.state is RemarkState.REGISTERED
    refer = f"/inspections/remarks/{remark.id}/refer"
    assert refer in chen.see(url).links
    answer = chen.submit(refer, obstacle="works", unit_id=str(cast.li.unit_id))
    slip = db.session.scalars(sa.select(Slip)).one()
    assert answer.went_to == f"/slips/{slip.id}" and slip.problem == "便道不通，群众出行难"
    assert remark.slip_id == slip.id and remark.state is RemarkState.REFERRED
    assert "区人大代表视察" in chen.see(f"/slips/{slip.id}").text, "the slip says where it has come from"
    assert "便道不通" in chen.see("/inspections?state=referred").text
    back = f"/inspections/remarks/{remark.id}/feed-back"
    early = chen.submit(back, answer="办好了")
    assert early.status_code == 422 and "还没有办完" in early.said and remark.answered_on is None
    slip.unit_id, slip.due_on, slip.issued_on = cast.li.unit_id, TODAY, TODAY
    slip.state, slip.settled_on, slip.result = SlipState.SETTLED, TODAY, "便道已通"
    db.session.commit()
    assert "等着反馈的视察意见" in chen.see("/").text
    assert chen.submit(back).went_to == url  # begun with the slip's result
    assert (remark.answer, remark.answered_on, remark.state) == ("便道已通", TODAY, RemarkState.ANSWERED)
    assert "便道已通" in chen.see(url).text and "等着反馈的视察意见" not in chen.see("/").text
    verbs = db.session.scalars(sa.select(Event.verb).where(Event.noun.like("inspection%")).order_by(Event.id))
    assert verbs.all() == ["inspection.registered", "inspection_remark.added", "inspection_remark.referred",
                           "inspection_remark.answered"]  # fmt: skip


@pytest.mark.on("sqlite")
def test_what_is_refused_and_who_may_not(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    chen = as_user(cast.chen)
    late = chen.submit("/inspections/new", body="public", title="回头看", on_day="2013-08-01")
    assert late.status_code == 422 and "不能晚于今天" in late.said and "回头看" in late.get_data(as_text=True)
    seen = Inspection(
        on_day=TODAY - dt.timedelta(days=1), body=Body.PUBLIC, title="网友来信", unit_id=cast.chen.unit_id
    )
    seen.remarks.append(Remark(text="路灯不亮"))
    db.session.add(seen)
    db.session.commit()
    loose = seen.remarks[0]
    with pytest.raises(Refused, match="请直接反馈"):
        actions.refer(loose, {}, actor=cast.chen)
    actions.feed_back(loose, "已修", actor=cast.chen)
    with pytest.raises(Refused, match="已经反馈过了"):
        actions.feed_back(loose, "再修", actor=cast.chen)
    other = Remark(text="噪声大", inspection=seen, project_id=project.id)
    db.session.add(other)
    db.session.commit()
    doors = ["/inspections/new", f"/inspections/{seen.id}/edit", f"/inspections/{seen.id}/remarks",
             f"/inspections/remarks/{other.id}/refer", f"/inspections/remarks/{other.id}/feed-back"]  # fmt: skip
    for door in doors:
        as_user(cast.wang).see(door, 403)
        as_user(cast.zheng).see(door, 403)
        chen.see(door)
    as_user(cast.li).see(f"/inspections/{seen.id}", 404)
    theirs = Remark(text="便道不通", inspection=seen, project_id=make_project("镇里的路", cast.li).id)
    db.session.add(theirs)
    db.session.commit()
    door = f"/inspections/remarks/{theirs.id}/refer"
    chen.see(door, 403)  # a problem of a project is raised by who may raise it on the project's own page
    assert door not in chen.see(f"/inspections/{seen.id}").links
    as_user(cast.admin).see(door)
    as_user(cast.li).see(f"/inspections/{seen.id}")  # what was said of a project is seen by its unit
    as_user(cast.zheng).see(f"/inspections/{seen.id}")
    assert "噪声大" in as_user(cast.wang).see("/inspections").text and other.state is RemarkState.REGISTERED
