"""What else may be owed, beside what a user follows: each is an address of the list that its link opens."""

from __future__ import annotations

from dataclasses import dataclass

from crm.delivery.weeks import Pace
from crm.lib.words import N_
from crm.missions.phases import Phase
from crm.org.models import User
from crm.org.permissions import Permission

from .asked import Asked


@dataclass(frozen=True)
class Duty:
    """Something that waits for this user in a list of its own; shown while there is any."""

    asked: Asked
    tone: str = ""
    needs: Permission | None = None
    """Beside the right to see the list: what it takes to do something about it."""

    def is_of(self, user: User) -> bool:
        return user.may(self.asked.listing.view_permission) and (self.needs is None or user.may(self.needs))


DUTIES = (
    Duty(Asked("reminders", {"mine": "1", "open": "1"}, N_("提醒过我、还没有办的事")), "warn"),
    Duty(Asked("work_tasks", {"mine": "1", "state": "draft"}, N_("我负责的、还没有下达的目标任务")), "warn"),
    Duty(Asked("agreements", {"mine": "1", "expiring": "1"}, N_("我的项目里快到期的协议")), "warn"),
    Duty(Asked("meeting_tasks", {"mine": "1", "overdue": "1"}, N_("会上交我办、已经逾期的事")), "bad"),
    Duty(Asked("meeting_tasks", {"mine": "1", "open": "1"}, N_("会上交我办的事"))),
    Duty(Asked("prospects", {"owner": "me", "late": "1"}, N_("我负责的、过了期限还没有接触的目标")), "bad"),
    Duty(Asked("enterprises", {"follower": "me", "late": "key"}, N_("我跟进的、该联系没有联系的重点企业")), "bad"),
    Duty(Asked("enterprises", {"follower": "me", "late": "ordinary"}, N_("我跟进的、该联系没有联系的一般企业")), "warn"),
    Duty(Asked("partners", {"owner": "me", "overdue": "1"}, N_("我负责的、下一步逾期的合作方")), "bad"),
    Duty(Asked("partners", {"owner": "me", "expiring": "1"}, N_("我负责的、有协议快到期的合作方")), "warn"),
    Duty(Asked("introductions", {"mine": "1", "overdue": "1"}, N_("由我去请、已经逾期的引荐")), "bad"),
    Duty(Asked("introductions", {"mine": "1", "state": "asked"}, N_("由我去请的引荐"))),
    Duty(Asked("mission_stops", {"mine": "1", "follow": "open"}, N_("走访后交我去办的事"))),
    Duty(Asked("missions", {"owner": "me", "phase": Phase.RESULTS_DUE.value}, N_("我负责的、等着交结果的活动")), "warn"),
    Duty(Asked("missions", {"owner": "me", "phase": Phase.OVERDUE.value}, N_("我负责的、结果逾期的活动")), "bad"),
    Duty(Asked("missions", {"leader": "me", "phase": [Phase.PREPARING.value, Phase.UNDER_WAY.value]},
               N_("我带队的活动"))),
    Duty(Asked("firm_requests", {"mine": "1", "state": "overdue"}, N_("等我们答复、已经逾期的企业诉求")), "bad"),
    Duty(Asked("firm_requests", {"mine": "1", "state": "open"}, N_("等我们答复的企业诉求"))),
    Duty(Asked("projects", {"unit": "mine", "watcher": "none"}, N_("本单位还没有专人盯办的重点项目")), "warn",
         Permission.WATCH_ASSIGN),
    Duty(Asked("deals", {"owner": "me", "watcher": "none"}, N_("我跟进的、还没有专人盯办的签约项目")), "warn"),
    Duty(Asked("campaign_entries", {"leader": "me", "standing": "overdue"}, N_("我挂联的、百日攻坚中超期的项目")), "bad"),
    Duty(Asked("campaign_entries", {"unit": "mine", "standing": "overdue"}, N_("本单位百日攻坚中超期的项目")), "bad"),
    Duty(Asked("health", {"owner": "me"}, N_("我跟进的、体检亮灯的项目")), "bad"),
    Duty(Asked("health", {"sponsor": "me"}, N_("我挂联的、体检亮灯的项目")), "warn"),
    Duty(Asked("health", {"unit": "mine"}, N_("本单位体检亮灯的项目")), "warn"),
    Duty(Asked("projects", {"leader": "me", "pace": Pace.BEHIND.value}, N_("我挂联的、投资低于时间进度的重点项目")), "warn"),
    Duty(Asked("projects", {"unit": "mine", "pace": Pace.BEHIND.value}, N_("本单位投资低于时间进度的重点项目")), "warn"),
    Duty(Asked("slips", {"decide": "1"}, N_("等我决定的交办单")), "bad"),
    Duty(Asked("slips", {"leader": "me", "overdue": "1", "state": ["issued", "working", "claimed"]},
               N_("我牵头的、已经逾期的交办单")), "bad"),
    Duty(Asked("slips", {"unit": "mine", "overdue": "1", "state": ["issued", "working", "claimed"]},
               N_("本单位已经逾期的交办单")), "bad"),
    Duty(Asked("slips", {"unit": "mine", "state": ["issued", "working"]}, N_("本单位在办的交办单"))),
    Duty(Asked("slips", {"run": "1", "state": "collected"}, N_("汇总了还没有交办的")), "warn"),
    Duty(Asked("slips", {"run": "1", "state": "raised"}, N_("提出来等着汇总的问题"))),
    Duty(Asked("needs", {"mine": "1", "late": "1"}, N_("我负责的、过了期限还没解决的要素需求")), "bad"),
    Duty(Asked("needs", {"asked_of_us": "1", "lacking": "1"}, N_("要本单位解决的要素需求")), "warn"),
    Duty(Asked("parcels", {"unit": "mine", "run_out": "1"}, N_("本单位预留到期的地块")), "warn"),
    Duty(Asked("upper_grants", {"unit": "mine", "undeclared": "1"}, N_("可以计入、还没有申报到位资金的上级资金")), "warn"),
    Duty(Asked("yield_cases", {"unit": "mine", "late": "1"}, N_("本单位列入、过了整改期限的企业")), "warn"),
    Duty(Asked("clearances", {"unit": "mine", "late": "1"}, N_("本单位过了期限还没交齐的征迁")), "bad"),
    Duty(Asked("remarks", {"mine": "1", "ready": "1"}, N_("交办单办完、等着反馈的视察意见")), "warn"),
    Duty(Asked("commitments", {"mine": "1", "overdue": "1"}, N_("我承诺的、已经逾期没有兑现的事")), "bad"),
    Duty(Asked("commitments", {"unit": "mine", "overdue": "1"}, N_("本单位逾期没有兑现的承诺")), "bad"),
    Duty(Asked("commitments", {"confirm": "1"}, N_("等我确认的承诺")), "warn"),
    Duty(Asked("supervision_cases", {"unit": "mine", "answer": "1"}, N_("要本单位说明、整改的核查件")), "bad"),
    Duty(Asked("supervision_cases", {"run": "1", "state": "explained"}, N_("已作说明、等结论的核查件")), "warn"),
    Duty(Asked("supervision_cases", {"run": "1", "state": "proposed"}, N_("列入核查、等着核实的事项"))),
    Duty(Asked("reports", {"to_check": "1"}, N_("等我审核的通报公示")), "warn"),
    Duty(Asked("reports", {"to_publish": "1"}, N_("已审核、等我发布的通报公示")), "warn"),
    Duty(Asked("reports", {"returned": "1"}, N_("退回给我修改的通报公示")), "warn"),
    Duty(Asked("entry_reviews", {"asked": "1"}, N_("等本单位提意见的准入评审")), "warn"),
    Duty(Asked("entry_reviews", {"owner": "me", "open": "1"}, N_("我的项目里还没有结论的准入评审"))),
    Duty(Asked("entry_rechecks", {"unit": "mine", "due": "1"}, N_("本单位到期要复核的投产项目")), "warn"),
    Duty(Asked("approvals", {"agent": "me", "late": "1"}, N_("我代办的、超过承诺期的审批事项")), "bad"),
    Duty(Asked("approvals", {"agent": "me", "open": "1"}, N_("我代办的审批事项"))),
    Duty(Asked("approvals", {"unit": "mine", "late": "1"}, N_("本单位审批的、超过承诺期的事项")), "bad"),
    Duty(Asked("approvals", {"project_unit": "mine", "unagented": "1"}, N_("本单位项目里没有代办员的上级事项")), "warn"),
    Duty(Asked("approvals", {"leader": "me", "holding": "1"}, N_("卡住我挂联的项目的审批事项")), "warn"),
    Duty(Asked("joint_rulings", {"mine": "1", "overdue": "1"}, N_("联席会议议定、过了期限没有落实的事项")), "bad"),
    Duty(Asked("projects", {"leader": "me", "overdue": "1"}, N_("我挂联的、有超期节点的重点项目")), "bad"),
    Duty(Asked("projects", {"leader": "me", "quiet": "1"}, N_("我挂联的、本周无进展的重点项目")), "warn"),
    Duty(Asked("projects", {"leader": "me", "status": "not_started"}, N_("我挂联的、还没有开工的重点项目"))),
    Duty(Asked("projects", {"unit": "mine", "overdue": "1"}, N_("本单位有超期节点的重点项目")), "bad"),
    Duty(Asked("projects", {"unit": "mine", "quiet": "1"}, N_("本单位本周还没报进度的重点项目")), "warn"),
)  # fmt: skip
