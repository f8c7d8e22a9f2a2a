"""Deals in a list. Each is opened at 意向, as by hand: stages are walked through their gates, not written into a cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals import actions, queries
from crm.deals.models import AmountBasis, Deal, SourceScope
from crm.dedup import Record
from crm.dedup.profile import profile_of
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.merchants.models import Direction, Enterprise
from crm.org.models import User
from crm.org.permissions import Permission
from crm.search import index

from . import naming
from .alike import folded
from .columns import Columns, Known
from .declaring import Alike, Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("项目名称"), ("项目名称", "项目", "name"), example="衢澜精密阀门生产线项目", note=N_("必填")),
    Known("company", N_("投资方"), ("投资方", "投资方名称", "投资主体", "投资单位", "企业名称", "公司名称", "客商", "业主单位",
          "company"), example="上海衢澜精密机械有限公司", note=N_("库里企业的全称；没有的写进项目内容")),
    Known("content", N_("项目内容"), ("项目内容", "建设内容", "主要建设内容", "项目概况", "项目简介", "主要内容", "备注", "content"), True,
          "年产 30 万套阀门"),
    Known("planned_wan", N_("总投资"), ("总投资", "投资总额", "计划总投资", "投资额", "投资规模", "investment"), example="1.2亿",
          note=N_("不写单位算万元")),
    Known("fixed_asset_wan", N_("其中固定资产投资"), ("其中固定资产投资", "固定资产投资", "固定资产")),
    Known("agreed_wan", N_("协议引资"), ("协议引资", "协议资金", "协议投资")),
    Known("contract_usd_wan", N_("合同外资"), ("合同外资", "合同外资额", "合同利用外资"), note=N_("有外资的才填，不写单位算万美元")),
    Known("source_scope", N_("资金来源地"), ("资金来源地", "资金来源"), note=N_("可以写“省外、市外省内、境外、市内”")),
    Known("direction", N_("招商方向"), ("招商方向", "产业方向", "产业类别", "所属产业"), example="先进制造业"),
    Known("land_mu", N_("用地"), ("用地", "用地面积", "拟用地", "用地需求", "亩数"), example="30", note=N_("亩")),
    Known("is_return", N_("浙商回归"), ("浙商回归", "是否浙商回归"), note=N_("写“是”、√ 或 Y")),
    Known("is_shanhai", N_("山海协作"), ("山海协作", "是否山海协作"), note=N_("写“是”、√ 或 Y")),
    Known("expected_sign_on", N_("预计签约"), ("预计签约", "预计签约时间", "计划签约时间")),
    Known("stage", N_("目前阶段"), ("目前阶段", "阶段", "项目阶段", "项目状态", "进展阶段"), note=N_("都从意向立项；原来的阶段写进项目内容")),
    Known("owner", N_("跟进人"), ("跟进人", "责任人", "联系人", "专班联系人", "owner"), example="王专员", note=N_("本单位同事的姓名")),
    Known("next_step", N_("下一步"), ("下一步", "下步打算", "下一步计划", "下步工作"), example="请对方来看地块", note=N_("必填")),
    Known("next_due_on", N_("下一步日期"), ("下一步日期", "完成时限", "时限", "下次时间"), example="2099-08-01", note=N_("必填，今天或以后")),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A deal of the same name with the same investor is the same; one of a firm that has an open deal, or whose name
    is alike, may be."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    people = naming.colleagues({one.line("owner") for one in found}, actor)
    for one in found:
        one.errors.clear()
        company = one.line("company")
        firm = firms.get(company) if company else None
        _read(one, firm.id if firm else None, people, actor)
        one.key = (one.data["name"], company)
    there: dict[tuple[str, int | None], int] = {}
    mine = queries.visible_to(actor).order_by(None)
    for some in identity.chunks(sorted({one.data["name"] for one in found} - {""}), naming.CHUNK):
        for deal in db.session.scalars(mine.where(Deal.name.in_(some)).order_by(Deal.id.desc())).unique():
            there[deal.name, deal.enterprise_id] = deal.id
    busy: dict[int | None, str] = {}
    firm_ids = sorted({one.data["enterprise_id"] or 0 for one in found} - {0})
    for some_ids in identity.chunks(firm_ids, naming.CHUNK):
        those = mine.where(Deal.enterprise_id.in_(some_ids), queries.is_open())
        busy |= {deal.enterprise_id: deal.name for deal in db.session.scalars(those).unique()}
    for one in found:
        one.same_id = there.get((one.data["name"], one.data["enterprise_id"]))
        if one.same_id is None and (name := busy.get(one.data["enterprise_id"])):
            one.remark("company", _("这家企业已有正在推进的项目“%(name)s”", name=name[:60]))
    return found


def _read(one: Read, enterprise_id: int | None, people: Mapping[str, User], actor: User) -> None:
    said = one.long("content")
    lines = [said]
    if (company := one.line("company")) and enterprise_id is None:
        lines.append(_("投资方：%(name)s", name=company))
        one.remark("company", _("库里没有您看得到的“%(name)s”，已写进项目内容", name=company[:30]))
    if stage := one.line("stage"):
        lines.append(_("名单上的阶段：%(stage)s", stage=stage))
    owner = one.line("owner", longest=50)
    colleague = people.get(owner) if owner else None
    if owner and (colleague is None or colleague.unit_id != actor.unit_id or not colleague.active):
        one.fault("owner", _("本单位没有叫“%(name)s”的同事", name=owner[:20]))
    planned, fixed = one.wan("planned_wan"), one.wan("fixed_asset_wan")
    if planned is not None and fixed is not None and fixed > planned:
        one.fault("fixed_asset_wan", _("固定资产投资不能大于总投资"))
    usd = one.usd("contract_usd_wan")
    if usd is not None and usd <= 0:
        one.fault("contract_usd_wan", _("合同外资要大于零，没有外资的请空着"))
    due = one.day("next_due_on")
    if not one.line("next_due_on"):
        one.lack("next_due_on", _("没有填写"))
    elif due and due < clock.today():
        one.lack("next_due_on", _("下一步的日期已经过了，请填今天或以后"))
    one.data = {
        "name": one.line("name", needed=True),
        "content": "\n".join(line for line in lines if line),
        "enterprise_id": enterprise_id,
        "planned_wan": planned,
        "fixed_asset_wan": fixed,
        "agreed_wan": one.wan("agreed_wan"),
        "contract_usd_wan": usd,
        "amount_basis": AmountBasis.WISH,
        "source_scope": one.choice("source_scope", SourceScope, SourceScope.OUT_OF_PROVINCE),
        "direction": one.choice("direction", Direction, None),
        "land_mu": one.number("land_mu"),
        "is_return": one.yes("is_return"),
        "is_shanhai": one.yes("is_shanhai"),
        "expected_sign_on": one.day("expected_sign_on"),
        "owner_id": colleague.id if colleague else None,
        "next_step": one.line("next_step", to_create=True),
        "next_due_on": due,
    }


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    """A second open deal of a firm has its reason: the check has shown the first, or it stands in the same list."""
    reason = _("随名单导入：%(name)s", name=batch.file_name[-100:])
    return actions.create({**one.data, "duplicate_reason": reason}, actor=actor).id, {}


# --- what may be the same ---------------------------------------------------------------------------------


def _signs(one: Read) -> dict[str, str]:
    return {"company": one.line("company"), "title": one.data["name"]}


def _signs_of(deal: Deal) -> dict[str, str]:
    return {"company": deal.investor if deal.is_open else "", "title": deal.name}


def _near(rows: Sequence[dict[str, str]]) -> list[list[Deal]]:
    """Deals of the same investor, and those whose names hold the investor's 字号 or are the same."""
    every = queries.with_names(sa.select(Deal)).order_by(None)
    by: dict[tuple[str, str], list[Deal]] = defaultdict(list)
    for some in identity.chunks(sorted({signs["company"] for signs in rows} - {""}), naming.CHUNK):
        those = sa.select(Enterprise.id).where(Enterprise.name.in_(some))
        for deal in db.session.scalars(every.where(Deal.enterprise_id.in_(those)).order_by(Deal.id)).unique():
            by["company", deal.investor].append(deal)
    for some in identity.chunks(sorted({signs["title"] for signs in rows} - {""}), naming.CHUNK):
        for deal in db.session.scalars(every.where(Deal.name.in_(some)).order_by(Deal.id)).unique():
            by["title", deal.name].append(deal)
    found = []
    for signs in rows:
        near = [*by["title", signs["title"]], *by["company", signs["company"]]]
        for words in dict.fromkeys((folded(signs["title"]), profile_of(Record(signs["company"])).core)):
            if len(words) > 1 and len(near) < naming.MOST:
                alike = every.where(Deal.id.in_(index.matching("deal", words))).order_by(Deal.id)
                near += db.session.scalars(alike.limit(naming.MOST)).unique()
        found.append(list({deal.id: deal for deal in near}.values())[: naming.MOST])
    return found


