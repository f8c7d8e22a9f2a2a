"""Pages of the merchant base: a file for each subject, all on one blueprint."""

from . import acts, looking_up, records
from .reaching import bp

__all__ = ["acts", "bp", "looking_up", "records"]
