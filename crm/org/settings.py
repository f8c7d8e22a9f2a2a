"""The settings that the code reads, each with its default, its bounds and its sentence.

`get(key)` answers from the table, read once per request or job.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context

from crm.db import db
from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import N_, _

from .models import Setting


@dataclass(frozen=True)
class Known:
    """One setting. Whole numbers have bounds; `unit` is the word behind the number."""

    key: str
    msgid: str
    default: int | str
    low: int = 0
    high: int = 0
    unit: str = ""

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def is_number(self) -> bool:
        return isinstance(self.default, int)


KNOWN = {
    known.key: known
    for known in (
        Known("district.name", N_("区的名称"), "衢州市柯城区"),
        Known("contact.idle_days", N_("多少天没有联系算“久未联系”"), 30, 1, 365, N_("天")),
        Known("merchant.key_days", N_("重点跟踪客商的联系间隔"), 30, 1, 365, N_("天")),
        Known("merchant.ordinary_days", N_("一般客商的联系间隔"), 90, 1, 730, N_("天")),
        Known("merchant.dormant_days", N_("休眠客商的回访间隔"), 365, 1, 3650, N_("天")),
        Known("merchant.sleep_days", N_("一般客商多少天没有联系提醒转休眠"), 180, 1, 3650, N_("天")),
        Known("mission.result_days", N_("招商活动结束后多少天内交结果"), 15, 1, 90, N_("天")),
        Known("lead.answer_days", N_("线索首次答复期限"), 1, 1, 60, N_("工作日")),
        Known("lead.judge_days", N_("线索研判期限"), 3, 1, 60, N_("工作日")),
        Known("lead.feedback_days", N_("线索反馈报送人期限"), 7, 1, 60, N_("工作日")),
        Known("first_report.days", N_("首报保护期"), 90, 1, 1000, N_("天")),
        Known("first_report.contact_days", N_("首报保护期内至少多少天联系一次"), 30, 1, 365, N_("天")),
        Known("dispute.decide_days", N_("首报争议裁定期限"), 5, 1, 60, N_("工作日")),
        Known("stage.days.intended", N_("意向阶段的预期天数"), 60, 1, 1000, N_("天")),
        Known("stage.days.new_talks", N_("新谈阶段的预期天数"), 60, 1, 1000, N_("天")),
        Known("stage.days.negotiating", N_("在谈阶段的预期天数"), 120, 1, 1000, N_("天")),
        Known("stage.days.signed", N_("签约到落地的预期天数"), 30, 1, 1000, N_("天")),
        Known("stage.days.landed", N_("落地到开工的预期天数"), 180, 1, 1000, N_("天")),
        Known("stage.days.started", N_("开工到投产的预期天数"), 540, 1, 3000, N_("天")),
        Known("stage.days.producing", N_("投产到达产的预期天数"), 365, 1, 3000, N_("天")),
        Known(
            "deal.traits",
            N_("项目特点（用顿号隔开），签约的按半年算各占多少"),
            "高新产业、民间投资、龙头型、前瞻性、带动力强",
        ),
        Known("capital.office", N_("认定到位资金的部门（单位名称）"), "区招商局"),
        Known(
            "capital.target_wan",
            N_("到位资金全年目标，没有下达目标任务时用（0 表示没有定）"),
            0,
            0,
            100_000_000,
            N_("万元"),
        ),
        Known("capital.share_percent", N_("到位资金计入比例（百分数）"), 100, 1, 100),
        Known(
            "capital.first_month",
            N_("到位资金年度从几月算起（1 为自然年，12 为上年 12 月到本年 11 月）"),
            1,
            1,
            12,
            N_("月"),
        ),
        Known(
            "reserve.town_wan", N_("乡镇街道每年谋划一个项目，多少投资以上"), 5_000, 1, 10_000_000, N_("万元")
        ),
        Known(
            "reserve.department_wan",
            N_("主要经济部门每年储备一个项目，多少投资以上"),
            10_000,
            1,
            10_000_000,
            N_("万元"),
        ),
        Known("watch.answer_days", N_("企业诉求的答复期限"), 5, 1, 60, N_("工作日")),
        Known("health.unstarted_months", N_("体检：签约超过多久没有开工亮灯"), 12, 1, 120, N_("个月")),
        Known("health.unpaid_months", N_("体检：开工后多久没有到位资金亮灯"), 3, 1, 60, N_("个月")),
        Known("health.little_months", N_("体检：开工满多久看到位比例"), 6, 1, 60, N_("个月")),
        Known("health.little_percent", N_("体检：到位不足协议引资的多少亮灯（百分数）"), 15, 1, 100),
        Known("health.gap_points", N_("体检：到位比例与工程进度相差多少亮灯"), 30, 1, 100, N_("个百分点")),
        Known(
            "reserve.district_count",
            N_("全区每年谋划多少个项目，没有下达目标任务时用"),
            100,
            1,
            10_000,
            N_("个"),
        ),
        Known(
            "reserve.city_count",
            N_("全区每年列入市级储备库多少个，没有下达目标任务时用"),
            30,
            1,
            10_000,
            N_("个"),
        ),
        Known("slip.office", N_("汇总、交办、协调交办单的部门（单位名称）"), "区招商局"),
        Known(
            "slip.top_leaders",
            N_("代表区委区政府的领导（姓名或职务，用顿号隔开）"),
            "区委主要领导、区政府主要领导",
        ),
        Known("slip.prefix", N_("交办单的文号代字"), "柯项交"),
        Known("slip.term_days", N_("交办单的办理期限，汇总后多少天"), 15, 1, 180, N_("天")),
        Known("slip.escalate_days", N_("交办单逾期多少天升一级"), 7, 1, 180, N_("天")),
        Known("supervision.office", N_("督查部门（单位名称）：确认承诺、核实、作结论"), "区督查室"),
        Known(
            "supervision.project_margin",
            N_("重点项目投资落后时间进度多少列入核查"),
            10,
            0,
            100,
            N_("个百分点"),
        ),
        Known("supervision.explain_days", N_("核查：要求说明的一般期限"), 10, 1, 90, N_("天")),
        Known("supervision.again_days", N_("核查：作了结论以后，同一事项多久不再列入"), 30, 0, 365, N_("天")),
        Known("story.office", N_("宣传部门（单位名称）：发布先进典型"), "区委宣传部"),
        Known("target.margin", N_("比时间进度慢多少以内算“略慢”（百分点）"), 5, 0, 50, N_("个百分点")),
        Known(
            "report.offices",
            N_("起草、审核通报公示，编印信息通报的部门（单位名称，用顿号隔开）"),
            "区督查室、区招商局",
        ),
        Known("indicator.office", N_("填报全区统计指标的部门（单位名称）"), "区发改局"),
        Known("need.office.land", N_("解决用地需求的部门（单位名称）"), "区国土分局"),
        Known("need.office.finance", N_("解决融资需求的部门（单位名称）"), "区财政局"),
        Known("need.office.talent", N_("解决人才需求的部门（单位名称）"), "区人社局"),
        Known("need.office.technology", N_("科技难题立题的部门（单位名称）"), "区科技局"),
        Known("need.first_lists", N_("用地最先保障哪些名单里的项目（用顿号隔开）"), "省重点、市重点"),
        Known("need.livelihood_lists", N_("哪些名单里的项目算民生项目（用顿号隔开）"), "为民办实事"),
        Known("land.keep_days", N_("地块一般预留多久"), 90, 1, 1000, N_("天")),
        Known("land.reclaim_task_mu", N_("全年垦造耕地任务"), 6_500, 1, 1_000_000, N_("亩")),
        Known("land.reclaim_stretch_mu", N_("全年垦造耕地力争达到"), 8_500, 1, 1_000_000, N_("亩")),
        Known("partner.regions", N_("协作地区（用顿号隔开）"), "杭州、宁波、温州、台州、余杭"),
        Known("agreement.remind_days", N_("协议到期前多少天提醒"), 30, 1, 365, N_("天")),
        Known("export.rows_before_approval", N_("多少行以上的导出要负责人批准"), 500, 1, 1_000_000, N_("行")),
        Known("backup.kept_days", N_("备份保留多久"), 14, 1, 730, N_("天")),
        Known("job.kept_days", N_("结束的后台任务和看过的消息保留多久"), 90, 7, 3650, N_("天")),
        Known(
            "project.list_kinds",
            N_("重点项目名单的种类（用顿号隔开）"),
            "省重点、市重点、区重点建设、区重点工业、互看互学、为民办实事",
        ),
        Known("project.time_by_months", N_("时间进度按整月算（1）还是按天算（0）"), 0, 0, 1),
        Known("session.idle_minutes", N_("多久不操作自动退出"), 60, 5, 720, N_("分钟")),
        Known("password.shortest", N_("密码最短长度"), 12, 8, 64, N_("位")),
    )
}
BUSINESS_DAY = "demo.business_day"  # set by the demo loader, removed with the demo; not on the settings page


def get(key: str) -> Any:
    """The value in force. An unknown key is a programming error."""
    return everything().get(key, KNOWN[key].default)


def business_day() -> dt.date | None:
    """The demo district's own day; None in a real district."""
    text = everything().get(BUSINESS_DAY) if has_app_context() else None
    return dt.date.fromisoformat(text) if text else None


def everything() -> dict[str, Any]:
    if "settings" not in g:
        g.settings = dict(db.session.execute(sa.select(Setting.key, Setting.value)).all())
    return g.settings


def put(key: str, value: Any) -> None:
    """Store without checking (loader, actions). None takes the setting away."""
    row = db.session.scalar(sa.select(Setting).filter_by(key=key))
    if value is None:
        if row:
            db.session.delete(row)
    elif row:
        row.value = value
    else:
        db.session.add(Setting(key=key, value=value))
    db.session.flush()  # or who asks during a later flush would remember what it was before
    g.pop("settings", None)


def checked(known: Known, text: str) -> int | str:
    """What a person typed, as the setting's own kind; refused with a sentence."""
    text = texts.clean_line(text)
    if not known.is_number:
        if not text or len(text) > 100:
            raise Refused(_("“%(what)s”请填 1 到 100 个字", what=known.label), known.key)
        return text
    if not text.isdecimal() or len(text) > 9 or not known.low <= int(text) <= known.high:
        raise Refused(
            _("“%(what)s”请填 %(low)s 到 %(high)s 的整数", what=known.label, low=known.low, high=known.high),
            known.key,
        )
    return int(text)
