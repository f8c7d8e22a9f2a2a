"""Whether two reports speak of one merchant, as far as a name alone can say it for sure.

Spelling does not matter (full-width, 繁简, brackets, blanks), nor the legal form or where the place stands; group,
branch and trade do: 某某集团 and 某某有限公司 are often two legal persons, and a wrong 重复 takes credit away.
What is only alike is shown to the judge, who decides.
"""

from __future__ import annotations

import re

from crm.dedup import normalise

SHORTEST = 2  # characters of the part that is the firm's own
SHORTEST_ALONE = 4  # where no place says which of several it is
_NO_NAME = re.compile("(?:股份|集团|责任|有限|投资|贸易|科技)*公司|(?:待定|不详|未知|某).*")


def company_key(name: str) -> str:
    """What the spellings of one name share; '' when the name says too little to be taken for anybody's."""
    parts = normalise.take_apart(name)
    if _NO_NAME.fullmatch(parts.core):
        return ""
    if len(parts.core) < (SHORTEST if parts.place else SHORTEST_ALONE):
        return ""
    marks = [parts.place, parts.core, "group" if parts.group else "", parts.branch]
    return "|".join(marks)[:200]
