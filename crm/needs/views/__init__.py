"""The pages of needs, a file for each subject; all hang on one blueprint."""

from . import approaching, needs
from .around import PANELS, bp, load, story_of

__all__ = ["PANELS", "approaching", "bp", "load", "needs", "story_of"]
