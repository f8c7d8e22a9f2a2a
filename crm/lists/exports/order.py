"""An order: which list, narrowed how, which columns, in what kind of file, with numbers in full or masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.asked import pairs_of
from crm.lists.table import LISTS, ListPage
from crm.org.models import User
from crm.org.permissions import Permission

from .shapes import Shape

SHORTEST_REASON = 4
FORMATS = ("xlsx", "csv", "print")
MOST_PRINTED = 2_000  # rows of one page for the printer
MOST_SHAPED = 5_000  # rows of an official sheet: its head counts them before the first is written
ASK_LONG = "export.rows_before_approval"


@dataclass(frozen=True)
class Order:
    """What is to be exported, and how."""

    page: ListPage
    args: MultiDict[str, str]
    format: str
    full: bool
    reason: str
    shape: Shape | None = None

    @classmethod
    def of(
        cls, page: ListPage, args: MultiDict[str, str], *, format: str, full: bool, reason: str, user: User,
        shape: Shape | None = None,
    ) -> Order:  # fmt: skip
        """Refused: an unknown format, full phones without the right or without a reason."""
        if format not in FORMATS or (shape and format == "csv"):
            raise Refused(_("请选择导出格式"))
        reason = texts.clean_line(reason)
        if len(reason) > 200:
            raise Refused(_("理由最多 200 个字"), "reason")
        if full:
            if page.export_full_permission is None or not user.may(page.export_full_permission):
                raise Refused(_("您没有导出完整联系方式的权限"), "full")
            if len(reason) < SHORTEST_REASON:
                raise Refused(_("导出完整联系方式请写明理由（至少 %(n)s 个字）", n=SHORTEST_REASON), "reason")
        return cls(page, args, format, full, reason, shape)

    @property
    def name(self) -> str:
        return self.shape.title if self.shape else self.page.label

    def check_rows(self, count: int) -> None:
        """Refused: more rows than this kind of file is meant for."""
        if self.format == "print" and count > MOST_PRINTED:
            raise Refused(_("打印版最多 %(n)s 行，请缩小筛选范围或导出 Excel", n=f"{MOST_PRINTED:,}"))
        if self.shape and count > MOST_SHAPED:
            raise Refused(_("官方表式最多 %(n)s 行，请缩小筛选范围", n=f"{MOST_SHAPED:,}"))

    def params(self) -> dict[str, Any]:
        """As JSON, for a job or a request that waits for its approval."""
        return {
            "page": self.page.name,
            "query": urlencode(pairs_of(self.page, self.args)),
            "format": self.format,
            "full": self.full,
            "reason": self.reason,
            "shape": self.shape.as_json() if self.shape else None,
        }

    @classmethod
    def again(cls, params: Mapping[str, Any], user: User) -> Order:
        """The order as it was placed; refused when the user's rights no longer carry it."""
        page = LISTS[params["page"]]
        if not user.active or not (user.may(page.view_permission) and user.may(page.export_permission)):
            raise Refused(_("您没有导出这份名单的权限"))
        return cls.of(
            page,
            MultiDict(parse_qsl(params["query"])),
            format=params["format"],
            full=params["full"],
            reason=params["reason"],
            user=user,
            shape=Shape.of_json(params["shape"]) if params.get("shape") else None,
        )


def waits_for_leave(user: User, rows: int, most_alone: int) -> bool:
    """Whether somebody else has to approve: over so many rows, unless the user is one who approves."""
    return rows > most_alone and not user.may(Permission.EXPORT_APPROVE)
