"""The pages of slips, a file for each subject. They all hang on one blueprint."""

from . import acts, pages, raising
from .carrying import bp

__all__ = ["acts", "bp", "pages", "raising"]
