"""Twenty-three deals were let in; two were refused, and their sheets say why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Admission
from crm.entry import queries
from crm.entry.models import EntryReview
from crm.entry.permu import Measure, Verdict
from crm.entry.steps import Assessment, Conclusion

pytestmark = pytest.mark.on("sqlite")


def test_the_demo_deals_show_what_was_decided(district: Any, as_user: Any) -> None:
    reviews = db.session.scalars(sa.select(EntryReview)).all()
    assert Counter(one.conclusion for one in reviews) == {Conclusion.APPROVED: 23, Conclusion.REJECTED: 2}
    half_year = Deal.signed_on.between(dt.date(2013, 1, 1), dt.date(2013, 6, 30))
    signed = db.session.scalars(sa.select(Deal.id).where(half_year)).all()
    assert {one.deal_id for one in reviews if one.conclusion is Conclusion.APPROVED} == set(signed)
    refused = {one.reason: one for one in reviews if one.conclusion is Conclusion.REJECTED}
    assert set(refused) == {"环评不通过", "投资强度不达标"}
    assert refused["环评不通过"].eia is Assessment.FAILED
    thin = refused["投资强度不达标"]
    assert thin.values.of(Measure.INTENSITY) == 88
    assert {one.verdict for one in queries.judged_now(thin)} == {
        Verdict.NO_STANDARD
    }  # the report prints none
    assert {one.deal.admission for one in refused.values()} == {Admission.REJECTED}
    page = as_user(district["leader"]).see(f"/entry/{thin.id}").text
    assert "结论：否决" in page and "投资强度不达标" in page and "没有标准，不判" in page
    listed = as_user(district["leader"]).see("/entry?conclusion=rejected")
    assert len(listed.rows()) == 2 and "环评不通过" in listed.text


def test_intensity_and_tax_are_those_of_the_rows(district: Any) -> None:
    from crm.demo.lists import rows

    by_name = {one.deal.name: one for one in db.session.scalars(sa.select(EntryReview))}
    checked = 0
    for row in rows("deals"):
        if row["name"] in by_name and row["intensity_wan_mu"]:
            values = by_name[row["name"]].values
            intensity, tax = values.of(Measure.INTENSITY), values.of(Measure.TAX)
            said = int(row["intensity_wan_mu"])  # rounded there, and so is the land of a small plot
            assert intensity is not None and abs(intensity - said) * 20 <= said, row["name"]
            assert tax == (int(row["tax_wan_mu"]) if row["tax_wan_mu"] else None), row["name"]
            checked += 1
    assert checked == 24
