"""Leads in a list. Reported by whoever brings the list: who reported first is the server's word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import DealState
from crm.dedup import Record
from crm.dedup.profile import profile_of
from crm.leads import actions
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadSource
from crm.leads.sameness import company_key
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.merchants import handles, identity
from crm.merchants.models import Direction
from crm.org.models import Unit, User
from crm.org.permissions import Permission
from crm.search import index

from . import naming
from .columns import Columns, Known
from .declaring import Alike, Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("title", N_("线索标题"), ("线索标题", "线索名称", "信息标题", "标题", "项目名称", "投资意向", "title"),
          example="衢澜精密拟投资建设阀门生产线", note=N_("必填，一句话：谁、想投什么")),
    Known("company", N_("企业名称"), ("企业名称", "公司名称", "投资方", "投资方名称", "公司", "企业", "单位名称", "客商", "company"),
          example="上海衢澜精密机械有限公司", note=N_("必填")),
    Known("contact_name", N_("联系人"), ("联系人", "对接人", "姓名", "contact"), example="陈晓岚"),
    Known("contact_phone", N_("联系电话"), ("联系电话", "联系方式", "电话", "手机", "phone"), example="15400000001"),
    Known("source", N_("来源"), ("来源", "信息来源", "线索来源", "source"), example="商会推荐",
          note=N_("可以写“浙商（衢商）推荐、商会推荐、展会论坛、企业来电来访、网络公开信息、干部走访、其他”")),
    Known("planned_wan", N_("意向总投资"), ("意向总投资", "总投资", "投资额", "拟投资额", "计划投资", "投资规模", "investment"),
          example="1.2亿", note=N_("不写单位算万元")),
    Known("land_mu", N_("用地"), ("用地", "用地面积", "用地需求", "亩数"), note=N_("亩")),
    Known("direction", N_("招商方向"), ("招商方向", "产业方向", "产业类别", "方向"), example="先进制造业"),
    Known("region", N_("企业所在地"), ("企业所在地", "所在地", "地区", "region"), example="上海市"),
    Known("content", N_("情况"), ("情况", "情况说明", "内容", "项目内容", "主要内容", "备注", "content"), True),
), needed=("title",))  # fmt: skip


FACTS = {
    "title": "title", "company": "company", "enterprise_id": "company", "contact_name": "contact_name",
    "contact_phone": "contact_phone", "source": "source", "planned_wan": "planned_wan", "land_mu": "land_mu",
    "direction": "direction", "region_code": "region", "content": "content",
}  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A lead of the same company under the same title is the same; what else is known of the company is told, since
    a project under talk may not be reported again."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    for one in found:
        one.errors.clear()
        company = one.line("company", needed=True)
        one.ways = one.phones("contact_phone")
        one.data = {
            "title": one.line("title", needed=True),
            "company": company,
            "enterprise_id": firms[company].id if company in firms else None,
            "contact_name": one.line("contact_name", longest=50),
            "contact_phone": "、".join(way.value for way in one.ways)[:200],
            "source": one.choice("source", LeadSource, LeadSource.OTHER),
            "planned_wan": one.wan("planned_wan"),
            "land_mu": one.number("land_mu"),
            "direction": one.choice("direction", Direction, None),
            "region_code": one.place("region"),
            "content": one.long("content"),
        }
        one.key = (one.data["title"], company)
    there: dict[tuple[Any, ...], int] = {}
    for some in identity.chunks(sorted({one.data["title"] for one in found} - {""}), naming.CHUNK):
        rows_of = leads.visible_to(actor).where(Lead.title.in_(some)).order_by(None)
        for lead in db.session.scalars(rows_of.order_by(Lead.id.desc())):
            there[lead.title, lead.company] = lead.id
    talks = _in_talks({one.data["enterprise_id"] for one in found} - {None})
    for one in found:
        one.same_id = there.get(one.key)
        if one.same_id is None and (unit := talks.get(one.data["enterprise_id"])):
            one.remark("company", _("这家企业在%(unit)s已有在谈的项目，不能当作新线索重复上报", unit=unit))
    return found


def _in_talks(firm_ids: set[Any]) -> dict[int, str]:
    """{enterprise: the unit with which it is in talks}; the deals themselves are not everybody's to see."""
    talks: dict[int, str] = {}
    for some in identity.chunks(sorted(firm_ids), naming.CHUNK):
        rows = sa.select(Deal.enterprise_id, Unit.name).join(Unit, Deal.unit_id == Unit.id)
        under = rows.where(
            Deal.enterprise_id.in_(some), Deal.state != DealState.LAPSED, Deal.stage.in_(deals.IN_TALKS)
        )
        talks |= dict(db.session.execute(under).all())  # type: ignore[arg-type]
    return talks


# --- what may be the same ---------------------------------------------------------------------------------


def _signs(one: Read) -> dict[str, str]:
    return {
        "title": one.data["title"],
        "company": one.data["company"],
        "phone": "、".join(way.value for way in one.ways),
        "contact": one.data["contact_name"],
    }


def _signs_of(lead: Lead) -> dict[str, str]:
    try:
        ways = handles.phones_in(lead.contact_phone)
    except Refused:
        ways = []
    return {
        "title": lead.title, "company": lead.company, "phone": "、".join(way.value for way in ways),
        "contact": lead.contact_name,
    }  # fmt: skip


def _near(rows: Sequence[dict[str, str]]) -> list[list[Lead]]:
    """Leads of the same company, of one that sounds like it, or with the same number; the first report first,
    whoever made it."""
    by: dict[str, list[Lead]] = defaultdict(list)
    for some in identity.chunks(sorted({signs["company"] for signs in rows} - {""}), naming.CHUNK):
        same = sa.select(Lead).where(Lead.company.in_(some)).order_by(Lead.reported_at)
        for lead in db.session.scalars(same):
            by[lead.company].append(lead)
    found: list[list[Lead]] = []
    for signs in rows:
        near = list(by[signs["company"]])
        for words in (*signs["phone"].split("、"), profile_of(Record(signs["company"])).core):
            if len(words) > 1 and len(near) < naming.MOST:
                alike = sa.select(Lead).where(Lead.id.in_(index.matching("lead", words)))
                near += db.session.scalars(alike.order_by(Lead.reported_at).limit(naming.MOST))
        found.append(list({lead.id: lead for lead in near}.values())[: naming.MOST])
    return found


# --- making, changing, taking away ------------------------------------------------------------------------


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.report(one.data, actor=actor).id, {}


def _may(user: User, lead: Lead) -> bool:
    return lead.state.is_open and leads.may(user, Permission.LEAD_REPORT, lead)


def _edit(change: Change, actor: User) -> dict[str, Any]:
    beside = {"unconfirmed": change.record.unconfirmed}
    actions.edit(change.record, change.columns, actor=actor)
    return beside


def _put_back(lead: Lead) -> None:
    lead.company_key = company_key(lead.company)
    index.put("lead", lead.id, actions.search_fields(lead))


PLAIN = Plain(
    read,
    create,
    naming.removal(Lead),
    Renew(
        FACTS,
        may=_may,
        edit=_edit,
        restore=set_back("lead.edited", _put_back),
        empty=frozenset({LeadSource.OTHER}),
    ),
    Alike(
        {"company": 0.6, "phone": 0.6, "title": 0.4, "contact": 0.1},
        _signs,
        _near,
        _signs_of,
        {"company": "company", "phone": "contact_phone", "title": "title"},
    ),
)
