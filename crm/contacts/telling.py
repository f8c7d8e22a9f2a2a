"""How a recorded act is told on a timeline: the verb in a sentence, the changed fields by their labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm.lib import phones
from crm.lib.words import N_, listed, singular

VERBS: dict[str, tuple[str, str]] = {
    "enterprise.created": (N_("新建企业"), "plus"),
    "enterprise.edited": (N_("修改资料"), "pen"),
    "enterprise.assigned": (N_("指派跟进"), "assign"),
    "enterprise.supplemented": (N_("补充资料"), "plus"),
    "enterprise.standing_changed": (N_("改变在库状态"), "star"),
    "person.created": (N_("新建人员"), "plus"),
    "person.edited": (N_("修改资料"), "pen"),
    "person.assigned": (N_("指派跟进"), "assign"),
    "person.supplemented": (N_("补充资料"), "plus"),
    "person.standing_changed": (N_("改变在库状态"), "star"),
    "enterprise.merged": (N_("合并重复记录"), "merge"),
    "enterprise.unmerged": (N_("撤销合并，分开的记录已恢复"), "undo"),
    "enterprise.brought_back": (N_("撤销合并，从合并中恢复"), "undo"),
    "person.merged": (N_("合并重复记录"), "merge"),
    "person.unmerged": (N_("撤销合并，分开的记录已恢复"), "undo"),
    "person.brought_back": (N_("撤销合并，从合并中恢复"), "undo"),
    "handle.revealed": (N_("查看完整联系方式"), "eye"),
    "lead.reported": (N_("报送线索"), "lead"),
    "lead.edited": (N_("修改线索"), "pen"),
    "lead.attached": (N_("补充附件"), "clip"),
    "lead.answered": (N_("答复报送"), "contact"),
    "lead.judged": (N_("研判线索"), "check"),
    "lead.fed_back": (N_("反馈报送人"), "contact"),
    "lead.bulletined": (N_("列入通报"), "file"),
    "lead.disputed": (N_("提出首报争议"), "warn"),
    "lead.ruled_first": (N_("裁定为首报"), "check"),
    "lead.ruled_joined": (N_("裁定为协报"), "check"),
    "lead.visited_unjudged": (N_("还没有研判，先上门"), "warn"),
    "lead.tagged": (N_("打标签"), "tag"),
    "lead.converted": (N_("转为项目"), "deal"),
    "deal.created": (N_("立项"), "plus"),
    "deal.edited": (N_("修改项目"), "pen"),
    "deal.assigned": (N_("更换负责人"), "assign"),
    "deal.tagged": (N_("打标签"), "tag"),
    "enterprise.tagged": (N_("打标签"), "tag"),
    "person.tagged": (N_("打标签"), "tag"),
    "contact.logged": (N_("记下沟通"), "contact"),
    "contact.corrected": (N_("更正"), "pen"),
    "contact.attached": (N_("补充附件"), "clip"),
}
"""{verb: (words, icon)}. What is not here is no news on a timeline: moves and contacts are told as themselves."""

LINKS: dict[str, Callable[[Any], tuple[str, str]]] = {}
"""{verb: event -> (words, address)} of what can be opened from it. Features above add theirs."""

_TAGS = {"tags": N_("标签")}
_TRACKED = {
    **_TAGS,
    "origin": N_("浙商类型"),
    "native_place": N_("籍贯"),
    "region_code": N_("所在地"),
    "address": N_("地址"),
    "chamber": N_("商会"),
    "chamber_title": N_("商会职务"),
    "standing": N_("在库状态"),
    "intent": N_("投资意愿"),
    "intent_note": N_("意愿说明"),
    "note": N_("备注"),
    "source": N_("来源"),
    "legal_ground": N_("数据依据"),
    "next_step": N_("下一步"),
    "next_due_on": N_("下一步日期"),
    "last_contact_at": N_("最近联系"),
    "follow_unit_id": N_("跟进单位"),
    "follow_user_id": N_("跟进人"),
    "first_report_unit_id": N_("首报单位"),
    "first_report_user_id": N_("首报人"),
    "first_reported_at": N_("首报时间"),
    "handles": N_("联系方式"),
}
LABELS: dict[str, dict[str, str]] = {
    "enterprise": {
        **_TRACKED,
        "name": N_("名称"),
        "kind": N_("类别"),
        "uscc": N_("统一社会信用代码"),
        "direction": N_("招商方向"),
        "industry_code": N_("行业代码"),
        "legal_representative": N_("法定代表人"),
        "main_business": N_("主营业务"),
        "website": N_("网址"),
        "former_names": N_("曾用名"),
    },
    "person": {**_TRACKED, "name": N_("姓名")},
    "lead": {
        **_TAGS,
        "title": N_("标题"),
        "content": N_("内容"),
        "state": N_("状态"),
        "source": N_("来源"),
        "direction": N_("招商方向"),
        "enterprise_id": N_("企业"),
        "company": N_("企业名称（报送时）"),
        "contact_name": N_("联系人"),
        "contact_phone": N_("联系电话"),
        "region_code": N_("所在地"),
        "planned_wan": N_("意向总投资"),
        "land_mu": N_("用地（亩）"),
        "unit_id": N_("责任单位"),
        "owner_id": N_("跟进人"),
        "report_unit_id": N_("报送单位"),
        "reported_by_id": N_("报送人"),
        "reported_at": N_("报送时间"),
        "duplicate_of_id": N_("与之重复的线索"),
        "judged_at": N_("研判时间"),
        "judged_by_id": N_("研判人"),
        "conclusion": N_("研判结论"),
        "judgement": N_("研判意见"),
        "answered_at": N_("答复时间"),
        "answered_by_id": N_("答复人"),
        "answer": N_("答复"),
        "judge_unit_id": N_("研判部门"),
        "fed_back_at": N_("反馈时间"),
        "fed_back_by_id": N_("反馈人"),
        "feedback": N_("反馈内容"),
        "unconfirmed": N_("识别后未核对"),
        "other_matter": N_("不算重复的理由"),
        "closed_at": N_("办结时间"),
        "bulletin_no": N_("通报期号"),
        "deal_id": N_("项目"),
        "next_step": N_("下一步"),
        "next_due_on": N_("下一步日期"),
    },
    "deal": {
        **_TAGS,
        "name": N_("名称"),
        "content": N_("内容"),
        "stage": N_("阶段"),
        "state": N_("状态"),
        "state_reason": N_("原因"),
        "planned_wan": N_("总投资"),
        "fixed_asset_wan": N_("固定资产投资"),
        "agreed_wan": N_("协议引资"),
        "contract_usd_wan": N_("合同外资（万美元）"),
        "increases_id": N_("增资的原项目"),
        "amount_basis": N_("金额口径"),
        "source_scope": N_("资金来源"),
        "direction": N_("招商方向"),
        "industry_code": N_("行业代码"),
        "land_mu": N_("用地（亩）"),
        "is_return": N_("浙商回归"),
        "is_shanhai": N_("山海协作"),
        "enterprise_id": N_("主投资方"),
        "lead_id": N_("来自线索"),
        "unit_id": N_("责任单位"),
        "owner_id": N_("跟进人"),
        "sponsor_id": N_("挂联领导"),
        "first_report_unit_id": N_("首报单位"),
        "first_report_user_id": N_("首报人"),
        "first_reported_at": N_("首报时间"),
        "admission": N_("决策咨询结论"),
        "admission_note": N_("决策咨询说明"),
        "expected_sign_on": N_("预计签约"),
        "signed_on": N_("签约日期"),
        "agreement_kind": N_("协议类型"),
        "local_company": N_("项目公司"),
        "local_uscc": N_("项目公司信用代码"),
        "next_step": N_("下一步"),
        "next_due_on": N_("下一步日期"),
    },
    "contact_log": {
        "kind": N_("方式"),
        "happened_at": N_("时间"),
        "place": N_("地点"),
        "their_people": N_("对方其他人"),
        "people": N_("对方人员"),
        "colleagues": N_("我方人员"),
        "summary": N_("内容"),
        "next_step": N_("下一步"),
        "next_due_on": N_("下一步日期"),
        "leader_led": N_("区领导带队"),
    },
}
USERS = frozenset(
    {
        "follow_user_id", "first_report_user_id", "owner_id", "sponsor_id", "reported_by_id", "judged_by_id",
        "answered_by_id", "fed_back_by_id",
    }
)  # fmt: skip
UNITS = frozenset({"follow_unit_id", "first_report_unit_id", "unit_id", "report_unit_id", "judge_unit_id"})
RECORDS = frozenset({"enterprise_id", "lead_id", "deal_id", "duplicate_of_id"})
"""Ids of records that the reader may not be allowed to see: told as changed, without a name."""

PRIVATE = frozenset({"handles", "contact_phone"})
"""Personal data: masked, whoever reads."""

LONGEST = 80
"""Characters of a value in a diff; the record itself shows the whole."""


def told(noun: str, changes: Mapping[str, Any], say: Any) -> Iterator[tuple[str, str, str]]:
    """(label, before, after) for every field with a label; `say(field, value)` puts a value into words."""
    labels = LABELS.get(noun, {})
    for field, pair in changes.items():
        if field in labels and isinstance(pair, list) and len(pair) == 2:
            yield singular(labels[field]), shortened(say(field, pair[0])), shortened(say(field, pair[1]))


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def masked(value: Any) -> str:
    """Phones, WeChat names and addresses, each told apart but not told. Those the trail keeps masked stay so."""
    handles = [str(one) for one in (value if isinstance(value, list) else [value])]
    return listed(
        # The trail's own mask carries the row's number (139****0001 #7), which nobody needs to read.
        one.partition(" #")[0] if "***" in one else phones.mask_handle(one)
        for one in handles
    )
