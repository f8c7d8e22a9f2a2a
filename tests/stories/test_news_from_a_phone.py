"""报信息 on a phone, also where the network is away: nothing typed is lost, and nothing is reported twice."""

from __future__ import annotations

import re

import sqlalchemy as sa
from playwright.sync_api import expect

from crm.deals.stages import Stage
from crm.leads.models import Lead
from crm.merchants import identity
from tests.deals.make import make_deal, make_enterprise
from tests.stories.conftest import until

SAID = "今天接待了杭州恒远屿科技有限公司董事长陈晓岚，13800001234，想来衢州投资3.32亿建精密件厂"


def leads(look):
    with look() as session:
        return [(one.company, one.contact_name, one.unconfirmed) for one in session.scalars(sa.select(Lead))]


def open_report(open_as, user):
    return open_as(user, "/report", phone=True)


def write(page, text):
    page.get_by_label("听到的、看到的，都放这里").fill(text)


def test_a_pasted_message_is_read_checked_and_sent_in_two_touches(open_as, cast, look):
    page = open_report(open_as, cast.wang)
    write(page, SAID)
    expect(page.get_by_label("企业", exact=True)).to_have_value("杭州恒远屿科技有限公司")
    expect(page.get_by_label("联系人")).to_have_value("陈晓岚")
    expect(page.get_by_text("已识别，请核对")).to_be_visible()
    page.get_by_label("联系人").fill("陈晓兰")
    page.get_by_role("button", name="报送").click()
    page.wait_for_url(re.compile(r"/leads/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("杭州恒远屿科技有限公司")
    assert leads(look) == [("杭州恒远屿科技有限公司", "陈晓兰", False)]


def test_what_is_written_without_network_waits_and_goes_out_by_itself(open_as, cast, look):
    page = open_report(open_as, cast.wang)
    page.context.set_offline(True)
    write(page, SAID)
    page.get_by_role("button", name="报送").click()
    outbox = page.get_by_role("region", name="待发送")
    expect(outbox.get_by_text("待发送 1 条")).to_be_visible()
    expect(outbox.get_by_text("网络不通，文字已经存在这台手机上")).to_be_visible()
    expect(page.get_by_label("听到的、看到的，都放这里")).to_have_value("")
    assert leads(look) == []
    page.context.set_offline(False)
    expect(outbox).to_be_hidden()
    expect(page.get_by_text(re.compile("已报送"))).to_be_visible()
    assert leads(look) == [("杭州恒远屿科技有限公司", "陈晓岚", True)], "read, and marked as seen by nobody"
    page.goto("/report/mine")
    expect(page.get_by_text("杭州恒远屿科技有限公司", exact=True)).to_be_visible()


def test_what_waits_goes_out_from_another_page_too(open_as, cast, look):
    hers = f"outbox:{cast.wang.id}"  # asked now: an open transaction would keep the server from writing
    page = open_report(open_as, cast.wang)
    page.context.set_offline(True)
    write(page, SAID)
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    kept = page.evaluate("() => Object.entries(localStorage).filter(([key]) => key.startsWith('outbox:'))")
    assert [key for key, _value in kept] == [hers], (
        "under her own name: the next user of the phone sends nothing"
    )
    page.context.set_offline(False)
    page.goto("/")
    until(page, lambda: leads(look))
    page.wait_for_function("mine => !localStorage.getItem(mine)", arg=hers)
    assert len(leads(look)) == 1


def test_what_a_rule_refuses_comes_back_with_its_sentence_and_can_be_taken_back(open_as, cast, look):
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.li)
    identity.refresh(firm)
    make_deal("在谈", cast.li, stage=Stage.NEGOTIATING, enterprise_id=firm.id)
    page = open_report(open_as, cast.wang)
    page.context.set_offline(True)
    write(page, SAID)
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    page.context.set_offline(False)
    outbox = page.get_by_role("region", name="待发送")
    expect(outbox.get_by_text("没有收下 1 条")).to_be_visible()
    expect(outbox.get_by_text("已由航埠镇在谈或签约", exact=False)).to_be_visible()
    outbox.get_by_role("button", name="取回修改").click()
    expect(page.get_by_label("听到的、看到的，都放这里")).to_have_value(SAID)
    expect(outbox).to_be_hidden()
    assert leads(look) == []


def test_an_answer_that_is_lost_on_its_way_does_not_double_the_report(open_as, cast, look):
    page = open_report(open_as, cast.wang)
    lost = []

    def swallow(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort("aborted")
        else:
            route.continue_()

    page.route("**/report", swallow)
    write(page, SAID)
    expect(page.get_by_label("联系人")).to_have_value("陈晓岚")
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_text("待发送 1 条")).to_be_visible()
    assert lost == [200] and len(leads(look)) == 1, "it had arrived"
    page.get_by_role("button", name="现在发送").click()
    expect(page.get_by_role("region", name="待发送")).to_be_hidden()
    assert len(leads(look)) == 1
