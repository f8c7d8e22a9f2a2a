"""Approvals: laid out, accepted, corrected, granted, entrusted; met about; counted; seen by those who are asked."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from crm.approvals import queries
from crm.approvals.models import Approval, JointMeeting, JointRuling, Template
from crm.approvals.steps import Level, Step, WaitsFor
from crm.audit.models import Event
from crm.db import db
from crm.delivery.actions import put_in_index
from crm.files.models import StoredFile
from tests.approvals.make import TODAY, make_item, make_template, run_by
from tests.delivery.make import led, make_project


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def named(name: str) -> Approval:
    return db.session.scalars(sa.select(Approval).filter_by(name=name)).one()


@pytest.mark.on("sqlite")
def test_the_items_of_a_kind_are_laid_out_once_with_what_goes_before_them(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    make_item(project, "环评", days=7)
    kind = make_template(
        "工业", ("立项", Level.LOCAL, 10), ("环评", Level.LOCAL, 30), ("供地", Level.UPPER, 30), in_a_row=True
    )
    wang, url = as_user(cast.wang), f"/projects/{project.id}/approvals"
    assert f"{url}/lay-out" in wang.see(url).links
    answer = wang.submit(f"{url}/lay-out", template_id=str(kind.id))
    assert answer.went_to == url
    found = queries.of_project(project)
    assert [(one.name, one.days, [b.name for b in one.after]) for one in found] == [
        ("环评", 7, []), ("立项", 10, []), ("供地", 30, ["环评"]),
    ]  # fmt: skip
    assert [one.record_name for one in events("approval.laid_out")] == ["立项", "供地"]
    page = wang.see(url)
    assert "卡在：供地" not in page.text and "卡在：环评" in page.text  # 7 + 30 days against 10
    assert "没有代办员" in page.text and "gantt-svg" in page.html
    again = wang.submit(f"{url}/lay-out", template_id=str(kind.id))
    assert again.status_code == 422 and "这个项目都有了" in again.said
    kind.is_active = False
    db.session.commit()
    assert "事项目录还是空的" in wang.see(f"{url}/lay-out").text


def test_an_item_walks_its_line_and_its_clock_stands_still_for_corrections(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    one = make_item(project, "环评", days=10)
    wang, url = as_user(cast.wang), f"/approvals/{one.id}"
    wang.submit(f"{url}/accept", on_day="2013-07-01")
    assert (named("环评").step, named("环评").waits_for) == (Step.ACCEPTED, WaitsFor.AUTHORITY)
    wang.press(url, f"{url}/begin")
    wang.submit(f"{url}/correct", on_day="2013-07-03", what="缺总平面图")
    line = queries.line_of(named("环评"))
    assert (line.taken, line.is_late, named("环评").waits_for_whom) == (2, False, "业主")
    wang.submit(f"{url}/resume", on_day="2013-07-19")
    line = queries.line_of(named("环评"))
    assert (line.taken, line.promised_on) == (6, dt.date(2013, 7, 31))
    page = wang.see(f"/projects/{project.id}/approvals")
    assert "6 / 10" in page.text and "gantt-pause" in page.html
    wang.submit(
        f"{url}/decide",
        on_day="2013-07-25",
        document_no="衢环〔2013〕9号",
        files=(io.BytesIO(b"%PDF-1"), "批复.pdf"),
    )
    assert (named("环评").step, queries.line_of(named("环评")).taken) == (Step.DONE, 6)
    file = db.session.scalars(sa.select(StoredFile)).one()
    assert as_user(cast.zheng).get(f"/approvals/files/{file.id}").status_code == 200
    assert as_user(cast.li).get(f"/approvals/files/{file.id}").status_code == 404
    told = wang.see(url).text
    for words in ("受理", "转入办理", "要求补正", "补正完成", "衢环〔2013〕9号", "缺总平面图"):
        assert words in told
    verbs = [
        event.verb
        for event in db.session.scalars(sa.select(Event).filter_by(noun="approval").order_by(Event.id))
    ]
    assert verbs == [f"approval.{verb}" for verb in ("accepted", "begun", "correcting", "resumed", "decided")]
    wang.submit(f"{url}/step-back", reason="记错了")
    assert (named("环评").step, named("环评").decided_on) == (Step.HANDLING, None)


@pytest.mark.on("sqlite")
def test_what_goes_before_holds_back_unless_a_reason_is_given(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    land = make_item(project, "供地")
    permit = make_item(project, "施工许可", land)
    wang, url = as_user(cast.wang), f"/approvals/{permit.id}"
    assert permit.waits_for is WaitsFor.BEFORE and permit.waits_for_whom == "供地"
    refused = wang.submit(f"{url}/accept", on_day="2013-07-22")
    assert refused.status_code == 422 and "前置事项还没有办结：供地" in refused.said
    assert named("施工许可").step is Step.NOT_STARTED and not events("approval.accepted")
    wang.submit(f"{url}/accept", on_day="2013-07-22", early_reason="急事急审")
    assert named("施工许可").early_reason == "急事急审"
    refused = wang.submit(f"{url}/decide", on_day="2013-07-23")
    assert refused.status_code == 422 and "前置事项还没有办结" in refused.said


REFUSED: tuple[tuple[Step, str, dict[str, Any], str], ...] = (
    (Step.NOT_STARTED, "accept", {"on_day": "2013-07-26"}, "日期不能晚于今天"),
    (Step.NOT_STARTED, "decide", {}, "受理以后才能办结"),
    (Step.NOT_STARTED, "step-back", {"reason": "错"}, "还没有受理"),
    (Step.NOT_STARTED, "entrust", {}, "请选择代办员"),
    (Step.NOT_STARTED, "note", {"on_day": "2013-07-26", "text": "去了"}, "日期不能晚于今天"),
    (Step.HANDLING, "accept", {}, "已经受理"),
    (Step.HANDLING, "correct", {"on_day": "2013-06-01", "what": "图"}, "不能早于受理日期"),
    (Step.HANDLING, "correct", {"what": ""}, "请填写要补什么"),
    (Step.HANDLING, "resume", {}, "没有在补正"),
    (Step.HANDLING, "decide", {"on_day": "2013-06-01"}, "不能早于受理日期"),
    (Step.HANDLING, "edit", {"days": "5"}, "已经受理，改承诺期请写明原因"),
    (Step.HANDLING, "edit", {"days": "很快"}, "承诺期请填 1 到 1000 的整数"),
    (Step.HANDLING, "edit", {"name": "另一项"}, "这个项目已经有"),
    (Step.HANDLING, "edit", {"authority": ""}, "请选本区的审批部门"),
)


@pytest.mark.on("sqlite")
def test_what_cannot_be_is_refused_politely(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    items = {
        step: make_item(project, f"事项{step.value}", step=step) for step in (Step.NOT_STARTED, Step.HANDLING)
    }
    make_item(project, "另一项")
    urls = {step: f"/approvals/{one.id}" for step, one in items.items()}
    wang = as_user(cast.wang)
    for step, act, typed, said in REFUSED:
        answer = wang.submit(f"{urls[step]}/{act}", **typed)
        assert answer.status_code == 422 and said in answer.said, (act, typed)
    for step, one in items.items():
        assert (one.step, one.days) == (step, 10)
    assert not events("approval.edited")


@pytest.mark.on("sqlite")
def test_items_are_added_tied_and_dropped_and_never_go_round(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    first = make_item(project, "环评")
    wang, url = as_user(cast.wang), f"/projects/{project.id}/approvals"
    wang.submit(
        f"{url}/new",
        name="稳评",
        authority="市里的局",
        days="15",
        after=[str(first.id)],
        plan_on="2013-07-20",
    )
    added = named("稳评")
    assert ([one.name for one in added.after], added.days, queries.line_of(added).is_behind) == (
        ["环评"],
        15,
        True,
    )
    refused = wang.submit(f"/approvals/{first.id}/edit", after=[str(added.id)])
    assert refused.status_code == 422 and "绕回自己" in refused.said
    wang.submit(f"/approvals/{added.id}/edit", after=[], unit_id=str(cast.li.unit_id))
    assert named("稳评").after == [] and events("approval.tied")[0].changes["after"] == ["环评", ""]
    wang.press(f"/approvals/{added.id}", f"/approvals/{added.id}/drop")
    assert [one.name for one in queries.of_project(project)] == ["环评"] and events("approval.dropped")


def test_an_upper_item_has_one_agent_at_a_time_and_a_missing_one_is_flagged(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.chen)
    one = make_item(project, "供地", level=Level.UPPER, days=5)
    chen, url = as_user(cast.chen), f"/approvals/{one.id}"
    assert "没有代办员" in chen.see(url).text and "石华线 · 供地" in chen.see("/approvals/agents").text
    assert "本单位项目里没有代办员的上级事项" in chen.see("/").text
    assert as_user(cast.li).get(url).status_code == 404
    chen.submit(f"{url}/entrust", agent_id=str(cast.li.id), from_on="2013-07-01", reason="熟悉")
    assert named("供地").waits_for is WaitsFor.AGENT and not named("供地").lacks_agent
    li = as_user(cast.li)  # of another unit: sees the project it is asked in, and notes the steps
    assert f"/approvals/{one.id}" in li.see(f"/projects/{project.id}/approvals").links
    li.submit(f"{url}/accept", on_day="2013-07-01")
    li.submit(f"{url}/note", text="到市里对接")
    assert "到市里对接" in chen.see(url).text
    desk = li.see("/").text
    assert "我代办的、超过承诺期的审批事项" in desk and "我代办的审批事项" in desk
    assert li.get(f"{url}/entrust").status_code == 403  # who runs it is the project's own side to say
    chen.submit(f"{url}/entrust", agent_id=str(cast.wang.id), from_on="2013-07-20")
    agencies = named("供地").agencies
    assert [(a.agent.name, a.to_on) for a in agencies] == [("李乡长", dt.date(2013, 7, 19)), ("王专员", None)]
    assert events("approval.entrusted")[-1].changes["agent"] == ["李乡长", "王专员"]
    assert li.get(url).status_code == 404


@pytest.mark.on("sqlite")
def test_a_unit_that_grants_an_item_sees_it_and_notes_its_steps(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    one = make_item(project, "施工许可", unit_id=cast.li.unit_id, authority="")
    other = make_item(project, "环评")
    li = as_user(cast.li)
    li.submit(f"/approvals/{one.id}/accept", on_day="2013-07-22")
    assert named("施工许可").step is Step.ACCEPTED
    assert li.get(f"/approvals/{other.id}/accept").status_code == 403
    assert li.get(f"/projects/{project.id}/approvals/lay-out").status_code == 403
    assert li.get(f"/projects/{project.id}/edit").status_code == 403


def test_the_progress_table_the_figures_and_the_list_say_the_same(cast: Any, as_user: Any) -> None:
    led(project := make_project("石华线", cast.wang), cast.zhou)
    put_in_index(project)
    late = make_item(project, "环评", step=Step.HANDLING, days=5)
    make_item(project, "供地", late, level=Level.UPPER)
    make_item(project, "立项", step=Step.DONE)
    zhou = as_user(cast.zhou)
    page = zhou.see("/approvals/progress")
    first = page.rows()[0]
    assert first[0].startswith("石华线") and first[1].startswith("环评")
    assert zhou.see("/approvals?holding=1").rows() and "环评" in zhou.see("/approvals?holding=1").rows()[0]
    for asked, names in (
        ("late=1", {"环评"}), ("unagented=1", {"供地"}), ("waits=before", {"供地"}), ("step=done", {"立项"}),
        ("waits=authority", {"环评"}), ("open=1", {"环评", "供地"}), ("leader=me", {"环评", "供地", "立项"}),
        ("q=石华", {"环评", "供地", "立项"}), ("q=供地", {"供地"}), ("project_unit=mine", set()),
    ):  # fmt: skip
        found = zhou.see(f"/approvals?{asked}")
        shown = {row[1] for row in found.rows()} if found.all("tbody") else set()
        assert shown == names, asked
    assert "卡住我挂联的项目的审批事项" in zhou.see("/").text
    pace = zhou.see("/approvals/pace")
    assert pace.rows()[0][:4] == ["立项", "10.0", "7.0", "1"] and "7.0" in pace.rows()[0][10]
    assert "/approvals?name=%E7%AB%8B%E9%A1%B9&decided_from=2013-07-01&decided_to=2013-07-31" in pace.links
    assert "这一年还没有" in zhou.see("/approvals/pace?year=2011").text


@pytest.mark.on("sqlite")
def test_the_progress_table_is_cut_off_after_what_i_see(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for by in (cast.wang, cast.li):
        make_item(make_project(by.name, by), "环评", step=Step.HANDLING)
    monkeypatch.setattr(queries, "MOST", 1)
    assert [one.project.name for one in queries.under_way(cast.li)] == [cast.li.name]


@pytest.mark.on("sqlite")
def test_a_joint_meeting_settles_things_and_each_is_followed(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    one = make_item(project, "环评", step=Step.HANDLING, days=30)
    chen = as_user(cast.chen)
    went = chen.submit("/approvals/meetings/new", place="三楼", chair_id=str(cast.zhou.id)).went_to
    refused = chen.submit(
        went, _to=f"{went}/rule", approval_id=str(one.id), decision="先办", due_on="2013-07-01"
    )
    assert (
        refused.status_code == 422 and "期限不能早于会议日期" in refused.said and "先办" in refused.page.html
    )
    chen.submit(
        went,
        _to=f"{went}/rule",
        approval_id=str(one.id),
        decision="五天出意见",
        who="市环保局",
        due_on="2013-07-25",
        days="5",
    )
    longer = chen.submit(
        went, _to=f"{went}/rule", approval_id=str(one.id), decision="放宽", who="市环保局", days="90"
    )
    assert longer.status_code == 422 and "只缩短承诺期" in longer.said and named("环评").days == 5
    theirs = make_project("江边线", cast.li)
    make_item(theirs, "供地", step=Step.HANDLING, unit_id=cast.chen.unit_id)
    other = make_item(theirs, "规划", step=Step.HANDLING, days=20)
    db.session.commit()
    foreign = chen.submit(
        went, _to=f"{went}/rule", approval_id=str(other.id), decision="快办", who="市局", days="5"
    )
    assert foreign.status_code == 422 and "不归您办" in foreign.said and named("规划").days == 20
    chen.submit(f"{went}/edit", note="纪要")
    assert db.session.scalars(sa.select(JointMeeting)).one().note == "纪要"
    ruling = db.session.scalars(sa.select(JointRuling)).one()
    assert named("环评").days == 5 and events("approval.ruled")[0].changes["days"] == [30, 5]
    ruling.due_on = TODAY - dt.timedelta(1)
    db.session.commit()
    wang = as_user(cast.wang)
    assert "五天出意见" in wang.see(f"/approvals/{one.id}").text and "五天出意见" in wang.see(went).text
    assert "联席会议议定、过了期限没有落实的事项" in wang.see("/").text
    wang.submit(f"/approvals/rulings/{ruling.id}", result="已出具")
    assert db.session.get_one(JointRuling, ruling.id).done_on == TODAY and events("joint_ruling.settled")
    assert "五天出意见" in wang.see("/approvals/rulings").text
    assert as_user(cast.zheng).see(f"/approvals/rulings/{ruling.id}").all("textarea") == []
    assert as_user(cast.zheng).see("/approvals/meetings").rows()
    assert as_user(cast.li).get(went).status_code == 404
    assert wang.get(f"{went}/edit").status_code == 403


@pytest.mark.on("sqlite")
def test_the_catalogue_is_data_and_projects_keep_their_own_copy(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    went = admin.submit("/admin/approvals/new", name="工业").went_to
    admin.submit(f"{went}/items/new", name="立项", authority="市里的局", days="10")
    first = db.session.scalars(sa.select(Template)).one().items[0]
    admin.submit(f"{went}/items/new", name="环评", authority="市里的局", days="30", after=[str(first.id)])
    refused = admin.submit(f"{went}/items/new", name="环评", authority="市里的局", days="3")
    assert refused.status_code == 422 and "已经有“环评”" in refused.said
    project = make_project("石华线", cast.wang)
    kind = db.session.scalars(sa.select(Template)).one()
    as_user(cast.wang).submit(f"/projects/{project.id}/approvals/lay-out", template_id=str(kind.id))
    copy = admin.submit("/admin/approvals/new", name="商贸", copied_id=str(kind.id)).went_to
    assert "环评" in admin.see(copy).text
    admin.submit(f"/admin/approvals/items/{first.id}", days="3", after=[])
    admin.press(went, f"/admin/approvals/items/{first.id}/drop")
    admin.submit(f"{went}/edit", name="工业（备案）", is_active=None)
    assert [(one.name, one.days) for one in queries.of_project(project)] == [("立项", 10), ("环评", 30)]
    verbs = {
        event.verb
        for event in db.session.scalars(
            sa.select(Event).filter(Event.verb.startswith("approval_template")).order_by(Event.id)
        )
    }
    assert verbs == {f"approval_template.{one}" for one in (
        "created", "item_added", "item_edited", "item_dropped", "edited")}  # fmt: skip
    assert as_user(cast.chen).get("/admin/approvals").status_code == 403


@pytest.mark.on("sqlite")
def test_readers_change_nothing_and_strangers_see_nothing(cast: Any, as_user: Any) -> None:
    project = make_project("石华线", cast.wang)
    one = make_item(project, "环评", step=Step.HANDLING)
    run_by(one, cast.wang)
    zheng, li = as_user(cast.zheng), as_user(cast.li)
    assert zheng.see(f"/projects/{project.id}/approvals").text and zheng.see(f"/approvals/{one.id}").text
    for act in ("accept", "correct", "resume", "decide", "step-back", "entrust", "note", "edit"):
        assert zheng.get(f"/approvals/{one.id}/{act}").status_code == 403, act
        assert li.get(f"/approvals/{one.id}/{act}").status_code == 404, act
    for act in ("begin", "drop"):
        assert zheng.post(f"/approvals/{one.id}/{act}", data={"csrf_token": zheng.token()}).status_code == 403
        assert as_user(cast.wang).get(f"/approvals/{one.id}/{act}").status_code == 405
    assert li.get(f"/projects/{project.id}/approvals").status_code == 404
    assert (
        named("环评").step is Step.HANDLING
        and not db.session.scalars(sa.select(Event).filter_by(noun="approval")).all()
    )
