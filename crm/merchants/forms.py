"""What is typed about enterprises, people, and pairs that look alike.

Few fields are needed to capture a merchant; the rest waits under 更多. No form has a field for the first report:
the server writes it once.
"""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from crm.lib import texts
from crm.reference import industries
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import Direction, Intent, LegalGround, OrganisationKind, Origin, Standing

LOOKED_UP: dict[str, Any] = {"data-duplicates-url": "1"}
SEVERAL = _l("可以填多个，用顿号、逗号或换行隔开；分机写“转 8001”")


class TicksField(SelectMultipleField):
    """Rows to tick by id; what is not offered is refused."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(
            label,
            coerce=int,
            choices=[],
            invalid_value_message=_l("没有这个选项"),
            invalid_choice_message=_l("没有这个选项"),
            **kwargs,
        )

    def offer(self, pairs: list[tuple[int, str]]) -> None:
        self.choices = [SelectChoice(str(value), label) for value, label in pairs]


class IndustryField(RecordField):
    """A section or division of GB/T 4754-2017, by code."""

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.coerce = str
        self.choices = [("", "—"), *((each.code, f"{each.code} {each.name}") for each in industries.all())]

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            typed = texts.clean_line(valuelist[0])[:100]
            self.data = industries.find(typed) or typed


class _Tracked:
    """What enterprises and people have in common."""

    origin = ChoiceField(_l("浙商类型"), of=Origin, default=Origin.OTHER)
    province = LineField(_l("省份"), longest=50, render_kw={"data-level": "province", **LOOKED_UP})
    city = LineField(_l("城市"), longest=50, render_kw={"data-level": "city", **LOOKED_UP})
    county = LineField(_l("县（市、区）"), longest=50, render_kw={"data-level": "county", **LOOKED_UP})
    native_place = LineField(_l("籍贯"), description=_l("例如：浙江衢州柯城"))
    address = LineField(_l("详细地址"), render_kw=LOOKED_UP)
    chamber = LineField(_l("商会"), description=_l("例如：上海市衢州商会"))
    chamber_title = LineField(_l("商会职务"))
    phones = ParagraphField(
        _l("联系电话"), longest=500, description=SEVERAL, render_kw={"rows": 2, **LOOKED_UP}
    )
    wechat = LineField(_l("微信"), description=_l("多个用逗号隔开"))
    email = LineField(_l("邮箱"), description=_l("多个用逗号隔开"))
    intent = ChoiceField(_l("投资意愿"), of=Intent, default=Intent.UNKNOWN)
    intent_note = ParagraphField(_l("意愿说明"), longest=2000, render_kw={"rows": 2})
    next_step = LineField(_l("下一步"), description=_l("例如：约见面、寄资料"))
    next_due_on = DayField(_l("下一步日期"))
    source = LineField(_l("数据来源"), description=_l("从哪里得来的，例如：商会名册、展会名片"))
    legal_ground = ChoiceField(_l("处理依据"), of=LegalGround, default=LegalGround.DUTY,
                               description=_l("个人信息保护法第十三条"))  # fmt: skip
    note = ParagraphField(_l("备注"), longest=5000, render_kw={"rows": 3})


class _OfEnterprise(_Tracked):
    name = LineField(_l("企业名称"), [Needed()], render_kw={"autocomplete": "off", **LOOKED_UP})
    kind = ChoiceField(_l("类别"), of=OrganisationKind, default=OrganisationKind.ENTERPRISE)
    uscc = LineField(_l("统一社会信用代码"), longest=60, description=_l("2015 年以前的企业可以不填；不对也能保存，会提示"),
                     render_kw={"autocomplete": "off", "spellcheck": "false", **LOOKED_UP})  # fmt: skip
    direction = ChoiceField(_l("招商方向"), of=Direction, empty="—")
    industry_code = IndustryField(_l("行业（GB/T 4754）"))
    legal_representative = LineField(_l("法定代表人"), longest=50, render_kw=LOOKED_UP)
    former_lines = ParagraphField(_l("曾用名"), longest=4500, description=_l("一行一个"),
                                  render_kw={"rows": 2, **LOOKED_UP})  # fmt: skip
    main_business = ParagraphField(_l("主营业务"), longest=2000, render_kw={"rows": 2})
    website = LineField(_l("网址"))


class NewEnterpriseForm(_OfEnterprise, ActForm):
    contact_name = LineField(_l("联系人"), longest=50, render_kw={"autocomplete": "off", **LOOKED_UP})
    contact_title = LineField(_l("联系人职务"), longest=100)
    contact_phones = LineField(_l("联系人电话"), longest=200, render_kw={"autocomplete": "off", **LOOKED_UP})
    follow_unit_id = RecordField(_l("跟进单位"))
    follow_user_id = RecordField(_l("跟进人"))
    duplicate_reason = LineField(_l("仍要新建的理由"))


class EnterpriseForm(_OfEnterprise, EditForm):
    drop_handles = TicksField(_l("去掉的联系方式"))


class _OfPerson(_Tracked):
    name = LineField(_l("姓名"), [Needed()], longest=50, render_kw={"autocomplete": "off", **LOOKED_UP})


class NewPersonForm(_OfPerson, ActForm):
    """`enterprise_id` and `title`: the position the person is entered for, if any."""

    enterprise_id = HiddenField()
    title = LineField(_l("职务"), longest=100)
    is_main = BooleanField(_l("主要联系人"))
    follow_unit_id = RecordField(_l("跟进单位"))
    follow_user_id = RecordField(_l("跟进人"))
    duplicate_reason = LineField(_l("仍要新建的理由"))


class PersonForm(_OfPerson, EditForm):
    drop_handles = TicksField(_l("去掉的联系方式"))


class PositionForm(ActForm):
    """A person who is in the base already takes a position."""

    title = LineField(_l("职务"), longest=100)
    is_main = BooleanField(_l("主要联系人"))


class AssignForm(EditForm):
    follow_unit_id = RecordField(_l("跟进单位"), [Needed()])
    follow_user_id = RecordField(_l("跟进人"))


class StandingForm(EditForm):
    standing = ChoiceField(_l("在库状态"), of=Standing)
    reason = ParagraphField(
        _l("原因"), longest=500, description=_l("改为休眠或失效时必填"), render_kw={"rows": 2}
    )


class TagsForm(ActForm):
    words = LineField(_l("标签"), longest=500, description=_l("用逗号或空格隔开，每个最多 32 个字"))
