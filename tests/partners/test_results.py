"""协作成效: a deal by a 余杭 firm stands under 杭州, 余杭 and 山海协作, and counts once in all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.demo import loader
from crm.leads.models import LeadState
from crm.lib import clock
from crm.lists.asked import select_for
from crm.lists.table import LISTS
from crm.org.models import User
from crm.partners import results
from crm.partners.results import Row, Year
from tests.cast import make_deal, make_enterprise, make_lead
from tests.partners.make import bring, make_exchange, make_paper, make_partner

SIGNED = {"stage": Stage.SIGNED, "signed_on": dt.date(2013, 3, 1), "planned_wan": Decimal("1000.50")}


def told(user: User, year: int = 2013) -> dict[str, Row]:
    return {row.view: row for row in results.rows(user, Year(year))}


def counts(rows: dict[str, Row], figure: str) -> dict[str, Any]:
    return {view: getattr(row, figure) for view, row in rows.items()}


def at(name: str, code: str, by: User) -> Any:
    return make_enterprise(name, by=by, region_code=code, region_prefix=code[:4])


def test_one_deal_under_three_headings_counts_once(cast: Any, session: Any) -> None:
    firm = at("余杭某厂", "330110", cast.wang)
    deal = make_deal("甲", by=cast.wang, enterprise_id=firm.id, is_shanhai=True, **SIGNED)
    for name in ("余杭区", "余杭商会"):  # and two partners say that they brought it
        bring(make_partner(name, cast.wang, is_shanhai=True), deal=deal)
    rows = told(cast.wang)
    assert counts(rows, "signed") == {
        "3301": 1, "330110": 1, "3302": 0, "3303": 0, "3310": 0, "shanhai": 1, "all": 1,
    }  # fmt: skip
    assert rows["all"].signed_wan == rows["shanhai"].signed_wan == Decimal("1000.50")
    assert told(cast.wang, 2012)["all"].signed == 0


@pytest.mark.parametrize(
    ("code", "shanhai", "brought", "views"),
    [
        ("330110", False, None, {"3301", "330110"}),
        ("3302", False, None, {"3302"}),
        ("3101", True, None, {"shanhai"}),
        ("3101", False, None, set()),
        ("3101", False, {"region_code": "3303"}, {"3303"}),
        ("3302", False, {"region_code": "3303", "is_shanhai": True}, {"3302", "3303", "shanhai"}),
        ("", False, {"region_code": "33"}, set()),  # a whole province is none of the regions
    ],
)
@pytest.mark.parametrize("by_lead", [False, True])
def test_whose_a_deal_is(
    cast: Any,
    session: Any,
    as_user: Any,
    code: str,
    shanhai: bool,
    brought: Any,
    views: set[str],
    by_lead: bool,
) -> None:
    firm = at("某厂", code, cast.wang)
    lead = make_lead("线索", by=cast.wang)
    session.flush()
    deal = make_deal("甲", by=cast.wang, enterprise_id=firm.id, is_shanhai=shanhai, lead_id=lead.id)
    if brought:
        bring(make_partner("合作方", cast.wang, **brought), **({"lead": lead} if by_lead else {"deal": deal}))
    session.commit()
    rows = told(cast.wang)
    found = {view for view, number in counts(rows, "talks").items() if number}
    anywhere = bool(views or brought)
    assert found == views | ({"all"} if anywhere else set())
    chosen = {view for view in rows if _listed(cast.wang, view) == [deal.id]}
    assert chosen == found, "the list behind each figure holds what it counts"


def _listed(user: User, view: str) -> list[int]:
    rows = select_for(LISTS["deals"], user, MultiDict({"coop": view})).with_only_columns(Deal.id)
    return list(db.session.scalars(rows))


def test_leads_visits_and_partners_by_region(cast: Any, session: Any) -> None:
    yuhang, ningbo = make_partner("余杭", cast.wang), make_partner("宁波", cast.wang, region_code="3302")
    make_paper(yuhang)
    make_paper(ningbo, expires_on=dt.date(2013, 1, 1), signed_on=dt.date(2012, 1, 1))
    for day in (dt.date(2013, 1, 1), dt.date(2012, 12, 31)):
        make_exchange(yuhang, on_day=day)
    lead = make_lead("有人带来", by=cast.wang, region_code="3302")
    make_lead("在杭州", by=cast.wang, enterprise_id=at("某厂", "330110", cast.wang).id)
    make_lead("在上海", by=cast.wang, region_code="31")
    make_lead("报重了", by=cast.wang, region_code="3302", state=LeadState.DUPLICATE, judged_at=clock.now())
    bring(yuhang, lead=lead)
    rows = told(cast.wang)
    assert counts(rows, "leads") == {
        "3301": 2, "330110": 2, "3302": 1, "3303": 0, "3310": 0, "shanhai": 0, "all": 2,
    }  # fmt: skip
    assert (rows["330110"].exchanges, rows["3302"].exchanges, rows["all"].exchanges) == (1, 0, 1)
    assert (rows["3301"].partners, rows["all"].partners) == (1, 2)
    assert (rows["3301"].agreed, rows["3302"].agreed, rows["all"].agreed) == (1, 0, 1)


def test_each_sees_the_figures_of_what_he_sees(cast: Any, session: Any, as_user: Any) -> None:
    make_deal("甲", by=cast.wang, enterprise_id=at("余杭某厂", "330110", cast.wang).id, **SIGNED)
    session.commit()
    assert (told(cast.li)["all"].signed, told(cast.zhou)["all"].signed) == (0, 1)
    assert "只是您能看到的部分" in as_user(cast.li).see("/partners/results").text
    page = as_user(cast.zhou).see("/partners/results?year=2013")
    assert "/deals?coop=all&signed_from=2013-01-01&signed_to=2013-12-31" in page.links
    for year in ("x", "020139", "２０１３"):
        assert as_user(cast.zhou).get(f"/partners/results?year={year}").status_code == 200, year


@pytest.mark.on("sqlite")
def test_the_demo_district_counts_as_its_rows_say(app: Any) -> None:
    """Signed from the four cities: 杭州 3 (all of them 余杭), 宁波 2, 温州 1, 台州 1; 山海协作 3; together 7, not 10."""
    loader.load()
    db.session.commit()
    rows = told(db.session.scalars(sa.select(User).filter_by(login="leader")).one())
    assert counts(rows, "signed") == {
        "3301": 3, "330110": 3, "3302": 2, "3303": 1, "3310": 1, "shanhai": 3, "all": 7,
    }  # fmt: skip
    codes = ("3301", "3302", "3303", "3310")
    assert sum(rows[code].paid_wan for code in codes) == rows["all"].paid_wan > rows["shanhai"].paid_wan > 0
    assert rows["all"].signed_wan == sum(rows[code].signed_wan for code in codes)
    assert (rows["all"].partners, rows["all"].exchanges) == (6, 6)
