"""From a pasted message to a signature, with all who have a part: who hears of it, who judges, who goes along, who leads,
who reviews, who signs. The clicks of each are counted: they are what the product costs its people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page

from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.leads.models import Lead

HEARD = "今天接待了杭州恒远屿科技有限公司董事长陈晓岚，13800001234，想来衢州投资3.32亿建精密件厂"
MOST_CLICKS = {"李乡长": 1, "周区长": 5, "陈主任": 9, "王专员": 26}


class Hand:
    """Somebody at his page; what he clicks is counted, what he types is not."""

    clicks: Counter[str]

    def __init__(self, name: str, page: Page, clicks: Counter[str]) -> None:
        self.name, self.page, self.clicks = name, page, clicks

    def click(self, what: str, role: str = "button", **narrowed: Any) -> None:
        self.clicks[self.name] += 1
        self.page.locator("main").get_by_role(role, name=what, **({"exact": True} | narrowed)).first.click()  # type: ignore[arg-type]

    def fill(self, **typed: str) -> None:
        """By the fields' own names."""
        for name, text in typed.items():
            self.page.locator(f"[name={name}]:not([type=radio]):not([type=hidden])").fill(text)

    def choose(self, **chosen: str) -> None:
        """Choosing is a click too."""
        for name, label in chosen.items():
            self.clicks[self.name] += 1
            self.page.locator(f"select[name={name}]").select_option(label=label)

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


def test_from_a_pasted_message_to_a_signed_deal(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    clicks: Counter[str] = Counter()

    def enter(name: str, user: Any, url: str, **how: Any) -> Hand:
        return Hand(name, open_as(user, url, **how), clicks)

    # 全体干部收集信息: a township's cadre, on the phone
    li = enter("李乡长", cast.li, "/report", phone=True)
    li.page.get_by_label("听到的、看到的，都放这里").fill(HEARD)
    li.sees("已识别，请核对")
    li.click("报送")
    li.page.wait_for_url("**/leads/*")
    lead_url = li.page.url

    # 首次答复: the leader asks the bureau to judge it
    zhou = enter("周区长", cast.zhou, lead_url)
    zhou.click("答复", "link")
    zhou.choose(judge_unit_id="区招商局")
    zhou.fill(answer="请招商局研判")
    zhou.page.keyboard.press("Control+Enter")
    zhou.sees("请 区招商局 研判")

    # 职能部门分析整合
    chen = enter("陈主任", cast.chen, lead_url)
    chen.click("研判", "link")
    chen.choose(conclusion="跟进", leader_id="周区长", unit_id="区招商局", owner_id="王专员（区招商局）")
    chen.fill(industry="符合先进制造业", policy="适用工业扶持政策", resources="凤栖小区有地", judgement="投资强度够，值得上门", next_step="上门拜访", next_due_on="2013-07-30",
              feedback="已列入跟进，请一起上门")  # fmt: skip
    chen.click("研判")
    chen.page.wait_for_url(lead_url)

    # 区领导带团上门招商
    wang = enter("王专员", cast.wang, "/missions/new")
    wang.fill(title="赴杭州拜访恒远屿", starts_on="2013-07-25", ends_on="2013-07-25", places="杭州")
    wang.choose(leader_id="周区长")
    wang.click("保存，去列企业")
    wang.sees("还没有列企业")
    wang.page.goto(lead_url)
    wang.click("列入活动", "link")
    wang.click("列入活动")
    wang.click("写结果", "link")
    wang.page.get_by_text("有投资意向").first.click()
    wang.fill(summary="看了车间，愿意来看地", next_step="请来看地", next_due_on="2013-08-01")
    wang.choose(follow_user_id="王专员")
    wang.click("写下结果")
    wang.page.wait_for_url("**/missions/1")

    # 转成项目, and the gates with their evidence
    wang.page.goto(lead_url)
    wang.click("转成项目", "link")
    wang.fill(content="建精密件厂房两栋", next_step="请来看地", next_due_on="2013-08-01")
    wang.choose(direction="先进制造业")
    wang.click("转成项目")
    wang.sees("已由线索转成项目")
    deal_url = wang.page.url
    wang.click("记一笔", "link")
    wang.fill(summary="来看了地块，谈到地价", next_step="谈合同", next_due_on="2013-08-05")
    wang.click("记下")
    wang.sees("来看了地块，谈到地价")
    wang.page.goto(deal_url)
    wang.click("推进到新谈", "link")
    wang.click("推进到新谈")
    wang.click("推进到在谈", "link")
    wang.fill(evidence="项目方案已经收到")
    wang.click("推进到在谈")
    wang.sees("已推进到在谈")

    # 例会: noted and given to do
    chen.page.goto("/deals")
    chen.click("开会过一遍", "link")
    chen.click("开始开会")
    chen.page.get_by_label("记录", exact=True).fill("同意按投资协议签")
    chen.click("记下")
    chen.sees("同意按投资协议签")

    # 准入评审: the sheet, and the leader's conclusion
    wang.page.goto(deal_url)
    wang.click("申请准入评审", "link")
    wang.fill(fixed_wan="2亿", land_mu="60")
    wang.choose(eia="通过", energy="不需要")
    wang.click("申请")
    wang.click("转到预审")
    wang.click("转到部门会审")
    wang.sees("已转到部门会审")
    zhou.page.goto(wang.page.url)
    zhou.click("作结论", "link")
    zhou.choose(conclusion="准予")
    zhou.click("作结论")
    zhou.sees("结论：准予")

    # 协议和签约
    wang.page.goto(deal_url)
    wang.click("添加协议", "link")
    wang.fill(amount_wan="3亿", signed_on="2013-07-25", expires_on="2018-07-25")
    wang.page.set_input_files(
        "input[type=file]", {"name": "投资协议.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    wang.click("保存")
    wang.sees("投资协议.pdf")
    wang.page.goto(deal_url)
    wang.click("推进到签约", "link")
    wang.click("推进到签约")
    wang.sees("来龙去脉")

    # who collected, who judged, which leader went, what came of it
    chain = wang.page.locator("#chain").inner_text()
    places = [chain.index(words) for words in ("李乡长", "陈主任", "转成项目", "签约")]
    assert places == sorted(places) and "周区长带队" in chain
    li.page.goto("/report/mine")
    li.sees("项目现在：签约")
    with look() as session:
        deal, lead = session.scalars(sa.select(Deal)).one(), session.scalars(sa.select(Lead)).one()
        assert (deal.stage, deal.first_report_unit_id, lead.deal_id) == (
            Stage.SIGNED,
            lead.report_unit_id,
            deal.id,
        )
    assert all(clicks[name] <= most for name, most in MOST_CLICKS.items()), dict(clicks)
