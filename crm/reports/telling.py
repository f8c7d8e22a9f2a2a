"""A report's plain values in the reader's language: the same for page, Word and Excel, frozen or as a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm.deals.stages import Stage
from crm.indicators import ranking, saying
from crm.indicators.models import Measure
from crm.indicators.progress import Verdict
from crm.lib.words import N_, _, _c, listed
from crm.web import display

Link = Callable[[str, str, str], str]
"""(figure, "period" or "", unit) -> address of the rows behind it; "" for none."""


def nowhere(_key: str, _part: str, _unit: str) -> str:
    """Where nothing can be opened: on paper, between two versions."""
    return ""


def said(msgid: str) -> str:
    """Frozen words: a label of the house's in the reader's language, what a district has named itself as it is."""
    return _(msgid)


def number_of(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def day_of(text: str) -> str:
    return display.day(dt.date.fromisoformat(text)) if text else ""


def measured(text: str, measure: str, unit: str) -> str:
    return saying.measured(number_of(text), measure, unit)


def percent(text: str, sign: bool = False) -> str:
    value = number_of(text)
    return "" if value is None else f"{value:+.1f}%" if sign else f"{value:.1f}%"


@dataclass(frozen=True)
class Figure:
    key: str
    label: str
    definition: str
    value: str
    period: str
    then: str
    growth: str
    target: str
    percent: str
    gone: str
    url: str
    period_url: str


def figures(content: dict[str, Any], link: Link) -> list[Figure]:
    found = []
    for one in content["figures"]:
        how = one["measure"], one["unit"]
        found.append(
            Figure(
                key=one["key"],
                label=said(one["msgid"]),
                definition=said(one["definition"]),
                value=measured(one["value"], *how),
                period=measured(one["period"], *how) if one["period"] else "",
                then=measured(one["then"], *how) if one["then"] else "",
                growth=percent(one["growth"], sign=True),
                target=measured(one["target"], *how) if one["target"] else "",
                percent=percent(one["percent"]),
                gone=percent(one["gone"]),
                url=link(one["key"], "", "") if one["value"] else "",
                period_url=link(one["key"], "period", "") if one["period"] else "",
            )
        )
    return found


@dataclass(frozen=True)
class Ranks:
    key: str
    label: str
    gone: str
    has_targets: bool
    lines: list[dict[str, Any]]

    @property
    def ranked_by(self) -> str:
        return saying.ranked_by(self.has_targets)

    @property
    def with_time(self) -> str:
        """「Rank tables always carry the time progress」"""
        return _("%(what)s（时间进度 %(gone)s）", what=self.label, gone=self.gone)


def ranks(content: dict[str, Any], link: Link) -> list[Ranks]:
    return [_ranks(one, link) for one in content.get("ranks", ())]


def _ranks(one: dict[str, Any], link: Link) -> Ranks:
    """What was published before growth and verdict were kept has the one not, the other by its shares as they stand."""
    lines = [(*line, "", "")[:6] for line in one["lines"]]
    placed = ranking.places({
        at: (Decimal(value or 0), number_of(share)) for at, (_name, value, _target, share, *_more) in enumerate(lines)
    })  # fmt: skip
    return Ranks(
        one["key"],
        said(one["msgid"]),
        percent(one["gone"]),
        any(target for _name, _value, target, *_more in lines),
        [
            {
                "at": placed[at],
                "unit": name,
                "value": measured(value, one["measure"], one["unit"]),
                "target": measured(target, one["measure"], one["unit"]) if target else "",
                "percent": percent(share),
                "growth": percent(growth, sign=True),
                "verdict": _verdict(verdict, share, one["gone"]),
                "url": link(one["key"], "", name),
            }
            for at, (name, value, target, share, growth, verdict) in enumerate(lines)
        ],
    )


def _verdict(kept: str, share: str, gone: str) -> Verdict | None:
    if kept or not share:
        return Verdict(kept) if kept else None
    return Verdict.BEHIND if Decimal(share) < Decimal(gone) else Verdict.ON_PACE


def points(text: str) -> str:
    """Two decimals: 70.00."""
    return f"{Decimal(text):.2f}" if text else ""


def score_heads(content: dict[str, Any]) -> list[tuple[str, str, int]]:
    """(key, words, weight) of each item."""
    return [(one["key"], said(one["msgid"]), one["weight"]) for one in content["items"]]


def score_lines(content: dict[str, Any], link: Link) -> list[dict[str, Any]]:
    """Unit, place, score, and for each item its result, target and points."""
    how = {one["key"]: (one["measure"], one["unit"]) for one in content["items"]}
    totals = [line[1] for line in content["lines"]]
    found = []
    for name, total, cells in content["lines"]:
        line: dict[str, Any] = {"unit": name, "at": totals.index(total) + 1, "total": points(total)}
        for key, (value, target, score) in cells.items():
            line[key] = {"value": measured(value, *how[key]), "target": measured(target, *how[key]), "score": points(score),
                         "url": link(key, "", name)}  # fmt: skip
        found.append(line)
    return found


def left_out(content: dict[str, Any]) -> str:
    """How many projects an appraisal did not count again, item by item; "" for none."""
    words = {one["key"]: said(one["msgid"]) for one in content["items"]}
    counts = [
        _("%(what)s %(n)s 个", what=words.get(key, key), n=n)
        for key, n in content.get("left_out", {}).items()
    ]
    return _("按“两年内只考核一次”没有再计的：%(what)s", what=listed(counts)) if counts else ""


def stages(content: dict[str, Any], link: Link) -> list[dict[str, Any]]:
    return [
        {"stage": Stage(one["stage"]).label, "count": one["count"], "wan": display.wan(number_of(one["wan"])),
         "url": link(one["key"], "", "") if one["count"] else ""}
        for one in content.get("stages", ())
    ]  # fmt: skip


def starts(content: dict[str, Any], link: Link) -> list[dict[str, Any]]:
    """开工率 of all new projects and of each list; what was published first has its rows kept for all of them only."""
    found = []
    for one in content.get("starts", ()):
        if key := one.get("key", ""):
            urls = [link(key, part, "") for part in ("", "there", "rest")]
        else:
            urls = (
                ["", "", ""]
                if one["roll"]
                else [link("starts:whole", "", ""), "", link("starts:missing", "", "")]
            )
        found.append({
            **one, "name": one["roll"] or _("全部新建项目"), "percent": percent(one["percent"]), "whole_url": urls[0],
            "there_url": urls[1] if one["there"] else "", "missing_url": urls[2] if one["missing"] else "",
        })  # fmt: skip
    return found


@dataclass(frozen=True)
class Sheet:
    """A table of names: heads, rows, which columns are numbers."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[int] = ()

    @property
    def columns(self) -> list[dict[str, Any]]:
        """As tables.html draws them."""
        return [
            {"key": at, "label": head, "numeric": at in self.numeric} for at, head in enumerate(self.heads)
        ]

    def read(self, columns: int) -> list[str]:
        """Each row in one breath."""
        return [" ".join(cell for cell in row[:columns] if cell) for row in self.rows]


