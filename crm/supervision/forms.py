"""What forms of every part ask alike: which deal or key project something is about."""

from __future__ import annotations

from typing import Any

from crm.web.fields import NamedField, _l

NAMED = _l("写几个字就有提示；没有就空着")


class About:
    deal = NamedField(_l("相关招商项目"), names="deals.names", description=NAMED)
    project = NamedField(_l("相关重点项目"), names="delivery.names", description=NAMED)

    @property
    def facts(self) -> dict[str, Any]:
        """What the verbs take: deal and project by their ids."""
        about = {f"{field.name}_id": field.record and field.record.id for field in (self.deal, self.project)}
        return {**self.data, **about}  # type: ignore[attr-defined]
