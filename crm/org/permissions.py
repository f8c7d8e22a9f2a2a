"""Who may what: one table, read by the guard, the queries and the page that shows it to auditors.

A right is granted to a role together with how far it reaches: the user's own records, the unit's, or the
district's. What is not in the table is not allowed.
"""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Role(Labelled):
    PROMOTER = "promoter", N_("招商员"), "info"
    MANAGER = "manager", N_("部门负责人"), "info"
    LEADER = "leader", N_("区领导"), "good"
    ADMINISTRATOR = "administrator", N_("管理员"), "warn"
    AUDITOR = "auditor", N_("督查员"), "neutral"


class Scope(Labelled):
    OWN = "own", N_("本人")
    UNIT = "unit", N_("本单位")
    DISTRICT = "district", N_("全区")


class Permission(Labelled):
    HOME = "home", N_("打开工作台、查找、改自己的密码")
    MERCHANT_VIEW = "merchant.view", N_("查看企业和人员")
    MERCHANT_EDIT = "merchant.edit", N_("新建、修改企业和人员")
    MERCHANT_ASSIGN = "merchant.assign", N_("指派跟进人、打标签")
    MERCHANT_REVEAL = "merchant.reveal", N_("查看完整联系方式（留痕）")
    MERCHANT_EXPORT = "merchant.export", N_("导出企业和人员（联系方式打码）")
    MERCHANT_EXPORT_FULL = "merchant.export_full", N_("导出完整联系方式（须填理由）")
    MERCHANT_MERGE = "merchant.merge", N_("合并重复记录、撤销合并（每一条都要够得着）")
    SUSPECT_DECIDE = "suspect.decide", N_("判定疑似重复")
    SUSPECT_SCAN = "suspect.scan", N_("查看查重引擎、全库查重")
    CONTACT_VIEW = "contact.view", N_("查看沟通记录")
    CONTACT_LOG = "contact.log", N_("记沟通")
    CONTACT_CORRECT = "contact.correct", N_("更正沟通记录（留痕）")
    CONTACT_EXPORT = "contact.export", N_("导出沟通记录")
    LEAD_VIEW = "lead.view", N_("查看线索")
    LEAD_REPORT = "lead.report", N_("报线索")
    PROSPECT_VIEW = "prospect.view", N_("查看三个一批")
    PROSPECT_MANAGE = "prospect.manage", N_("列目标、对接、放弃")
    PARTNER_VIEW = "partner.view", N_("查看合作方、互访和协作成效")
    PARTNER_MANAGE = "partner.manage", N_("记合作方、协议、互访")
    MISSION_VIEW = "mission.view", N_("查看招商活动")
    MISSION_MANAGE = "mission.manage", N_("安排招商活动、列企业、总结")
    LEAD_JUDGE = "lead.judge", N_("答复、研判线索，反馈报送人")
    LEAD_SKIP = "lead.skip", N_("线索还没有研判就先上门（须写理由，留痕）")
    DISPUTE_DECIDE = "dispute.decide", N_("裁定首报争议")
    REMINDER_VIEW = "reminder.view", N_("看提醒记录")
    BULLETIN_VIEW = "bulletin.view", N_("看信息通报")
    BULLETIN_ISSUE = "bulletin.issue", N_("编印信息通报（负责人限设置里的通报部门）")
    DEAL_VIEW = "deal.view", N_("查看项目")
    DEAL_EDIT = "deal.edit", N_("新建、修改项目")
    DEAL_ADVANCE = "deal.advance", N_("推进、退回、暂缓、终止项目")
    GATE_PASS = "gate.pass", N_("门槛没有齐也推进项目（须写理由，列入例会）")
    MEETING_RUN = "meeting.run", N_("开例会：记录、交办、出纪要")
    DEAL_ASSIGN = "deal.assign", N_("更换项目负责人和挂联领导")
    DEAL_EXPORT = "deal.export", N_("导出项目和线索")
    CAPITAL_VIEW = "capital.view", N_("查看到位资金（认定部门看全区）")
    CAPITAL_DECLARE = "capital.declare", N_("申报到位资金")
    CAPITAL_CHECK = "capital.check", N_("初审、退回到位资金（不能审自己申报的）")
    CAPITAL_RECOGNISE = "capital.recognise", N_("认定到位资金、关月账（认定部门；不能认定自己申报的）")
    CAPITAL_EXPORT = "capital.export", N_("导出到位资金")
    PROJECT_VIEW = "project.view", N_("查看重点项目")
    PROJECT_EDIT = "project.edit", N_("新建、修改重点项目和节点，报进度，推进状态")
    PROJECT_VISIT = "project.visit", N_("记一线督办、协调、攻坚")
    PROJECT_SPONSOR = "project.sponsor", N_("更换重点项目的挂联领导")
    PROJECT_LIST = "project.list", N_("编制、下达、调整重点项目名单")
    PROJECT_EXPORT = "project.export", N_("导出重点项目")
    WATCH_ASSIGN = "watch.assign", N_("指定、更换专人盯办")
    WATCH_SERVE = "watch.serve", N_("记企业诉求、答复（盯办人对自己盯的项目）")
    CAMPAIGN_MANAGE = "campaign.manage", N_("组织百日攻坚、列入项目")
    CONTEST_MANAGE = "contest.manage", N_("定互看互学的计分办法")
    SLIP_VIEW = "slip.view", N_("查看交办单（汇总的部门看全区）")
    SLIP_RAISE = "slip.raise", N_("提出项目上的问题")
    SLIP_RUN = "slip.run", N_("汇总、交办、记协调会（限汇总的部门）")
    SLIP_ANSWER = "slip.answer", N_("报办理情况，申请销号和延期")
    SLIP_DECIDE = "slip.decide", N_("核准销号和延期、升级（牵头领导一方，责任单位自己不能）")
    SLIP_EXPORT = "slip.export", N_("导出交办单")
    INSPECTION_MANAGE = "inspection.manage", N_("登记视察和督查的意见，转交办，反馈")
    SUPERVISION_VIEW = "supervision.view", N_("查看承诺台账、督查核查、表彰和先进典型")
    SUPERVISION_ANSWER = "supervision.answer", N_("登记承诺，报兑现，对核查作说明")
    SUPERVISION_RUN = (
        "supervision.run",
        N_("确认兑现，核实、作结论，记表彰（限督查部门和领导，本单位的自己不能）"),
    )
    SUPERVISION_EXPORT = "supervision.export", N_("导出承诺台账、督查核查、表彰和先进典型")
    STORY_WRITE = "story.write", N_("登记先进典型，没有发布的可以修改")
    STORY_PUBLISH = "story.publish", N_("发布、撤下先进典型（限宣传部门和领导）")
    APPROVAL_VIEW = "approval.view", N_("查看项目的审批事项")
    APPROVAL_EDIT = "approval.edit", N_("排审批事项，记受理、补正、办结，委托代办")
    APPROVAL_MEET = "approval.meet", N_("记联席会议和议定事项")
    APPROVAL_CATALOGUE = "approval.catalogue", N_("维护审批事项目录")
    APPROVAL_EXPORT = "approval.export", N_("导出审批事项")
    ENTRY_VIEW = "entry.view", N_("查看准入评审、检查表和复核")
    ENTRY_EDIT = "entry.edit", N_("申请准入评审，填评审单、意见、检查表和复核")
    ENTRY_CONCLUDE = "entry.conclude", N_("作决策咨询结论")
    ENTRY_EXCEPT = "entry.except", N_("记特批：没有准予也可以签约（写明批准人和理由）")
    ENTRY_STANDARD = "entry.standard", N_("维护准入标准")
    ENTRY_EXPORT = "entry.export", N_("导出准入评审、检查表和复核")
    RESERVE_VIEW = "reserve.view", N_("查看储备库")
    RESERVE_EDIT = "reserve.edit", N_("谋划、修改储备项目，转招商")
    RESERVE_EXPORT = "reserve.export", N_("导出储备项目")
    REPORT_VIEW = "report.view", N_("看已发布的通报公示")
    REPORT_DRAFT = "report.draft", N_("起草、更正通报公示（负责人限设置里的通报部门）")
    REPORT_CHECK = "report.check", N_("审核通报公示（负责人限通报部门，不能审自己起草的）")
    REPORT_PUBLISH = "report.publish", N_("发布通报公示")
    REPORT_OUTLINE = "report.outline", N_("定通报公示的提纲")
    INDICATOR_VIEW = "indicator.view", N_("查看指标、比较和数的来历（数只算本人能看到的）")
    INDICATOR_TYPE = "indicator.type", N_("填报、更正统计数，自设指标")
    NEED_VIEW = "need.view", N_("查看要素需求（提供要素的部门看全区同类的）")
    NEED_EDIT = "need.edit", N_("提出、修改要素需求，记推介和对接")
    LAND_VIEW = "land.view", N_("查看地块、征迁和用地指标")
    LAND_MANAGE = "land.manage", N_("登记、推进、预留地块，报征迁进度，登记用地指标")
    TARGET_VIEW = "target.view", N_("查看目标任务和分解")
    TARGET_MANAGE = "target.manage", N_("草拟、下达、变更、分解目标任务")
    YIELD_VIEW = "yield.view", N_("查看亩均评价和倒逼名单")
    YIELD_EDIT = "yield.edit", N_("录入亩均评价，列入倒逼名单，记整改、措施和退出")
    FACTOR_EXPORT = "factor.export", N_("导出要素保障和亩均的清单")
    EXPORT_APPROVE = "export.approve", N_("批准大批量导出")
    LAYOUT_MANAGE = "layout.manage", N_("管理官方表式")
    IMPORT_RUN = "import.run", N_("导入名单")
    JOB_MANAGE = "job.manage", N_("查看和取消所有人的后台任务，运行定期工作")
    USER_MANAGE = "user.manage", N_("管理人员和单位")
    SETTING_MANAGE = "setting.manage", N_("管理设置")
    BACKUP_MANAGE = "backup.manage", N_("备份和下载备份（全部数据）")
    AUDIT_VIEW = "audit.view", N_("查看操作记录和权限表")
    AUDIT_EXPORT = "audit.export", N_("导出操作记录")


