"""The lists of reviews, of checks and of rechecks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_colleague, of_unit, register
from crm.merchants.models import Direction
from crm.org.permissions import Permission as P
from crm.search import index

from . import queries
from .models import EntryCheck, EntryOpinion, EntryReview
from .permu import Gap, Measure, gaps
from .steps import Assessment, CheckKind, CheckState, Conclusion, ReviewStep


def _of_deals(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(Deal.id).where(where)


def _unit(column: Any) -> Filter:
    return of_unit(N_("责任单位"), lambda id: column.in_(_of_deals(Deal.unit_id == id)))


def _owner(column: Any) -> Filter:
    return of_colleague(N_("跟进人"), lambda id: column.in_(_of_deals(Deal.owner_id == id)), P.ENTRY_VIEW)


def _matching(column: Any) -> Any:
    return lambda text: column.in_(index.matching("deal", text))


def _asked(value: Any, user: Any) -> sa.ColumnElement[bool]:
    """Open reviews that wait for an opinion of my unit."""
    mine = sa.select(EntryOpinion.review_id).where(
        EntryOpinion.unit_id == user.unit_id, EntryOpinion.stance.is_(None)
    )
    return sa.and_(EntryReview.decided_on.is_(None), EntryReview.id.in_(mine))


MEASURES = {
    Measure.INTENSITY: N_("投资强度（万元/亩）"),
    Measure.TAX: N_("亩均税收（万元/亩）"),
    Measure.OUTPUT: N_("亩均产值（万元/亩）"),
    Measure.ENERGY: N_("单位能耗（吨标煤/万元产值）"),
    Measure.EMISSION: N_("单位排放（千克/万元产值）"),
}


def _measure(one: Measure) -> Column:
    return Column(
        one.value, MEASURES[one], lambda r: r.values.of(one), "number", default=one is not Measure.EMISSION
    )


def _of_deal(row: Any) -> dict[str, Any]:
    return {"units": [row.deal.unit_id], "owners": [row.deal.owner_id]}


DEAL_NAME = sa.select(Deal.name).where(Deal.id == EntryReview.deal_id).scalar_subquery()

PAGE = register(
    ListPage(
        name="entry_reviews",
        msgid=N_("准入评审单"),
        noun=queries.NOUN,
        model=EntryReview,
        columns=(
            Column("name", N_("项目"), lambda r: r.deal.name, sort="name", url=lambda r: url_for("entry.show", id=r.id)),
            Column("step", N_("进度"), lambda r: r.step, "state", sort="step"),
            Column("conclusion", N_("结论"), lambda r: r.conclusion, "state", sort="conclusion"),
            Column("reason", N_("理由"), lambda r: r.conditions or r.reason, typed=True),
            *(_measure(one) for one in MEASURES),
            Column("eia", N_("环评情况"), lambda r: r.eia, "state"),
            Column("energy_state", N_("能评情况"), lambda r: r.energy, "state"),
            Column("unit", N_("责任单位"), lambda r: r.deal.unit.name),
            Column("direction", N_("招商方向"), lambda r: r.direction, "state", default=False),
            Column("place", N_("落地平台或乡镇"), lambda r: r.place.name if r.place else "", default=False),
            Column("major", N_("涉及民生的重大项目"), lambda r: _("是") if r.is_major else "", default=False),
            Column("fixed", N_("固定资产投资"), lambda r: r.fixed_wan, "wan", default=False),
            Column("land", N_("用地"), lambda r: r.land_mu, "mu", default=False),
            Column("applied", N_("申请日期"), lambda r: r.applied_on, "day", sort="applied"),
            Column("decided", N_("决策日期"), lambda r: r.decided_on, "day", sort="decided"),
        ),
        filters=(
            Filter("conclusion", N_("结论"), "choice", lambda user: Conclusion.choices(),
                   lambda v, user: EntryReview.conclusion == Conclusion(v)),
            Filter("open", N_("还没有作结论"), "flag", where=lambda v, user: EntryReview.decided_on.is_(None)),
            Filter("asked", N_("等本单位提意见"), "flag", where=_asked),
            Filter("step", N_("进度"), "choice", lambda user: ReviewStep.choices(),
                   lambda v, user: EntryReview.step == ReviewStep(v)),
            Filter("eia", N_("环评情况"), "choice", lambda user: Assessment.choices(),
                   lambda v, user: EntryReview.eia == Assessment(v)),
            Filter("energy", N_("能评情况"), "choice", lambda user: Assessment.choices(),
                   lambda v, user: EntryReview.energy == Assessment(v)),
            Filter("major", N_("涉及民生的重大项目"), "flag", where=lambda v, user: EntryReview.is_major),
            _unit(EntryReview.deal_id),
            _owner(EntryReview.deal_id),
            Filter("direction", N_("招商方向"), "choice", lambda user: Direction.choices(),
                   lambda v, user: EntryReview.direction == Direction(v)),
            Filter("applied", N_("申请日期"), "days", where=lambda v, user: between(EntryReview.applied_on, v)),
            Filter("decided", N_("决策日期"), "days", where=lambda v, user: between(EntryReview.decided_on, v)),
        ),
        sorts={
            "name": DEAL_NAME,
            "step": sa.case({one.value: at for at, one in enumerate(ReviewStep)}, value=EntryReview.step),
            "conclusion": EntryReview.conclusion,
            "applied": EntryReview.applied_on,
            "decided": EntryReview.decided_on,
            "id": EntryReview.id,
        },
        default_sort="-id",
        base=lambda user: queries.with_all(queries.visible_to(user)),
        matching=_matching(EntryReview.deal_id),
        view_permission=P.ENTRY_VIEW,
        export_permission=P.ENTRY_EXPORT,
        belongs=_of_deal,
        endpoint="entry.index",
        empty_text=N_("打开一个项目，申请准入评审：填承诺的投资、用地、产值和税收，会审后作结论，准予才能签约。"),
        empty_actions=lambda user: [(_("打开项目列表"), url_for("deals.index"))],
    )
)  # fmt: skip


CHECKS = register(
    ListPage(
        name="entry_checks",
        msgid=N_("稳评、安全、质量、廉洁"),
        noun=queries.CHECK,
        model=EntryCheck,
        columns=(
            Column("name", N_("项目"), lambda c: c.deal.name, url=lambda c: url_for("entry.of_deal", id=c.deal_id)),
            Column("kind", N_("检查事项"), lambda c: c.kind, "state", sort="kind",
                   url=lambda c: url_for("entry.check", id=c.id)),
            Column("needed", N_("需要做"), lambda c: _("是") if c.is_needed else _("否")),
            Column("state", N_("结果"), lambda c: c.state, "state", sort="state"),
            Column("on_day", N_("评定日期"), lambda c: c.on_day, "day", sort="on_day"),
            Column("who", N_("责任单位"), lambda c: c.who or c.deal.unit.name),
            Column("result", N_("意见"), lambda c: c.result),
        ),
        filters=(
            Filter("missing", N_("需要而没有通过"), "flag",
                   where=lambda v, user: sa.and_(EntryCheck.is_needed, EntryCheck.state != CheckState.PASSED)),
            Filter("kind", N_("检查事项"), "choice", lambda user: CheckKind.choices(),
                   lambda v, user: EntryCheck.kind == CheckKind(v)),
            Filter("state", N_("结果"), "choice", lambda user: CheckState.choices(),
                   lambda v, user: EntryCheck.state == CheckState(v)),
            _unit(EntryCheck.deal_id),
            _owner(EntryCheck.deal_id),
        ),
        sorts={"kind": EntryCheck.kind, "state": EntryCheck.state, "on_day": EntryCheck.on_day, "id": EntryCheck.id},
        default_sort="id",
        base=queries.checks_visible_to,
        matching=_matching(EntryCheck.deal_id),
        view_permission=P.ENTRY_VIEW,
        export_permission=P.ENTRY_EXPORT,
        belongs=_of_deal,
        endpoint="entry.checks",
        empty_text=N_("项目申请准入评审时，四张检查表一起列出。"),
    )
)  # fmt: skip


def _last(review: EntryReview, measure: Measure) -> Gap | None:
    """Of the latest recheck."""
    found = gaps(review.values, review.done[-1].values) if review.done else []
    return next((one for one in found if one.measure is measure), None)


def _promised(measure: Measure) -> Any:
    return lambda r: r.values.of(measure)


def _real(measure: Measure) -> Any:
    return lambda r: one.real if (one := _last(r, measure)) else None


def _kept(measure: Measure) -> Any:
    return lambda r: one.percent if (one := _last(r, measure)) else None


RECHECKS = register(
    ListPage(
        name="entry_rechecks",
        msgid=N_("投产项目复核"),
        noun=queries.NOUN,
        model=EntryReview,
        columns=(
            Column("name", N_("项目"), lambda r: r.deal.name, sort="name",
                   url=lambda r: url_for("entry.of_deal", id=r.deal_id)),
            Column("produced", N_("投产"), lambda r: r.produced_on, "day", sort="produced"),
            Column("number", N_("下一次复核"), lambda r: _("第 %(n)s 年", n=r.next_recheck) if r.next_recheck else _("都做过了")),
            Column("due", N_("应复核"), lambda r: r.recheck_due_on, "day"),
            Column("intensity_promised", N_("承诺投资强度（万元/亩）"), _promised(Measure.INTENSITY), "number"),
            Column("intensity_real", N_("实际投资强度（万元/亩）"), _real(Measure.INTENSITY), "number"),
            Column("output_promised", N_("承诺亩均产值（万元/亩）"), _promised(Measure.OUTPUT), "number"),
            Column("output_real", N_("实际亩均产值（万元/亩）"), _real(Measure.OUTPUT), "number"),
            Column("tax_promised", N_("承诺亩均税收（万元/亩）"), _promised(Measure.TAX), "number"),
            Column("tax_real", N_("实际亩均税收（万元/亩）"), _real(Measure.TAX), "number"),
            Column("tax_kept", N_("税收兑现（%）"), _kept(Measure.TAX), "number"),
            Column("measure", N_("措施"), lambda r: r.done[-1].measure if r.done else "", default=False),
            Column("unit", N_("责任单位"), lambda r: r.deal.unit.name),
        ),
        filters=(
            Filter("due", N_("到期要复核"), "flag", where=lambda v, user: queries.recheck_due(clock.today())),
            _unit(EntryReview.deal_id),
            _owner(EntryReview.deal_id),
            Filter("produced", N_("投产"), "days", where=lambda v, user: between(EntryReview.produced_on, v)),
        ),
        sorts={"name": DEAL_NAME, "produced": EntryReview.produced_on, "id": EntryReview.id},
        default_sort="produced",
        base=lambda user: queries.with_all(queries.visible_to(user).where(queries.producing())),
        matching=_matching(EntryReview.deal_id),
        view_permission=P.ENTRY_VIEW,
        export_permission=P.ENTRY_EXPORT,
        belongs=_of_deal,
        endpoint="entry.rechecks",
        empty_text=N_("准予落地的项目投产满一年、两年、三年，在这里拿承诺和实际对一对。"),
    )
)  # fmt: skip
