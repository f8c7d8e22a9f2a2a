"""通报公示, a file for each subject. They all hang on one blueprint."""

from . import pages, yearly
from .steps import bp

__all__ = ["bp", "pages", "yearly"]
