"""One box for whatever somebody has: a message, a card, a sentence. What it says is proposed beside it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import Field, HiddenField

from crm.leads.forms import region_code_of
from crm.leads.models import LeadSource
from crm.leads.reading import Proposals, read
from crm.lib.words import _
from crm.reference import regions
from crm.web.fields import ChoiceField, LineField, MuField, Needed, ParagraphField, WanField, _l, _one
from crm.web.forms import ActForm

READ = ("title", "company", "contact_name", "contact_phone", "planned_wan", "land_mu", "region")
"""What a text is read for, in the order of the form."""


class QuickForm(ActForm):
    text = ParagraphField(
        _l("听到的、看到的，都放这里"),
        [Needed()],
        render_kw={
            "rows": 5,
            "placeholder": _l("粘贴微信消息、名片上的文字，或者用一句话说：谁、想投什么、投多少、怎么找到他"),
            "autocapitalize": "sentences",
        },
    )
    title = LineField(_l("标题"))
    company = LineField(_one("企业"), render_kw={"autocomplete": "off"})
    contact_name = LineField(_l("联系人"), render_kw={"autocomplete": "off"})
    contact_phone = LineField(_l("电话"), render_kw={"autocomplete": "off", "inputmode": "tel"})
    planned_wan = WanField(_l("金额"), render_kw={"unit": _l("万元"), "inputmode": "decimal"})
    land_mu = MuField(_l("用地"), render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    region = LineField(_l("企业所在地"))
    source = ChoiceField(_l("来源"), of=LeadSource, default=LeadSource.OTHER)
    other_matter = LineField(
        _l("同一客商的另一件事"),
        description=_l("这家企业别的单位报过、但不是同一个项目时，写明理由，由研判人认定"),
    )
    files = MultipleFileField(
        _l("照片和附件"),
        description=_l("名片、现场照片、PDF、Office、录音，每个不超过 20 MB"),
        render_kw={"multiple": True},
    )
    checked = HiddenField()  # "1": the reporter has seen what was read out of the text
    later = HiddenField()  # "1": comes out of the outbox, where nobody could be shown anything

    def propose(self) -> Proposals:
        """Fill what is empty with what the text says."""
        found = read(self.text.data or "")
        for name, value in in_words(found).items():
            field: Field = self._fields[name]
            if not field.data and not getattr(field, "typed", ""):
                field.data = value
                if hasattr(field, "typed"):
                    field.typed = None
        return found

    def needs_a_look(self) -> bool:
        """The first press without script: what was read has been seen by nobody. Says so."""
        if self.checked.data == "1" or self.later.data == "1":
            return False
        if not self.propose().found:
            return False
        self.checked.data = "1"
        self.checked.raw_data = None
        self.status = 422
        self.refusal.append(_("已从文字里识别出下面的内容，请核对后再按一次“报送”。"))
        return True

    def facts(self) -> dict[str, Any]:
        """What the verbs take. Out of the outbox the empty fields are what the text says, and marked so."""
        unconfirmed = self.later.data == "1" and self.checked.data != "1" and self.propose().found
        text = self.text.data or ""
        return {
            "title": self.title.data or read(text).title or text.strip()[:40],
            "content": text,
            "region_code": region_code_of(self.region.data),
            "unconfirmed": unconfirmed,
            **{
                name: self._fields[name].data
                for name in (
                    "company",
                    "contact_name",
                    "contact_phone",
                    "planned_wan",
                    "land_mu",
                    "source",
                    "other_matter",
                )
            },
        }

    def uploads(self) -> list[Any]:
        return [upload for upload in self.files.data or () if getattr(upload, "filename", "")]


def _plainly(value: Any) -> Any:
    """33200, not 33200.00: as people would type it."""
    return value.quantize(Decimal(1)) if isinstance(value, Decimal) and value == int(value) else value


def in_words(found: Proposals) -> dict[str, Any]:
    """{field: value} of the form, the place by its name."""
    values = {name: _plainly(getattr(found, name)) for name in READ if name != "region"}
    return {**values, "region": regions.full_name(found.region_code)}
