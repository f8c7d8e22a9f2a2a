"""A working day in the demo district, in a real browser: what promoters, managers and leaders do most."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from crm.contacts.models import ContactLog
from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind, Stage
from crm.leads.models import Lead
from crm.merchants.models import Enterprise, Suspect
from crm.org.demo import PASSWORD


@pytest.fixture
def signed_in(district, window):
    """`signed_in("promoter")`: through the sign-in page, as people come in."""

    def come_in(login, *, phone=False):
        page = window(phone=phone)
        page.goto("/sign-in")
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="工作台", level=1)).to_be_visible()
        return page

    return come_in


def main(page):
    return page.locator("main")


def test_each_number_of_the_desk_opens_just_its_records(signed_in):
    page = signed_in("manager")
    tiles = page.locator("main a.figure, main .figure a")
    assert tiles.count() == 5
    for number in range(5):
        tile = tiles.nth(number)
        said = re.search(r"\d[\d,]*", tile.locator(".figure-number").inner_text())
        assert said, tile.inner_text()
        tile.click()
        page.wait_for_url(lambda url: urlsplit(url).path != "/")
        page.locator("main h1").first.wait_for()
        total = page.get_by_text(re.compile(r"共 [\d,]+ 条"))
        if total.count():
            assert re.search(r"[\d,]+", total.first.inner_text()).group() == said.group()
        else:
            assert said.group() == "0"
        page.go_back()


def test_three_letters_find_the_merchant_and_three_clicks_log_the_call(signed_in, look):
    page = signed_in("promoter")
    page.keyboard.press("/")
    page.keyboard.type("tzjk")  # 台州椒柯
    page.get_by_role("option", name=re.compile("台州椒柯泵业")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("台州椒柯泵业有限公司")
    main(page).get_by_role("link", name="记一笔").first.click()  # click 1
    page.get_by_label("谈了什么").fill("邵总来电，想看两块地")
    page.get_by_label("下一步做什么").fill("陪同看地")
    page.get_by_text("1 周后").first.click()  # click 2
    page.get_by_role("button", name="记下").click()  # click 3
    expect(page.get_by_text("邵总来电，想看两块地").first).to_be_visible()
    with look() as session:
        log = session.scalar(sa.select(ContactLog).filter_by(summary="邵总来电，想看两块地"))
        assert log.next_step == "陪同看地"
        assert log.next_due_on is not None
        assert log.author.name == "王专员"


def test_look_alikes_show_while_the_name_is_typed(signed_in, look):
    page = signed_in("promoter")
    page.goto("/enterprises/new")
    page.get_by_label("企业名称").press_sequentially("台州椒柯泵业", delay=20)
    expect(page.get_by_text("台州椒柯泵业有限公司").first).to_be_visible()
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_role("alert").first).to_be_visible()  # refused: it wants a reason first
    with look() as session:
        assert session.scalar(sa.select(Enterprise).filter_by(name="台州椒柯泵业")) is None
    page.locator("[name=duplicate_reason]").fill("是另一家独立法人")
    page.get_by_role("button", name="保存").first.click()
    expect(page.get_by_role("heading", name="台州椒柯泵业", level=1)).to_be_visible()
    with look() as session:
        new = session.scalar(sa.select(Enterprise).filter_by(name="台州椒柯泵业"))
        kept = session.scalar(sa.select(Suspect).where(Suspect.b_id == new.id, Suspect.kept_reason != ""))
        assert kept is not None


def test_a_new_deal_shows_whom_its_investor_may_be(signed_in):
    page = signed_in("promoter")
    page.goto("/deals/new")
    page.get_by_label("主投资方").press_sequentially("椒柯泵业", delay=20)
    alike = page.get_by_role("region", name="可能重复的记录").first
    expect(alike.get_by_text("台州椒柯泵业有限公司").first).to_be_visible()
    expect(
        alike.get_by_text("由 双港街道 跟进", exact=False)
    ).to_be_visible()  # another unit's: unit and name only
    assert alike.get_by_role("button", name="用这个").count() == 1, "what one may not see cannot be taken"
    alike.get_by_role("button", name="用这个").click()
    expect(page.get_by_label("主投资方")).to_have_value("台州椒柯泵业有限公司")
    expect(alike.get_by_text("台州椒柯泵业有限公司")).to_have_count(0)


def test_a_lead_takes_the_firm_that_is_known_with_all_that_was_typed(signed_in, look):
    page = signed_in("promoter")
    page.goto("/leads/new")
    page.locator("[name=title]").fill("想回来建泵厂")
    page.get_by_label("企业名称").press_sequentially("嘉衢国际", delay=20)
    page.get_by_role("button", name="用这个").first.click()
    expect(page.get_by_label("企业名称")).to_have_value("香港嘉衢国际集团有限公司")
    page.get_by_role("button", name="报送").first.click()
    expect(page.get_by_role("heading", name="想回来建泵厂", level=1)).to_be_visible()
    with look() as session:
        lead = session.scalar(sa.select(Lead).filter_by(title="想回来建泵厂"))
        assert lead.enterprise.name == "香港嘉衢国际集团有限公司"


def drag(page, card, lane):
    """By mouse, slowly enough to be seen."""
    card.scroll_into_view_if_needed()
    start, goal = card.bounding_box(), lane.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + 40, steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + 60, steps=8)
    page.mouse.up()


def test_a_card_is_dragged_on_and_taken_back_within_ten_seconds(signed_in, look):
    with look() as session:
        deal = session.scalar(sa.select(Deal).filter_by(name="示例意向项目05"))
        deal_id, stage = deal.id, deal.stage
    assert stage is Stage.INTENDED
    page = signed_in("promoter")
    page.goto(f"/contacts/new?deal_id={deal_id}")
    page.get_by_label("谈了什么").fill("首次洽谈，双方介绍了情况")
    page.get_by_label("下一步做什么").fill("送资料")
    page.get_by_text("1 周后").first.click()
    page.get_by_role("button", name="记下").click()
    page.get_by_text("首次洽谈，双方介绍了情况").first.wait_for()
    page.goto("/board")
    card = page.locator("[data-board] li.card", has_text="示例意向项目05")
    drag(page, card, page.locator("[data-stage='new_talks']").first)
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_be_visible()
    with look() as session:
        assert session.get_one(Deal, deal_id).stage is Stage.NEW_TALKS
    undo.click()
    expect(page.get_by_text("已撤销", exact=False).first).to_be_visible()
    with look() as session:
        assert session.get_one(Deal, deal_id).stage is Stage.INTENDED
        kinds = session.scalars(
            sa.select(StageMove.kind).filter_by(deal_id=deal_id).order_by(StageMove.id)
        ).all()
        assert list(kinds) == [MoveKind.CREATED, MoveKind.ADVANCED, MoveKind.UNDONE]


def test_the_file_holds_the_rows_of_the_list(signed_in):
    page = signed_in("manager")
    page.goto("/deals?stage=signed")
    total = int(
        re.search(r"[\d,]+", page.get_by_text(re.compile(r"共 [\d,]+ 条")).first.inner_text()).group()
    )
    page.get_by_role("main").get_by_role("link", name="导出", exact=True).click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_text("CSV", exact=False).first.click()
    with page.expect_download() as coming:
        sheet.get_by_role("button", name=re.compile("导出")).click()
    text = coming.value.path().read_bytes().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) - 1 == total > 0


def test_on_the_phone_a_visit_is_logged_from_the_desk(signed_in, look):
    page = signed_in("promoter", phone=True)
    page.get_by_role("navigation", name="常用").get_by_role("link", name="记一笔").tap()
    expect(page.get_by_role("heading", name="记一笔", level=1)).to_be_visible()
    page.locator("main input[type=search], main input[name=q]").first.fill("椒柯")
    page.get_by_text("台州椒柯泵业有限公司").first.tap()
    page.get_by_label("谈了什么").fill("路过工厂，见了邵总")
    page.get_by_label("下一步做什么").fill("发邀请函")
    page.get_by_text("明天", exact=False).first.tap()
    page.get_by_role("button", name="记下").tap()
    expect(page.get_by_text("路过工厂，见了邵总").first).to_be_visible()
    with look() as session:
        assert (
            session.scalar(sa.select(ContactLog).filter_by(summary="路过工厂，见了邵总")).next_step
            == "发邀请函"
        )


def test_what_was_typed_survives_a_session_that_ended(signed_in, look):
    page = signed_in("promoter")
    page.goto("/enterprises/new")
    page.get_by_label("企业名称").fill("杭州不会丢失有限公司")
    page.context.clear_cookies()
    page.get_by_role("button", name="保存").first.click()
    page.get_by_label("企业名称").wait_for(state="detached")
    page.goto("/sign-in?next=/enterprises/new")
    page.get_by_label("用户名").fill("promoter")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_label("企业名称")).to_have_value("杭州不会丢失有限公司")
