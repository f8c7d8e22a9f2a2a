"""The demo district's statistics: 固定资产投资 as it was published, and one that the district set itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from crm.db import db
from crm.indicators.models import Measure, OwnIndicator, TypedValue
from crm.indicators.progress import month_end
from crm.org.models import Unit
from crm.report_table.queries import HISTORY_NAME

from .lists import rows


def load_indicators(*, units: Mapping[str, Unit]) -> None:
    history = OwnIndicator(name=HISTORY_NAME, measure=Measure.WAN, definition="示例：本系统启用以前各年的累计到位资金，按年填报",
                           unit_id=units["区招商局"].id)  # fmt: skip
    db.session.add(history)
    db.session.flush()
    for row in rows("typed_values"):
        one = history if row["indicator"] == "history" else None
        db.session.add(
            TypedValue(
                indicator=one.key if one else row["indicator"], own_indicator_id=one.id if one else None,
                first_on=_month(row["first"]), last_on=month_end(_month(row["last"])), amount=Decimal(row["amount"]),
                source=row["source"], note="",
            )
        )  # fmt: skip
    db.session.flush()


def _month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")
