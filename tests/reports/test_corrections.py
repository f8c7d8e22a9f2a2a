"""更正: a new version with its reason. What is published stays what it is until that is published too."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.reports import actions, queries
from crm.reports.models import Correction, Report, ReportState
from crm.reports.periods import ReportKind
from tests.pages import words
from tests.reports.make import figure, lines_of, published, send, signed


def test_a_correction_is_a_new_version_with_its_reason_and_what_it_changes(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    report = published(cast)
    signed("漏报的", cast.wang, "2013-06-20", 8_000)
    admin = as_user(cast.admin)
    assert admin.submit(f"/reports/{report.id}/correct", reason="").status_code == 422
    admin.submit(f"/reports/{report.id}/correct", reason="漏了一个项目")
    assert "漏报的" not in as_user(cast.wang).see(f"/reports/{report.id}/versions/1").text
    assert as_user(cast.wang).get(f"/reports/{report.id}").location.endswith("/versions/1")
    db.session.expire_all()
    actions.submit(report, actor=cast.admin)
    actions.check(report, actor=cast.zhou)
    second = actions.publish(report, actor=cast.zhou)
    db.session.commit()
    assert (second.number, second.correction) == (2, "漏了一个项目")
    assert figure(second, "signed_deals")["value"] == "2"
    page = as_user(cast.wang).see(f"/reports/{report.id}/versions/2/changes")
    assert "漏报的" in page.text and "漏了一个项目" in page.text
    lines = lines_of(page)
    assert (
        "第 1 名 · 1 个" in lines["签约项目 · 区招商局"] and "第 1 名 · 2 个" in lines["签约项目 · 区招商局"]
    )
    assert "增加：漏报的 " in lines["新签约项目"], "the tables of names are compared too"
    assert "已被更正" in as_user(cast.wang).see(f"/reports/{report.id}/versions/1").text


def test_a_correction_may_be_called_off_and_an_unpublished_draft_dropped(cast: Any, as_user: Any) -> None:
    report = published(cast)
    actions.correct(report, "看错了", actor=cast.admin)
    db.session.commit()
    admin = as_user(cast.admin)
    admin.press(f"/reports/{report.id}", f"/reports/{report.id}/drop")
    db.session.expire_all()
    assert (report.state, report.correction) == (ReportState.PUBLISHED, "")
    other = actions.draft(ReportKind.MONTHLY, 2013, 5, actor=cast.admin)
    db.session.commit()
    admin.press(f"/reports/{other.id}", f"/reports/{other.id}/drop")
    assert list(db.session.scalars(sa.select(Report.number))) == [6]
    assert send(admin, f"/reports/{report.id}/drop").status_code != 200 and db.session.scalar(
        sa.select(Report.id)
    )


def test_a_published_report_that_is_corrected_is_published_all_the_while(cast: Any, as_user: Any) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    report = published(cast)
    actions.draft(ReportKind.MONTHLY, 2013, 5, actor=cast.admin)
    actions.correct(report, "看错了", actor=cast.admin)
    db.session.commit()
    reader, leader = as_user(cast.wang), as_user(cast.zhou)

    def line(client: Any) -> str:
        [found] = [" ".join(row) for row in client.see("/reports").rows(0) if "6月" in " ".join(row)]
        return found

    said = {
        ReportState.DRAFT: "更正起草中",
        ReportState.CHECKING: "更正待审核",
        ReportState.CHECKED: "更正待发布",
    }
    steps = {
        ReportState.DRAFT: lambda: None,
        ReportState.CHECKING: lambda: actions.submit(report, actor=cast.admin),
        ReportState.CHECKED: lambda: actions.check(report, actor=cast.zhou),
    }
    for state, step in steps.items():
        step()
        db.session.commit()
        assert (report.state, report.standing) == (state, ReportState.PUBLISHED)
        assert "已发布" in line(reader) and said[state] in line(reader)
        for client in (reader, leader) if state is ReportState.DRAFT else ():
            page = client.see(f"/reports/{report.id}/versions/1")
            assert said[state] in page.text and "这一版有效" in page.text
            assert (f"/reports/{report.id}" in page.links) == (client is leader), (
                "who works on it goes on to it"
            )
    for address, there in {
        "state=published": True, "state=draft": False, "state=checked": False, "correcting=1": True,
    }.items():  # fmt: skip
        rows = leader.see(f"/reports?{address}").text
        assert ("6月通报" in rows) is there, address
    assert "5月通报" in leader.see("/reports?state=draft").text
    actions.publish(report, actor=cast.zhou)
    db.session.commit()
    assert "更正" not in line(reader) and report.correcting is None


def test_each_step_before_publication_has_its_correction() -> None:
    assert {one.value for one in Correction} == {one.value for one in ReportState} - {"published"}


@pytest.mark.on("sqlite")
def test_a_correction_shows_what_it_changes_before_it_is_begun_and_while_it_is_made(
    cast: Any, as_user: Any
) -> None:
    signed("甲项目", cast.wang, "2013-06-05", 60_000)
    report = published(cast)
    admin = as_user(cast.admin)
    assert "没有不同" in admin.see(f"/reports/{report.id}/correct").text
    signed("漏报的", cast.wang, "2013-06-20", 8_000)
    before = lines_of(admin.see(f"/reports/{report.id}/correct"))
    assert "增加：漏报的" in before["签约项目"] and "1 个 2 个" in before["签约项目"]
    admin.submit(f"/reports/{report.id}/correct", reason="漏了一个项目")
    admin.submit(f"/reports/{report.id}/words", problems="换了文字")
    so_far = admin.see(f"/reports/{report.id}")
    said = words(so_far.one(id="changes"))
    assert "第 1 版的不同" in said and "增加：漏报的" in said and "换了文字" in said
    edition = queries.edition(report)
    assert edition is not None and figure(edition, "signed_deals")["value"] == "1", "the one in force stays"
    fresh = actions.draft(ReportKind.MONTHLY, 2013, 5, actor=cast.admin)
    db.session.commit()
    assert not admin.see(f"/reports/{fresh.id}").all(id="changes"), "a first version differs from nothing"
