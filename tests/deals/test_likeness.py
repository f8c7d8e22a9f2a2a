"""近似项目: another deal of the investor, a title that is nearly the same, another phase of one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.deals import likeness
from crm.deals.titles import Standing, standing
from crm.lib.errors import Refused
from crm.merchants import actions as merchants
from crm.merchants.identity import Likeness
from tests.support.statements import count_statements

from .make import make_deal

FIRM = "杭州恒远屿科技有限公司"
TITLE = "年产50万台高效水泵生产线项目"


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        (TITLE, "年产 50 万台高效水泵生产线", Standing.SAME),
        (TITLE, "年产50万台高效水泵建设项目", Standing.SAME),
        ("衢澜精密阀门项目", "衢澜精密閥門（项目）", Standing.SAME),
        (TITLE, "年产60万台高效水泵生产线项目", Standing.NEAR),
        (TITLE, "年产50万台高校水泵生产线项目", Standing.NEAR),
        ("智能家居产业园", "华东智能家居产业园", Standing.NEAR),
        (TITLE, "年产50万台高效水泵生产线项目（二期）", Standing.SISTER),
        ("恒远屿物流园一期", "恒远屿物流园二期", Standing.SISTER),
        ("恒远屿物流园", "恒远屿物流园扩建项目", Standing.SISTER),
        (TITLE, "年产5000吨碳纤维项目", None),
        ("阀门项目", "泵业项目", None),
        ("项目", "建设项目", None),
        ("", "", None),
        ("一期", "二期", None),
        ("一期", "一期", Standing.SAME),
    ],
)
def test_how_two_titles_stand(one: str, other: str, how: Standing | None) -> None:
    assert standing(one, other) is how
    assert standing(other, one) is how, "either way round"


@pytest.fixture
def base(cast: Any, session: Any) -> dict[str, Any]:
    firm = merchants.create_enterprise({"name": FIRM}, actor=cast.wang)
    other = merchants.create_enterprise({"name": "宁波沐川电器有限公司"}, actor=cast.wang)
    return {
        "firm": firm,
        "mine": make_deal(TITLE, cast.wang, enterprise_id=firm.id),
        "theirs": make_deal("年产3万吨特种纸项目", cast.li),
        "else": make_deal("智能家居产业园", cast.wang, enterprise_id=other.id),
    }


def found(user: Any, title: str, investor: str = "", **how: Any) -> list[tuple[str, Likeness, list[str]]]:
    return [(one.name, one.band, one.reasons) for one in likeness.alike(user, title, investor, **how)]


def test_the_title_and_the_investor_are_weighed_together(cast: Any, base: Any) -> None:
    both = found(cast.wang, "年产50万台高效水泵生产线", FIRM)
    assert both == [(TITLE, Likeness.VERY_LIKELY, ["项目名称相同", "同一投资方"])]
    assert found(cast.wang, "完全另一件事", FIRM) == [(TITLE, Likeness.RELATED, ["同一投资方"])]
    assert found(cast.wang, "年产60万台高效水泵项目") == [(TITLE, Likeness.POSSIBLE, ["项目名称相近"])]
    misspelt = found(cast.wang, "年产60万台高效水泵项目", "杭州恒源屿科技有限公司")
    assert misspelt == [(TITLE, Likeness.LIKELY, ["项目名称相近", "投资方名称相近"])]
    sister = found(cast.wang, "高效水泵生产线项目二期", FIRM)
    assert sister[0][:2] == (TITLE, Likeness.LIKELY) or "同一项目的另一期" in sister[0][2]
    assert found(cast.wang, "智能家居产业园", FIRM)[0][0] == TITLE, "another firm's comes after"
    assert found(cast.wang, "毫不相干的标题") == [] == found(cast.wang, "")


def test_a_deal_is_not_like_itself(cast: Any, base: Any) -> None:
    assert found(cast.wang, TITLE, FIRM, leave_out=base["mine"].id) == []


def test_of_a_deal_that_is_not_theirs_unit_and_whom_to_ask_are_told(cast: Any, base: Any) -> None:
    (one,) = likeness.alike(cast.wang, "年产3万吨特种纸", "")
    assert one.masked and (one.name, one.kind, one.note, one.reasons) == ("", "", "", [])
    assert (one.unit, one.ask) == ("航埠镇", "李乡长")


def test_it_asks_no_more_often_for_more_deals(cast: Any, base: Any) -> None:
    with count_statements() as few:
        likeness.alike(cast.wang, TITLE, FIRM)
    for number in range(12):
        make_deal(f"年产{number}万台高效水泵生产线项目", cast.wang, enterprise_id=base["firm"].id)
    with count_statements() as many:
        likeness.alike(cast.wang, TITLE, FIRM)
    assert len(many) <= len(few)


@pytest.mark.on("sqlite")
def test_the_form_asks_while_the_title_is_typed(cast: Any, base: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    regions = [
        one.get("data-duplicates") for one in wang.see("/deals/new").all("div") if one.get("data-duplicates")
    ]
    assert regions == ["/deals/alike", "/duplicates?noun=lead"]
    edit = wang.see(f"/deals/{base['mine'].id}/edit")
    assert f"/deals/alike?leave_out={base['mine'].id}" in [
        one.get("data-duplicates") for one in edit.all("div")
    ]
    typed = {"csrf_token": wang.token(), "name": "年产50万台高效水泵", "investor": FIRM}
    answer = wang.post("/deals/alike", data=typed).get_data(as_text=True)
    assert TITLE in answer and f"/deals/{base['mine'].id}" in answer and "近似项目：1 个" in answer
    hidden = wang.post("/deals/alike", data=typed | {"name": "年产3万吨特种纸", "investor": ""}).get_data(
        as_text=True
    )
    assert "航埠镇" in hidden and "李乡长" in hidden and "特种纸" not in hidden
    assert as_user(cast.zheng).post("/deals/alike", data=typed).status_code in (400, 403)
    assert wang.get("/deals/alike").status_code == 405


def test_the_very_same_title_needs_a_reason_unless_the_investors_are_two(cast: Any, base: Any) -> None:
    from crm.deals import actions

    later = {"next_step": "去看地块", "next_due_on": base["mine"].next_due_on}
    with pytest.raises(Refused) as refused:
        actions.create({"name": "年产50万台高效水泵生产线", **later}, actor=cast.wang)
    assert refused.value.field == "duplicate_reason" and TITLE in refused.value.message
    with pytest.raises(Refused) as refused:
        actions.create({"name": "年产3万吨特种纸", **later}, actor=cast.wang)
    assert "航埠镇的一个项目" in refused.value.message and "特种纸" not in refused.value.message
    other = base["else"].enterprise_id
    reasons = {"duplicate_reason": "另一条线"}
    assert actions.create({"name": TITLE, **later, **reasons}, actor=cast.wang).id
    assert (
        other
        and actions.create({"name": TITLE, "enterprise_id": other, **later, **reasons}, actor=cast.wang).id
    )
