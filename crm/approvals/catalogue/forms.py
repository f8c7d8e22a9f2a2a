"""What is typed about the catalogue."""

from __future__ import annotations

from wtforms import BooleanField

from crm.web.fields import LineField, Needed, RecordField, _l
from crm.web.forms import ActForm, EditForm

from ..forms import ItemFields


class _TemplateFields:
    name = LineField(_l("项目类型"), [Needed()], description=_l("例如：工业项目（备案类）"))
    note = LineField(_l("说明"))


class NewTemplateForm(_TemplateFields, ActForm):
    copied_id = RecordField(_l("照着哪一类排"), description=_l("事项、承诺期和前置关系一起复制过来"))


class TemplateForm(_TemplateFields, EditForm):
    is_active = BooleanField(_l("还在用"), description=_l("不勾就不能再用它排事项，已经排出的不受影响"))


class NewTemplateItemForm(ItemFields, ActForm):
    pass


class TemplateItemForm(ItemFields, EditForm):
    pass
