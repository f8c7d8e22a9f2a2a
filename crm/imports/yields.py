"""Classes of firms (亩均评价) in a list, as the evaluators publish it. The same firm and year is the same row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.yields import actions, queries
from crm.yields.grades import Grade
from crm.yields.models import FIGURES, Rating

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("firm", N_("企业名称"), ("企业名称", "单位名称", "企业", "名称", "enterprise"), example="衢州云峙轴承有限公司",
          note=N_("必填，库里企业的全称")),
    Known("year", N_("评价年度"), ("评价年度", "年度", "年份", "year"), example="2012", note=N_("空着就算去年")),
    Known("grade", N_("类别"), ("类别", "评价类别", "评价结果", "等级", "档次", "grade"), example="B", note=N_("必填，A、B、C、D")),
    Known("land_mu", N_("用地"), ("用地", "用地面积", "占地面积", "用地（亩）", "占地（亩）"), example="45.5"),
    Known("tax_per_mu", N_("亩均税收"), ("亩均税收", "亩均税收（万元/亩）", "单位用地税收"), example="8.6", note=N_("万元/亩")),
    Known("added_per_mu", N_("亩均增加值"), ("亩均增加值", "亩均工业增加值", "亩均增加值（万元/亩）"), example="62"),
    Known("productivity", N_("全员劳动生产率"), ("全员劳动生产率", "劳动生产率", "全员劳动生产率（万元/人）"), example="15.2"),
    Known("added_per_energy", N_("单位能耗增加值"), ("单位能耗增加值", "单位能耗增加值（万元/吨标煤）"), example="1.8"),
    Known("added_per_emission", N_("单位排放增加值"), ("单位排放增加值", "单位排放增加值（万元/吨）"), example="210"),
    Known("rd_percent", N_("研发经费占比"), ("研发经费占比", "R&D占比", "研发占比", "R&D经费占比"), example="2.4"),
    Known("note", N_("备注"), ("备注", "说明", "note"), True),
), needed=("firm", "grade"))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    found = read_all(COLUMNS, rows)
    named = naming.enterprises({one.line("firm") for one in found}, actor)
    for one in found:
        one.errors.clear()
        _read(one, named)
    firms = sorted({one.links["firm"] for one in found if "firm" in one.links})
    there: dict[tuple[Any, ...], int] = {}
    for some in identity.chunks(firms, naming.CHUNK):
        same = sa.select(Rating.enterprise_id, Rating.year, Rating.id).where(Rating.enterprise_id.in_(some))
        there |= {(row[0], row[1]): row[2] for row in db.session.execute(same)}
    for one in found:
        one.same_id = there.get(one.key)
    return found


def _read(one: Read, named: Mapping[str, Enterprise]) -> None:
    name = one.line("firm", needed=True)
    firm = named.get(name)
    if firm is not None:
        one.links["firm"] = firm.id
    elif name:
        one.fault("firm", _("没有您看得到的企业“%(name)s”，或者不止一个", name=name[:30]))
    year = _year(one)
    grade = Grade.of(one.line("grade", needed=True).upper().removesuffix("类").strip().lower())
    if grade is None and one.line("grade"):
        one.fault("grade", _("类别请写 A、B、C、D"))
    one.data = {"year": year, "grade": grade, "note": one.long("note")} | {
        key: one.number(key) for key in FIGURES
    }
    one.key = (one.links.get("firm"), year)


def _year(one: Read) -> int:
    text = one.line("year").removesuffix("度").removesuffix("年").strip()
    if not text:
        return clock.today().year - 1
    if text.isascii() and text.isdecimal() and actions.YEARS[0] <= int(text) <= clock.today().year:
        return int(text)
    one.fault("year", _("年度请写成 2013 的样子"))
    return clock.today().year - 1


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    firm = db.session.get_one(Enterprise, one.links["firm"])
    return actions.rate(firm, one.data, actor=actor).id, {}


def _edit(change: Change, actor: User) -> None:
    actions.edit(change.record, change.columns, actor=actor)


def _found_by_its_firm(_rating: Rating) -> None:
    """A class has no entry of its own in the search index."""


PLAIN = Plain(
    read,
    create,
    naming.removal(Rating),
    Renew(
        facts={key: key for key in ("grade", *FIGURES, "note")},
        may=queries.may_edit,
        edit=_edit,
        restore=set_back("yield_rating.edited", _found_by_its_firm),
        added=frozenset({"note"}),
    ),
)
