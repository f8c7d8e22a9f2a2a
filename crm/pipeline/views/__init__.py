"""The board, and the pages on which a deal moves: a file for each subject, all on one blueprint."""

from . import board, moving, settings
from .doors import bp

__all__ = ["board", "bp", "moving", "settings"]