# --- those that are there ---------------------------------------------------------------------------------


def _may(user: User, deal: Deal) -> bool:
    return queries.may(user, Permission.DEAL_EDIT, deal)


def _edit(change: Change, actor: User) -> None:
    """By the verb of the form; who answers for it is another's. The step and its day go together."""
    deal = change.record
    as_it_is = {name: getattr(deal, name) for name in actions.FACTS}
    facts = {key: value for key, value in change.columns.items() if key != "owner_id"}
    if facts:
        actions.edit(deal, {**as_it_is, **facts}, actor=actor)
    if "owner_id" in change.columns:
        actions.assign(deal, {"owner_id": change.columns["owner_id"]}, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(Deal),
    Renew(
        facts={
            "content": "content", "enterprise_id": "company", "planned_wan": "planned_wan",
            "fixed_asset_wan": "fixed_asset_wan", "agreed_wan": "agreed_wan",
            "contract_usd_wan": "contract_usd_wan", "source_scope": "source_scope",
            "direction": "direction", "land_mu": "land_mu", "is_return": "is_return", "is_shanhai": "is_shanhai",
            "expected_sign_on": "expected_sign_on", "owner_id": "owner", "next_step": "next_step",
            "next_due_on": "next_due_on", "name": "name",
        },
        may=_may,
        edit=_edit,
        restore=set_back("deal.edited", actions.put_in_index),
        added=frozenset({"content"}),
    ),
    Alike(
        {"company": 0.6, "title": 0.65},
        _signs,
        _near,
        _signs_of,
        {"company": "company", "title": "name"},
    ),
)  # fmt: skip