P, S = Permission, Scope

_READS = {
    P.HOME: S.OWN,
    P.MERCHANT_VIEW: S.DISTRICT,
    P.CONTACT_VIEW: S.DISTRICT,
    P.LEAD_VIEW: S.DISTRICT,
    P.REMINDER_VIEW: S.DISTRICT,
    P.BULLETIN_VIEW: S.DISTRICT,
    P.MISSION_VIEW: S.DISTRICT,
    P.PROSPECT_VIEW: S.DISTRICT,
    P.PARTNER_VIEW: S.DISTRICT,
    P.DEAL_VIEW: S.DISTRICT,
    P.CAPITAL_VIEW: S.DISTRICT,
    P.PROJECT_VIEW: S.DISTRICT,
    P.SLIP_VIEW: S.DISTRICT,
    P.SUPERVISION_VIEW: S.DISTRICT,
    P.APPROVAL_VIEW: S.DISTRICT,
    P.ENTRY_VIEW: S.DISTRICT,
    P.RESERVE_VIEW: S.DISTRICT,
    P.INDICATOR_VIEW: S.DISTRICT,
    P.NEED_VIEW: S.DISTRICT,
    P.LAND_VIEW: S.DISTRICT,
    P.REPORT_VIEW: S.DISTRICT,
    P.TARGET_VIEW: S.DISTRICT,
    P.YIELD_VIEW: S.DISTRICT,
}

