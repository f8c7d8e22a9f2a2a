"""Who drafts, checks and publishes: the offices that the settings name, and who is told so in words."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Role
from crm.reports import actions, queries
from crm.reports.models import Report, ReportState
from crm.reports.periods import ReportKind
from tests.cast import make_user
from tests.pages import words
from tests.reports.make import lines_of, published, send, signed, verbs


def head_elsewhere(cast: Any) -> User:
    """The head of a unit that is none of the offices."""
    head = make_user("ma", "马镇长", Role.MANAGER, cast.li.unit)
    db.session.commit()
    return head


@pytest.mark.on("sqlite")
def test_the_head_of_an_office_drafts_the_whole_districts_report(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    signed("别家的", cast.li, "2013-06-06", 3_000)
    chen, zhou = as_user(cast.chen), as_user(cast.zhou)
    assert "/reports/new" in chen.see("/reports").links
    chen.submit("/reports/new", kind="monthly", year="2013", number="6")
    report = db.session.scalars(sa.select(Report)).one()
    draft = chen.see(f"/reports/{report.id}")
    assert "别家的" in draft.text and "2 个" in lines_of(draft)["签约项目"], "counted with eyes that see all"
    assert "点开只列出您能看到的" in draft.text
    chen.submit(f"/reports/{report.id}/words", problems="进度慢")
    chen.press(f"/reports/{report.id}", f"/reports/{report.id}/submit")
    assert "/reports?to_check=1" in zhou.see("/").links
    refused = send(chen, f"/reports/{report.id}/check")
    assert refused.status_code == 422 and "要两个人" in refused.said
    assert send(chen, f"/reports/{report.id}/publish").status_code == 403
    zhou.press(f"/reports/{report.id}", f"/reports/{report.id}/check")
    assert "等区领导或管理员发布" in chen.see(f"/reports/{report.id}").text
    assert "/reports?to_publish=1" in zhou.see("/").links
    assert "6月通报" in zhou.see("/reports?to_publish=1").text
    for theirs in ("to_publish", "to_check"):  # his own he does not check, and publish he may not
        assert "6月通报" not in chen.see(f"/reports?{theirs}=1").text
    zhou.press(f"/reports/{report.id}", f"/reports/{report.id}/publish")
    db.session.expire_all()
    edition = queries.edition(report)
    assert edition is not None and report.state is ReportState.PUBLISHED
    assert next(one["value"] for one in edition.content["figures"] if one["key"] == "signed_deals") == "2"
    assert verbs()[-1] == "report.published"
    assert cast.chen.name in words(draft.one(id="history"))


@pytest.mark.on("sqlite")
def test_what_was_given_back_waits_for_whoever_drafted_it(cast: Any, as_user: Any) -> None:
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=cast.chen)
    actions.submit(report, actor=cast.chen)
    db.session.commit()
    as_user(cast.zhou).submit(f"/reports/{report.id}/give-back", reason="漏了一段")
    assert "/reports?returned=1" in as_user(cast.chen).see("/").links
    assert "/reports?returned=1" not in as_user(cast.admin).see("/").links
    assert "漏了一段" in as_user(cast.chen).see(f"/reports/{report.id}").text


def test_another_head_is_told_whose_business_it_is(cast: Any, as_user: Any) -> None:
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=cast.chen)
    db.session.commit()
    for stranger in (head_elsewhere(cast), cast.wang, cast.zheng):
        there = as_user(stranger)
        page = there.see("/reports")
        assert (
            "区招商局的负责人" in page.text
            and "/reports/new" not in page.links
            and "6月通报" not in page.text
        )
        assert "区招商局的负责人" in there.see("/reports/new", 403).text
        link = there.see(f"/reports/{report.id}", 403).text
        assert "还没有发布" in link and "6月通报" in link and "区招商局的负责人" in link
        assert "起草 " not in link and "主要指标" not in link, "what it says is nobody else's business"
        assert there.get("/reports/999").status_code == 404
        for act in ("submit", "check", "publish", "drop"):
            assert send(there, f"/reports/{report.id}/{act}").status_code in (403, 404), act
        for form in ("words", "give-back", "correct"):
            assert there.get(f"/reports/{report.id}/{form}").status_code in (403, 404), form
    db.session.expire_all()
    assert report.state is ReportState.DRAFT
    assert as_user(cast.chen).get(f"/reports/{report.id}/drop").status_code == 405
    english = as_user(cast.li)
    cast.li.locale = "en"
    db.session.commit()
    assert "drafted by the heads of" in english.see("/reports/new", 403).text


@pytest.mark.on("sqlite")
def test_published_ones_are_refused_to_him_in_words_too(cast: Any, as_user: Any) -> None:
    report, head = published(cast), head_elsewhere(cast)
    there = as_user(head)
    assert f"/reports/{report.id}/correct" not in there.see(f"/reports/{report.id}/versions/1").links
    assert "区招商局的负责人" in there.see(f"/reports/{report.id}/correct", 403).text


@pytest.mark.on("sqlite")
def test_the_settings_name_the_offices(cast: Any, as_user: Any) -> None:
    head = head_elsewhere(cast)
    assert (queries.drafts(head), queries.checks(head), queries.drafts(cast.chen)) == (False, False, True)
    settings.put("report.offices", "航埠镇，区督查室")
    db.session.commit()
    assert (queries.drafts(head), queries.checks(head), queries.drafts(cast.chen)) == (True, True, False)
    assert not queries.publishes(head) and not queries.drafts(cast.li), "a head, and no promoter"
    assert "航埠镇、区督查室的负责人" in as_user(cast.chen).see("/reports/new", 403).text


@pytest.mark.on("sqlite")
def test_each_kinds_last_period_is_one_click_away_until_it_is_drafted(cast: Any, as_user: Any) -> None:
    chen = as_user(cast.chen)
    assert "/reports/new?kind=quarterly" in chen.see("/reports/new").links
    chen.submit("/reports/new?kind=quarterly", _to="/reports/new")
    report = db.session.scalars(sa.select(Report)).one()
    assert (report.kind, report.year, report.number) == (ReportKind.QUARTERLY, 2013, 2)
    assert "/reports/new?kind=quarterly" not in chen.see("/reports/new").links
