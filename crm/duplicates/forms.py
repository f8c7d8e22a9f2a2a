"""What is sent when a pair is decided or merged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, ValidationError

from crm.lib.words import _
from crm.merchants.models import Relation, SuspectState
from crm.web.fields import LineField, _l
from crm.web.forms import ActForm

CHOICE = "choice-"


class _Ids(SelectMultipleField):
    """Ticked records."""

    def __init__(self, label: Any = None, **kwargs: Any):
        super().__init__(label, coerce=int, choices=[], validate_choice=False, **kwargs)


class _QueueForm(ActForm):
    """What stood on the screen goes with the decision, or nobody has looked at what would be done.

    `pairs`: the pairs and their versions, "12.3 15.1"; `member`: the records that are ticked.
    """

    pairs = HiddenField()
    member = _Ids()

    def validate_pairs(self, field: Any) -> None:
        if not field.data or not any(self.once.raw_data or ()):
            raise ValidationError(_("请在查重页面上核对以后再判定"))


class DecideForm(_QueueForm):
    """`decision`: different, or related:branch."""

    decision = StringField(_l("判定"))
    decision_note = LineField(_l("说明"))

    def validate_decision(self, field: Any) -> None:
        if self.state not in (SuspectState.DIFFERENT, SuspectState.RELATED):
            raise ValidationError(_("请选择“不是同一家”或“有关联”"))

    @property
    def state(self) -> Any:
        return SuspectState.of((self.decision.data or "").partition(":")[0])

    @property
    def relation(self) -> Any:
        return Relation.of((self.decision.data or "").partition(":")[2])


class MergeForm(_QueueForm):
    """`records`: those on the screen and their versions; `prefer`: whose values win; choice-<field>: a record."""

    records = HiddenField()
    prefer = RadioField(coerce=int, choices=[], validate_choice=False)

    @property
    def seen(self) -> dict[int, int]:
        """{record: version}"""
        parts = [part.split(".") for part in (self.records.data or "").split()[:100]]
        return {
            int(part[0]): int(part[1])
            for part in parts
            if len(part) == 2 and all(one.isdecimal() and len(one) < 10 for one in part)
        }

    def choices(self, sent: Mapping[str, str]) -> dict[str, int]:
        """{field: record} of the radio buttons."""
        return {
            key.removeprefix(CHOICE): int(value)
            for key, value in sent.items()
            if key.startswith(CHOICE) and value.isdecimal() and len(value) < 10
        }