GRANTS: dict[Role, dict[Permission, Scope]] = {
    Role.PROMOTER: {
        P.HOME: S.OWN,
        P.MERCHANT_VIEW: S.UNIT,
        P.MERCHANT_EDIT: S.UNIT,
        P.MERCHANT_REVEAL: S.UNIT,
        P.MERCHANT_EXPORT: S.UNIT,
        P.MERCHANT_MERGE: S.OWN,  # his own double entries; between colleagues' records the head decides
        P.SUSPECT_DECIDE: S.OWN,
        P.CONTACT_VIEW: S.UNIT,
        P.CONTACT_LOG: S.UNIT,
        P.CONTACT_CORRECT: S.OWN,
        P.CONTACT_EXPORT: S.UNIT,
        P.LEAD_VIEW: S.UNIT,
        P.REMINDER_VIEW: S.OWN,
        P.BULLETIN_VIEW: S.DISTRICT,
        P.LEAD_REPORT: S.UNIT,
        P.MISSION_VIEW: S.UNIT,
        P.PROSPECT_VIEW: S.UNIT,
        P.PARTNER_VIEW: S.UNIT,
        P.MISSION_MANAGE: S.OWN,
        P.PROSPECT_MANAGE: S.OWN,
        P.PARTNER_MANAGE: S.OWN,
        P.DEAL_VIEW: S.UNIT,
        P.DEAL_EDIT: S.UNIT,
        P.DEAL_ADVANCE: S.OWN,
        P.DEAL_EXPORT: S.UNIT,
        P.CAPITAL_VIEW: S.UNIT,
        P.CAPITAL_DECLARE: S.UNIT,
        P.CAPITAL_EXPORT: S.UNIT,
        P.PROJECT_VIEW: S.UNIT,
        P.PROJECT_EDIT: S.UNIT,
        P.PROJECT_VISIT: S.UNIT,
        P.WATCH_SERVE: S.UNIT,
        P.PROJECT_EXPORT: S.UNIT,
        P.SLIP_VIEW: S.UNIT,
        P.SLIP_RAISE: S.UNIT,
        P.SLIP_ANSWER: S.UNIT,
        P.SLIP_EXPORT: S.UNIT,
        P.SUPERVISION_VIEW: S.UNIT,
        P.SUPERVISION_ANSWER: S.UNIT,
        P.SUPERVISION_EXPORT: S.UNIT,
        P.STORY_WRITE: S.UNIT,
        P.APPROVAL_VIEW: S.UNIT,
        P.APPROVAL_EDIT: S.UNIT,
        P.APPROVAL_EXPORT: S.UNIT,
        P.ENTRY_VIEW: S.UNIT,
        P.ENTRY_EDIT: S.UNIT,
        P.ENTRY_EXPORT: S.UNIT,
        P.RESERVE_VIEW: S.UNIT,
        P.RESERVE_EDIT: S.UNIT,
        P.RESERVE_EXPORT: S.UNIT,
        P.INDICATOR_VIEW: S.UNIT,
        P.NEED_VIEW: S.UNIT,
        P.NEED_EDIT: S.UNIT,
        P.LAND_VIEW: S.DISTRICT,
        P.LAND_MANAGE: S.UNIT,
        P.YIELD_VIEW: S.UNIT,
        P.YIELD_EDIT: S.UNIT,
        P.FACTOR_EXPORT: S.UNIT,
        P.REPORT_VIEW: S.DISTRICT,
        P.TARGET_VIEW: S.UNIT,
        P.IMPORT_RUN: S.UNIT,
    },
    Role.MANAGER: {
        P.HOME: S.OWN,
        P.MERCHANT_VIEW: S.UNIT,
        P.MERCHANT_EDIT: S.UNIT,
        P.MERCHANT_ASSIGN: S.UNIT,
        P.MERCHANT_REVEAL: S.UNIT,
        P.MERCHANT_EXPORT: S.UNIT,
        P.MERCHANT_EXPORT_FULL: S.UNIT,
        P.MERCHANT_MERGE: S.UNIT,
        P.SUSPECT_DECIDE: S.UNIT,
        P.SUSPECT_SCAN: S.UNIT,  # the whole base is looked at; what was found he sees as far as his unit goes
        P.CONTACT_VIEW: S.UNIT,
        P.CONTACT_LOG: S.UNIT,
        P.CONTACT_CORRECT: S.UNIT,
        P.CONTACT_EXPORT: S.UNIT,
        P.LEAD_VIEW: S.UNIT,
        P.REMINDER_VIEW: S.UNIT,
        P.BULLETIN_VIEW: S.DISTRICT,
        P.LEAD_REPORT: S.UNIT,
        P.LEAD_JUDGE: S.UNIT,
        P.MISSION_VIEW: S.UNIT,
        P.PROSPECT_VIEW: S.UNIT,
        P.PARTNER_VIEW: S.UNIT,
        P.MISSION_MANAGE: S.UNIT,
        P.PROSPECT_MANAGE: S.UNIT,
        P.PARTNER_MANAGE: S.UNIT,
        P.LEAD_SKIP: S.UNIT,
        P.DEAL_VIEW: S.UNIT,
        P.DEAL_EDIT: S.UNIT,
        P.DEAL_ADVANCE: S.UNIT,
        P.GATE_PASS: S.UNIT,
        P.MEETING_RUN: S.UNIT,
        P.DEAL_ASSIGN: S.UNIT,
        P.DEAL_EXPORT: S.UNIT,
        P.CAPITAL_VIEW: S.UNIT,
        P.CAPITAL_DECLARE: S.UNIT,
        P.CAPITAL_CHECK: S.UNIT,
        P.CAPITAL_RECOGNISE: S.UNIT,
        P.CAPITAL_EXPORT: S.UNIT,
        P.PROJECT_VIEW: S.UNIT,
        P.PROJECT_EDIT: S.UNIT,
        P.PROJECT_VISIT: S.UNIT,
        P.PROJECT_SPONSOR: S.UNIT,
        P.PROJECT_LIST: S.UNIT,
        P.CAMPAIGN_MANAGE: S.UNIT,
        P.WATCH_ASSIGN: S.UNIT,
        P.WATCH_SERVE: S.UNIT,
        P.PROJECT_EXPORT: S.UNIT,
        P.SLIP_VIEW: S.UNIT,
        P.SLIP_RAISE: S.UNIT,
        P.SLIP_RUN: S.UNIT,
        P.SLIP_ANSWER: S.UNIT,
        P.SLIP_DECIDE: S.UNIT,  # of the office, on a leader's word
        P.SLIP_EXPORT: S.UNIT,
        P.INSPECTION_MANAGE: S.UNIT,
        P.SUPERVISION_VIEW: S.UNIT,
        P.SUPERVISION_ANSWER: S.UNIT,
        P.SUPERVISION_RUN: S.UNIT,  # of the office that the settings name
        P.SUPERVISION_EXPORT: S.UNIT,
        P.STORY_WRITE: S.UNIT,
        P.STORY_PUBLISH: S.UNIT,  # of the office that the settings name
        P.APPROVAL_VIEW: S.UNIT,
        P.APPROVAL_EDIT: S.UNIT,
        P.APPROVAL_MEET: S.UNIT,
        P.APPROVAL_EXPORT: S.UNIT,
        P.ENTRY_VIEW: S.UNIT,
        P.ENTRY_EDIT: S.UNIT,
        P.ENTRY_EXPORT: S.UNIT,
        P.RESERVE_VIEW: S.UNIT,
        P.RESERVE_EDIT: S.UNIT,
        P.RESERVE_EXPORT: S.UNIT,
        P.INDICATOR_VIEW: S.UNIT,
        P.REPORT_VIEW: S.DISTRICT,
        P.REPORT_DRAFT: S.UNIT,  # of the offices that the settings name
        P.REPORT_CHECK: S.UNIT,
        P.BULLETIN_ISSUE: S.UNIT,  # of those too
        P.INDICATOR_TYPE: S.UNIT,
        P.NEED_VIEW: S.UNIT,
        P.NEED_EDIT: S.UNIT,
        P.LAND_VIEW: S.DISTRICT,
        P.LAND_MANAGE: S.UNIT,
        P.YIELD_VIEW: S.UNIT,
        P.YIELD_EDIT: S.UNIT,
        P.FACTOR_EXPORT: S.UNIT,
        P.TARGET_VIEW: S.UNIT,
        P.TARGET_MANAGE: S.UNIT,
        P.EXPORT_APPROVE: S.UNIT,
        P.IMPORT_RUN: S.UNIT,
    },
    Role.LEADER: {
        **_READS,
        P.MEETING_RUN: S.DISTRICT,
        P.CONTACT_LOG: S.DISTRICT,
        P.CONTACT_CORRECT: S.OWN,
        P.CONTACT_EXPORT: S.DISTRICT,
        P.LEAD_REPORT: S.UNIT,
        P.LEAD_JUDGE: S.DISTRICT,
        P.LEAD_SKIP: S.DISTRICT,
        P.DEAL_EXPORT: S.DISTRICT,
        P.CAPITAL_EXPORT: S.DISTRICT,
        P.PROJECT_VISIT: S.DISTRICT,
        P.PROJECT_EXPORT: S.DISTRICT,
        P.CONTEST_MANAGE: S.DISTRICT,
        P.SLIP_RAISE: S.DISTRICT,
        P.SLIP_DECIDE: S.DISTRICT,
        P.SLIP_EXPORT: S.DISTRICT,
        P.SUPERVISION_ANSWER: S.UNIT,
        P.SUPERVISION_RUN: S.DISTRICT,
        P.SUPERVISION_EXPORT: S.DISTRICT,
        P.STORY_PUBLISH: S.DISTRICT,
        P.APPROVAL_MEET: S.DISTRICT,
        P.APPROVAL_EXPORT: S.DISTRICT,
        P.ENTRY_CONCLUDE: S.DISTRICT,
        P.ENTRY_EXCEPT: S.DISTRICT,
        P.ENTRY_EXPORT: S.DISTRICT,
        P.RESERVE_EXPORT: S.DISTRICT,
        P.FACTOR_EXPORT: S.DISTRICT,
        P.EXPORT_APPROVE: S.DISTRICT,
        P.REPORT_CHECK: S.DISTRICT,
        P.REPORT_PUBLISH: S.DISTRICT,
    },
    Role.ADMINISTRATOR: {
        **_READS,
        P.REPORT_DRAFT: S.DISTRICT,
        P.REPORT_CHECK: S.DISTRICT,
        P.REPORT_PUBLISH: S.DISTRICT,
        P.REPORT_OUTLINE: S.DISTRICT,
        P.MERCHANT_EDIT: S.DISTRICT,
        P.MERCHANT_ASSIGN: S.DISTRICT,
        P.MERCHANT_REVEAL: S.DISTRICT,
        P.MERCHANT_EXPORT: S.DISTRICT,
        P.MERCHANT_EXPORT_FULL: S.DISTRICT,
        P.MERCHANT_MERGE: S.DISTRICT,
        P.SUSPECT_DECIDE: S.DISTRICT,
        P.SUSPECT_SCAN: S.DISTRICT,
        P.CONTACT_LOG: S.DISTRICT,
        P.CONTACT_CORRECT: S.DISTRICT,
        P.CONTACT_EXPORT: S.DISTRICT,
        P.LEAD_REPORT: S.DISTRICT,
        P.LEAD_JUDGE: S.DISTRICT,
        P.MISSION_MANAGE: S.DISTRICT,
        P.PROSPECT_MANAGE: S.DISTRICT,
        P.PARTNER_MANAGE: S.DISTRICT,
        P.LEAD_SKIP: S.DISTRICT,
        P.DISPUTE_DECIDE: S.DISTRICT,
        P.BULLETIN_ISSUE: S.DISTRICT,
        P.DEAL_EDIT: S.DISTRICT,
        P.DEAL_ADVANCE: S.DISTRICT,
        P.GATE_PASS: S.DISTRICT,
        P.MEETING_RUN: S.DISTRICT,
        P.DEAL_ASSIGN: S.DISTRICT,
        P.DEAL_EXPORT: S.DISTRICT,
        P.CAPITAL_DECLARE: S.DISTRICT,
        P.CAPITAL_CHECK: S.DISTRICT,
        P.CAPITAL_RECOGNISE: S.DISTRICT,
        P.CAPITAL_EXPORT: S.DISTRICT,
        P.PROJECT_EDIT: S.DISTRICT,
        P.PROJECT_VISIT: S.DISTRICT,
        P.PROJECT_SPONSOR: S.DISTRICT,
        P.PROJECT_LIST: S.DISTRICT,
        P.CAMPAIGN_MANAGE: S.DISTRICT,
        P.WATCH_ASSIGN: S.DISTRICT,
        P.WATCH_SERVE: S.DISTRICT,
        P.PROJECT_EXPORT: S.DISTRICT,
        P.CONTEST_MANAGE: S.DISTRICT,
        P.SLIP_RAISE: S.DISTRICT,
        P.SLIP_RUN: S.DISTRICT,
        P.SLIP_ANSWER: S.DISTRICT,
        P.SLIP_EXPORT: S.DISTRICT,
        P.INSPECTION_MANAGE: S.DISTRICT,
        P.SUPERVISION_ANSWER: S.DISTRICT,
        P.SUPERVISION_RUN: S.DISTRICT,
        P.SUPERVISION_EXPORT: S.DISTRICT,
        P.STORY_WRITE: S.DISTRICT,
        P.STORY_PUBLISH: S.DISTRICT,
        P.APPROVAL_EDIT: S.DISTRICT,
        P.APPROVAL_MEET: S.DISTRICT,
        P.APPROVAL_CATALOGUE: S.DISTRICT,
        P.APPROVAL_EXPORT: S.DISTRICT,
        P.ENTRY_EDIT: S.DISTRICT,
        P.ENTRY_CONCLUDE: S.DISTRICT,
        P.ENTRY_EXCEPT: S.DISTRICT,
        P.ENTRY_STANDARD: S.DISTRICT,
        P.ENTRY_EXPORT: S.DISTRICT,
        P.RESERVE_EDIT: S.DISTRICT,
        P.RESERVE_EXPORT: S.DISTRICT,
        P.INDICATOR_TYPE: S.DISTRICT,
        P.NEED_EDIT: S.DISTRICT,
        P.LAND_MANAGE: S.DISTRICT,
        P.YIELD_EDIT: S.DISTRICT,
        P.FACTOR_EXPORT: S.DISTRICT,
        P.TARGET_MANAGE: S.DISTRICT,
        P.EXPORT_APPROVE: S.DISTRICT,
        P.IMPORT_RUN: S.DISTRICT,
        P.USER_MANAGE: S.DISTRICT,
        P.SETTING_MANAGE: S.DISTRICT,
        P.BACKUP_MANAGE: S.DISTRICT,
        P.JOB_MANAGE: S.DISTRICT,
        P.LAYOUT_MANAGE: S.DISTRICT,
        P.AUDIT_VIEW: S.DISTRICT,
        P.AUDIT_EXPORT: S.DISTRICT,
    },
    Role.AUDITOR: {**_READS, P.AUDIT_VIEW: S.DISTRICT, P.AUDIT_EXPORT: S.DISTRICT},
}


def reach(role: Role, permission: Permission) -> Scope | None:
    """How far a role's right goes; None when it has none."""
    return GRANTS[role].get(permission)
