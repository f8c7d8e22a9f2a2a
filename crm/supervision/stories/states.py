"""「大力宣传项目投资、征地拆迁、施工建设的先进典型」: of what a story tells, how far it is, what an address on the web is."""

from __future__ import annotations

from urllib.parse import urlsplit

from crm.lib.enums import Labelled
from crm.lib.words import N_


class StoryKind(Labelled):
    INVESTMENT = "investment", N_("项目投资"), "info"
    CLEARANCE = "clearance", N_("征地拆迁"), "info"
    WORKS = "works", N_("施工建设"), "info"


class StoryState(Labelled):
    REGISTERED = "registered", N_("待发布"), "warn"
    PUBLISHED = "published", N_("已发布"), "good"


def is_address(text: str) -> bool:
    """Somewhere on the web; anything else, `javascript:` above all, must never become a link."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
