"""A hundred thousand rows leave as they are counted: none cut off, none doubled. (Time and memory: tests/bench/leaving.py.)"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from crm.audit.models import Event
from crm.jobs.models import JobRun, JobState
from crm.leads.models import Lead, LeadSource, LeadState
from crm.lib import clock
from crm.org import settings

ROWS = 100_000


def fill(cast: Any, session: Any, rows: int) -> None:
    given = {
        "state": LeadState.REPORTED, "source": LeadSource.WEB, "report_unit_id": cast.wang.unit_id,
        "reported_by_id": cast.wang.id, "unit_id": cast.wang.unit_id, "owner_id": cast.wang.id,
        "reported_at": clock.now(), "created_at": clock.now(), "content": "电话里说想来看看，" * 3, "version": 1,
    }  # fmt: skip
    for first in range(0, rows, 10_000):
        part = range(first, min(rows, first + 10_000))
        session.execute(
            sa.insert(Lead), [given | {"title": f"第{n:06d}条", "company": f"公司{n}"} for n in part]
        )
    session.commit()


@pytest.mark.on("sqlite")
def test_a_hundred_thousand_rows_are_the_lists_rows(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    fill(cast, session, ROWS)
    settings.put("export.rows_before_approval", ROWS + 1)
    session.commit()
    wang = as_user(cast.wang)
    counted = f"共 {ROWS:,} 行"
    assert counted in wang.see("/lists/leads/export").text
    data = {"csrf_token": wang.token(), "format": "xlsx", "columns": ["company"], "filter_sort": "title"}
    assert wang.post("/lists/leads/export", data=data).went_to == "/exports"
    job = session.scalars(sa.select(JobRun)).one()
    assert (job.state, job.done, job.total) == (JobState.DONE, ROWS, ROWS), job.message
    book = CalamineWorkbook.from_filelike(io.BytesIO(wang.get(f"/exports/{job.id}").get_data()))
    lines = book.get_sheet_by_index(0).to_python()
    assert [str(line[0]) for line in lines[1:]] == [f"第{n:06d}条" for n in range(ROWS)]
    notes = {str(row[0]): row[1] for row in book.get_sheet_by_name("说明").to_python()}
    assert notes["行数"] == str(ROWS)
    event = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    assert event.changes["rows"][1] == ROWS
