"""The demo district's report of June 2013 says the figures of the half-year meeting, and keeps them."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.reports import queries
from crm.reports.models import Report


def test_june_says_23_2_67_4_15_75_and_keeps_them_after_later_edits(district: Any, as_user: Any) -> None:
    report = db.session.scalars(sa.select(Report)).one()

    def said() -> dict[str, Any]:
        edition = queries.edition(report)
        assert edition is not None
        content = edition.content
        figures = {one["key"]: one["value"] for one in content["figures"]}
        starts = {one["roll"]: (one["there"], one["whole"], one["percent"]) for one in content["starts"]}
        return {**figures, "starts": starts, "names": len(content["not_started"]),
                "stages": {one["stage"]: one["count"] for one in content["stages"]}}  # fmt: skip

    told = said()
    assert (told["signed_deals"], told["signed_5yi"], told["paid_in"]) == ("23", "2", "80500")
    assert told["starts"][""] == (31, 46, "67.4") and told["starts"]["2013 市重点"] == (12, 16, "75")
    assert told["names"] == 15
    assert {key: told["stages"][key] for key in ("intended", "new_talks", "negotiating")} == {
        "intended": 12, "new_talks": 9, "negotiating": 10,
    }  # fmt: skip
    edition = queries.edition(report)
    assert edition is not None
    for line in edition.content["starts"]:  # 67.4 % and 75 % lead to their rows, as they were
        kept = edition.rows[line["key"]]["lines"]
        assert (sum(started for *_row, started in kept), len(kept)) == (line["there"], line["whole"])
    db.session.execute(
        sa.update(Deal)
        .where(Deal.signed_on.is_not(None))
        .values(signed_on=dt.date(2013, 7, 1), planned_wan=1, name="改")
    )
    db.session.commit()
    db.session.expire_all()
    assert said() == told
    page = as_user(district["promoter"]).see(f"/reports/{report.id}/versions/1")
    assert "67.4%" in page.text and "75.0%" in page.text and "示例签约项目23" in page.text
    behind = as_user(district["leader"]).see(f"/reports/{report.id}/versions/1/rows?figure=paid_in")
    assert "32 条记录" in behind.text and "合计 8.05亿元" in behind.text, "the rows add up to the figure"
