"""The printed forms: 交办单 on one page, and the minutes of a round with its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.lib import clock
from crm.lib.masking import mask_text
from crm.lib.words import _, listed
from crm.org import settings
from crm.web.display import day
from crm.web.paper import Paper, official_day

from .models import Slip, SlipRound
from .states import StepKind

GAP = "　" * 8  # room for a seal or a name


def rows_of(slip: Slip) -> list[tuple[str, str]]:
    """What stands on the form, line by line: the same on the page and in Word."""
    coordinated = [one.text for one in slip.steps if one.kind is StepKind.COORDINATED]
    replies = [f"{day(one.on_day)} {one.text}" for one in slip.steps if one.kind is StepKind.REPLIED]
    term = day(slip.due_on) if slip.due_on else ""
    if slip.is_put_off and slip.first_due_on:
        term = _("%(due)s（原定 %(first)s）", due=term, first=day(slip.first_due_on))
    return [
        (_("所在项目"), slip.subject),
        (_("卡点类型"), slip.obstacle.label),
        (_("存在的问题"), slip.problem),
        (_("建议怎么解决"), slip.wanted),
        (_("提出单位和日期"), f"{slip.raised_unit.name} {day(slip.raised_on)}"),
        (_("交办层级"), slip.level.label),
        (_("牵头领导"), slip.leader.name if slip.leader else ""),
        (_("责任单位"), slip.unit.name if slip.unit else ""),
        (_("协办单位"), listed(one.name for one in slip.co_units)),
        (_("交办要求"), slip.demand),
        (_("交办日期"), day(slip.issued_on) if slip.issued_on else ""),
        (_("办理期限"), term),
        (_("协调意见"), "\n".join(coordinated)),
        (_("办理情况"), "\n".join(replies)),
        (_("办理结果"), slip.result),
        (_("销号日期"), day(slip.settled_on) if slip.settled_on else ""),
    ]


def by_hand() -> set[str]:
    """Lines that leave room on the printed form, because people go on writing there."""
    return {_("交办要求"), _("协调意见"), _("办理情况"), _("办理结果")}


def slip_as_word(slip: Slip) -> bytes:
    paper = Paper(f"{slip.number} {slip.subject}", settings.get("slip.office"), _naive_now())
    paper.title(_("项目建设问题交办单"))
    paper.under(slip.number)
    paper.table([_("事项"), _("内容")], rows_of(slip), widths_mm=(36, 120))
    paper.signed(_("责任单位（盖章）：") + GAP, _("牵头领导（签字）：") + GAP, settings.get("slip.office"))
    return paper.bytes()


def round_as_word(
    round_: SlipRound, slips: Sequence[Slip], said: Mapping[int, str], *, minutes: bool
) -> bytes:
    """What was drawn up, issued and decided; what the reader may not see, slips or minutes, is not in it."""
    office = settings.get("slip.office")
    paper = Paper(_("交办单汇总 %(name)s", name=round_.name), office, _naive_now())
    paper.title(_("项目建设问题交办单汇总表"))
    paper.under(
        _("（%(first)s至%(last)s）", first=official_day(round_.first_on), last=official_day(round_.last_on))
    )
    if round_.met_on and minutes:
        paper.heading(_("协调会"))
        paper.text(
            _("%(day)s，%(who)s主持。", day=day(round_.met_on), who=round_.chair)
            + (_("地点：%(place)s。", place=round_.place) if round_.place else "")
        )
        if round_.present:
            paper.text(_("参加：%(who)s", who=round_.present))
        paper.text(mask_text(round_.minutes))
    paper.heading(_("交办事项（%(n)s 件）", n=len(slips)))
    paper.table(
        [_("编号"), _("所在项目"), _("存在的问题"), _("责任单位"), _("牵头领导"), _("办理期限"), _("状态"), _("协调意见")],
        [
            [
                one.number, one.subject, one.problem, one.unit.name if one.unit else "",
                one.leader.name if one.leader else "", day(one.due_on) if one.due_on else "", one.state.label,
                said.get(one.id, ""),
            ]
            for one in slips
        ],
        widths_mm=(20, 22, 28, 18, 18, 18, 14, 18),
    )  # fmt: skip
    paper.signed(office, official_day(clock.today()))
    return paper.bytes()


def _naive_now() -> object:
    return clock.now().replace(tzinfo=None)
