"""The pages of key projects, a file for each subject; all hang on one blueprint."""

from . import leaders, on_site, projects, rates, timetable
from .tabs import TABS, bp, frame, load

__all__ = ["TABS", "bp", "frame", "leaders", "load", "on_site", "projects", "rates", "timetable"]
