"""The demo district's monthly report of June 2013, drafted, checked by somebody else and published."""

from __future__ import annotations

from crm.db import db
from crm.deals import history
from crm.org.models import User
from crm.reports import actions
from crm.reports.periods import ReportKind


def load_reports(drafter: User, leader: User) -> None:
    history.fill_gaps()  # how deals stood at the end of June: otherwise known at the commit only
    report = actions.draft(ReportKind.MONTHLY, 2013, 6, actor=drafter)
    words = {
        "problems": "示例：部分新建项目前期工作进展较慢，未开工项目仍有 15 个。",
        "next_steps": "示例：8 月集中开工一批项目，三季度末前期已完成的项目全部开工。",
    }
    actions.write(report, words, actor=drafter)
    actions.submit(report, actor=drafter)
    actions.check(report, actor=leader)
    actions.publish(report, actor=leader)
    db.session.flush()
