"""How a short name sits in a long one, where the names are all there is to go by: 粤电力 in 广东电力发展股份有限公司.

Beside a phone or an address the kind of likeness (`evidence.name_level`) is enough. Alone it is not: what the
short name keeps, where it begins, and what of the long name it leaves out then decide. The characters of both
are laid side by side (longest common subsequence), place and all, without legal form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz.distance import LCSseq

from crm.dedup import places
from crm.dedup.normalise import common_brands
from crm.dedup.profile import Profile

# Words that a short name leaves out without becoming another name.
_FILLING = re.compile(
    "科技|技术|实业|集团|控股|发展|国际|股份|中国|产业|工业|企业|投资|管理|有限|公司|工程|制造|信息|服务|设备|系统|材料|中华|全国|环球"
)
ALONE = "shape:alone"


def _twos(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}


def shape(a: Profile, b: Profile, name: str, trades: str, bearers: Mapping[str, int]) -> list[str]:
    """The `shape:` levels of two names; `trades` as `evidence._trades` has it, `bearers` the number of different
    names around that begin with the same two characters."""
    one, two = a.whole, b.whole
    if (len(one), one, a.full) > (len(two), two, b.full):
        a, b, one, two = b, a, two, one
    brief = "no"
    if len(one) > 2 and b.name_place and one[0] not in two and places.brief_of(one[0], b.name_place):
        one, brief = one[1:], "yes"  # 粤电力: 粤 is the 广东 of the other
    parts = LCSseq.opcodes(one, two)
    lost = "".join([one[part.src_start : part.src_end] for part in parts if part.tag == "delete"])
    if lost and (lost in b.inner or lost in a.inner):
        lost = ""  # 鸿伟亚洲 and 鸿伟(亚洲)控股
    matched = [at for part in parts if part.tag == "equal" for at in range(part.dest_start, part.dest_end)]
    at_core = max(two.find(b.core), 0)
    behind_brand = at_core + len(b.brand)
    skipped_brand, skipped_trade = 0, ""
    for part in parts:
        if part.tag == "insert":
            for at in range(part.dest_start, part.dest_end):
                if at_core <= at < behind_brand:
                    skipped_brand += 1
                elif at >= behind_brand:
                    skipped_trade += two[at]
    said = _FILLING.sub("", skipped_trade)
    trade = "none" if not skipped_trade else "filling" if not said else "some" if len(said) <= 2 else "much"
    size = len(one)
    if not matched:
        cover = "none"
    elif not lost:
        cover = "row" if matched[-1] - matched[0] + 1 == size else "order"
    else:
        cover = "most" if len(lost) == 1 and size >= 4 else "half" if len(lost) * 2 <= size else "little"
    meant = len(_FILLING.sub("", lost))
    ending = (
        "joint" if a.full.endswith("股份")
        else "group" if a.full.endswith("集团")
        else "form" if a.form
        else "bare"
    )  # fmt: skip
    apart = (
        "apart" if places.apart(a.name_place, b.name_place)
        else f"{bool(a.name_place):d}{bool(b.name_place):d}"
    )  # fmt: skip
    common = "common" if a.core[:2] in common_brands() else "rare"
    known = bearers.get(a.core[:2], 1)
    borne = str(known) if known < 4 else "4" if known < 7 else "7"
    twos = len(_twos(one) & _twos(two))
    lost_size = "none" if not lost else "filling" if not meant else str(min(3, meant))
    begins = "nowhere"
    run = 0
    if matched:
        first = matched[0]
        begins = (
            "head" if first == 0
            else "brand" if first == at_core
            else "place" if first < at_core
            else "second" if first == at_core + 1
            else "later"
        )  # fmt: skip
        run = next((k for k in range(1, len(matched)) if matched[k] != matched[k - 1] + 1), len(matched))
    return [
        f"shape:name={name}", f"shape:cover={cover}", f"shape:begins={begins}", f"shape:run={min(run, 3)}",
        f"shape:twos={min(twos, 4)}", f"shape:twos_of={min(twos, 3)}/{min(size, 4)}",
        f"shape:skips_brand={min(skipped_brand, 3)}", f"shape:skips_trade={trade}", f"shape:loses={lost_size}",
        f"shape:size={min(size, 4)}{'' if lost else '+'}", f"shape:forms={a.form or '-'}/{b.form or '-'}",
        f"shape:ending={ending}", f"shape:groups={a.group:d}{b.group:d}", f"shape:places={apart}",
        f"shape:brand={common}", f"shape:trades={trades}", f"shape:brief={brief}", f"shape:borne={borne}",
        f"shape:borne_by={borne}/{trade}", f"shape:cover_at={cover}/{begins}",
        f"shape:said={ending}/{trade}/{common}", ALONE,
    ]  # fmt: skip