def signed(content: dict[str, Any]) -> Sheet:
    return Sheet(
        (_c("一个", "项目"), _("投资方"), _("责任单位"), _("总投资"), _("签约日期")),
        [[*one[:3], display.wan(number_of(one[3])), day_of(one[4])] for one in content.get("signed", ())],
        (3,),
    )


def talks(content: dict[str, Any], public: bool) -> Sheet:
    heads = [_c("一个", "项目"), _("投资方"), _("责任单位"), _("总投资"), _("下一步")]
    rows = [[*one[:3], display.wan(number_of(one[3])), one[4]] for one in content.get("talks", ())]
    return Sheet(heads[:4], [one[:4] for one in rows], (3,)) if public else Sheet(heads, rows, (3,))


PLANNED_START = 3
"""Which column of not_started is a day."""


def not_started(content: dict[str, Any], public: bool) -> Sheet:
    """「不出现个人和期限」: who is asked by name and by when stays in the house, and so does what is in the way."""
    heads = [_c("一个", "重点项目"), _("责任单位"), _("挂联领导"), _("计划开工"), _("未开工原因")]
    rows = [
        [*one[:PLANNED_START], *map(day_of, one[PLANNED_START:4]), *(why or _("没有写") for why in one[4:])]
        for one in content.get("not_started", ())
    ]
    told = 2 if public else min(map(len, rows), default=len(heads))
    return Sheet(heads[:told], [one[:told] for one in rows])


def labels(content: dict[str, Any]) -> dict[str, str]:
    """{key of kept rows: what the figure is called}."""
    found = {
        "starts:whole": _("新建项目"),
        "starts:missing": _("还没有开工的新建项目"),
    }  # published before lists had theirs
    for one in content.get("starts", ()):
        if key := one.get("key", ""):
            found[key] = _("新建项目 · %(list)s", list=one["roll"]) if one["roll"] else _("新建项目")
    found |= {one["key"]: Stage(one["stage"]).label for one in content.get("stages", ())}
    items = content.get("scores", {}).get("items", ())
    for one in items:
        found[f"once:{one['key']}"] = _("%(what)s · 两年内已考核，不再计", what=said(one["msgid"]))
    return found | {one["key"]: said(one["msgid"]) for one in (*items, *content["figures"])}


