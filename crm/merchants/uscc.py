"""统一社会信用代码: warned about, never refused.

Codes began in 2015, early pilot codes break their own check character, and old lists hold registration numbers:
what stands on a licence is kept as it stands, with a sentence beside it.
"""

from __future__ import annotations

import re
import unicodedata

from stdnum.cn import uscc as gb32100
from stdnum.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from crm.lib.words import _

LONGEST = 32
_BETWEEN = re.compile(r"[\s\-—–·.]+")


def tidy(text: str | None) -> str:
    """Full-width, small letters, blanks and dashes put right; nothing else is touched."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text or "")).upper()


def warning(code: str | None) -> str:
    """What is odd about a code, in a sentence; empty for none and for a good one."""
    if not code:
        return ""
    try:
        gb32100.validate(code)
    except InvalidLength:
        return _("信用代码应为 18 位，这里有 %(count)s 位，请核对执照", count=len(code))
    except (InvalidFormat, InvalidComponent):
        return _("信用代码里有不该出现的字符（不用 I、O、S、V、Z），请核对执照")
    except ValidationError:
        return _("信用代码的校验位对不上，请核对执照；早期试点代码可能如此")
    return ""
