"""The pages of contact logs and timelines: `items` puts into words what happened, `pages` are the doors."""

from .items import ICONS, history, history_of, url_of
from .pages import bp, note_of

__all__ = ["ICONS", "bp", "history", "history_of", "note_of", "url_of"]