IN_WAN = (Measure.WAN.value, N_("万元"))


def counted_in(content: dict[str, Any], key: str) -> tuple[str, str]:
    """(measure, unit) of the amounts behind a figure: 万元 unless it says otherwise."""
    items = content.get("scores", {}).get("items", ())
    said_so = {one["key"]: (one["measure"], one["unit"]) for one in (*items, *content["figures"])}
    measure, unit = said_so.get(key, IN_WAN)
    return (measure, unit) if measure != Measure.COUNT.value else IN_WAN


def definition(content: dict[str, Any], key: str) -> str:
    """What the figure counts, in the words it was published with."""
    words = {one["key"]: said(one["definition"]) for one in content["figures"]}
    return words.get(key, _("本年新建项目中已开工的 ÷ 本年新建项目") if key.startswith("starts") else "")


# --- two versions -------------------------------------------------------------------------------------------


Version = tuple[dict[str, Any], dict[str, Any]]
"""What one says and the rows behind its figures."""


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str
    gone: Sequence[str]  # rows that no longer count
    come: Sequence[str]


def changes(
    before: Version,
    after: Version,
    seen: Callable[[dict[str, Any]], list[Any]],
    public: bool,
) -> list[Change]:
    """What a later version says otherwise; of the rows those that `seen` leaves."""
    found = []
    was, now = _said(before[0]), _said(after[0])
    for key in [*was, *(key for key in now if key not in was)]:
        old_rows, new_rows = _names(before[1], key, seen), _names(after[1], key, seen)
        gone = [name for name in old_rows if name not in new_rows]
        come = [name for name in new_rows if name not in old_rows]
        (label, old), new = was.get(key, now.get(key, ("", ""))), now.get(key, ("", ""))[1]
        old = old if key in was else ""
        if old != new or gone or come:
            found.append(Change(label, old or "—", new or "—", gone, come))
    for (label, was_told), (_label, now_told) in zip(
        _sheets(before[0], public), _sheets(after[0], public), strict=True
    ):
        told = min(len(was_told.heads), len(now_told.heads))
        old_rows, new_rows = was_told.read(told), now_told.read(told)
        gone = [name for name in old_rows if name not in new_rows]
        come = [name for name in new_rows if name not in old_rows]
        if gone or come:
            found.append(Change(label, str(len(old_rows)), str(len(new_rows)), gone, come))
    texts_before, texts_after = before[0].get("texts", {}), after[0].get("texts", {})
    words = {"opening": _("导语"), "problems": _("存在问题"), "next_steps": _("下一步打算")}
    for name, label in words.items():
        if texts_before.get(name, "") != texts_after.get(name, ""):
            found.append(
                Change(label, texts_before.get(name, "") or "—", texts_after.get(name, "") or "—", (), ())
            )
    return found


def _said(content: dict[str, Any]) -> dict[str, tuple[str, str]]:
    lines = {
        one["key"]: (said(one["msgid"]), measured(one["value"], one["measure"], one["unit"]))
        for one in content["figures"]
    }
    for one in ranks(content, nowhere):
        for line in one.lines:
            lines[f"rank:{one.label}:{line['unit']}"] = (
                f"{one.label} · {line['unit']}",
                " · ".join(text for text in (_("第 %(n)s 名", n=line["at"]), line["value"], line["percent"]) if text),
            )  # fmt: skip
    if "scores" in content:
        for line in score_lines(content["scores"], nowhere):
            lines[f"score:{line['unit']}"] = (
                _("考核得分 · %(unit)s", unit=line["unit"]),
                f"{_('第 %(n)s 名', n=line['at'])} · {line['total']}",
            )
    for one in content.get("stages", ()):
        lines[one["key"]] = (
            Stage(one["stage"]).label,
            f"{one['count']} / {display.wan(number_of(one['wan']))}",
        )
    for one in content.get("starts", ()):
        name = one["roll"] or _("全部新建项目")
        lines[f"rate:{one['roll']}"] = (
            _("开工率 · %(list)s", list=name), f"{one['there']}/{one['whole']} = {percent(one['percent'])}",
        )  # fmt: skip
    return lines


def _sheets(content: dict[str, Any], public: bool) -> list[tuple[str, Sheet]]:
    return [
        (_("新签约项目"), signed(content)),
        (_("在谈亿元以上项目"), talks(content, public)),
        (_("还没有开工的新建项目"), not_started(content, public)),
    ]


def _names(rows: dict[str, Any], key: str, seen: Callable[[dict[str, Any]], list[Any]]) -> list[str]:
    return [line[0] for line in seen(rows[key])] if key in rows else []
