"""Evidence added up, and what it allows: SAME, ASK, RELATED or DIFFERENT."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from crm.dedup import evidence
from crm.dedup.evidence import NOTHING_KNOWN, Surroundings
from crm.dedup.profile import Profile, profile_of
from crm.dedup.reasons import WORDS, Reason
from crm.dedup.record import Record


class Verdict(StrEnum):
    SAME = "same"
    ASK = "ask"
    RELATED = "related"
    DIFFERENT = "different"


class Band(StrEnum):
    VERY_LIKELY = "very_likely"
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Match:
    """score: 0..1, the chance that both are one entity; reasons: strongest first, for and against; levels: all
    the evidence there was, what weighs nothing too, the level of the name first: what can be learned from."""

    score: float
    band: Band
    verdict: Verdict
    reasons: list[Reason] = field(default_factory=list)
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """levels: log-odds of each level by itself; beside: kind of name -> all levels as they weigh beside it;
    kinds: level of the name -> its kind."""

    bias: float
    levels: dict[str, float]
    same_from: float
    ask_from: float
    kinds: dict[str, str] = field(default_factory=dict)
    beside: dict[str, dict[str, float]] = field(default_factory=dict)

    def known(self, first: str, last: str = "") -> dict[str, float]:
        """What the levels weigh where these are the first and the last found: one of them tells the kind."""
        kind = self.kinds.get(last) or self.kinds.get(first)
        return self.levels if kind is None else self.beside[kind]


def read_weights(text: str) -> Weights:
    """The table of a weights.json: what stands under `beside` is added to the weight of the level itself."""
    table = json.loads(text)

    def flat(rows: dict[str, dict[str, float]]) -> dict[str, float]:
        return {f"{name}:{level}": value for name, row in rows.items() for level, value in row.items()}

    levels = flat(table["levels"])
    more = {kind: flat(rows) for kind, rows in table.get("beside", {}).items()}
    kinds = {level: kind for kind, those in table.get("kinds", {}).items() for level in those}
    beside = {
        kind: {code: value + more.get(kind, {}).get(code, 0.0) for code, value in levels.items()}
        for kind in set(kinds.values())
    }
    return Weights(table["bias"], levels, table["same_from"], table["ask_from"], kinds, beside)


_in_force: dict[str, Weights] = {}  # noun -> the table that this process was told to use
_on_trial: ContextVar[Mapping[str, Weights]] = ContextVar("on_trial", default=MappingProxyType({}))


def use(text: str | None, noun: str = "enterprise") -> None:
    """From now on the whole process weighs by this table (the text of a weights.json); None: by the shipped one."""
    if text is None:
        _in_force.pop(noun, None)
    else:
        _in_force[noun] = read_weights(text)


@contextmanager
def trying(table: Weights, noun: str = "enterprise") -> Iterator[None]:
    """Inside, and nowhere else, this table is in force."""
    token = _on_trial.set({**_on_trial.get(), noun: table})
    try:
        yield
    finally:
        _on_trial.reset(token)


def in_force(noun: str, shipped: Callable[[], Weights]) -> Weights:
    """The table of a noun: one on trial, else one that was put to use, else the shipped one."""
    return _on_trial.get().get(noun) or _in_force.get(noun) or shipped()


def weights() -> Weights:
    """The table that enterprises are weighed by."""
    return in_force("enterprise", shipped_weights)


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights shipped in weights.json."""
    return read_weights(resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))


def chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, log_odds))))


def log_odds(found: Sequence[tuple[str, str]], table: Weights) -> float:
    """`found` as `levels` gives it: the level of the name first."""
    known = table.known(found[0][0], found[-1][0]) if found else table.levels
    total = table.bias
    for code, _value in found:
        total += known.get(code, 0.0)
    return total


_NAME_ALIKE = frozenset(
    "same_full same_core same_alias same_bare brand_kin brand_part brand_bare prefix sound".split()
)
# Names close enough to speak of one family of firms.
_KIN = _NAME_ALIKE | {"brand_arm", "brand_other"}
# Names that are one name, whatever the place in front says.
_NAMESAKES = _NAME_ALIKE - {"same_alias", "prefix"}


def compare(a: Record, b: Record, around: Surroundings = NOTHING_KNOWN) -> Match:
    """Weigh two records; symmetrical. `around` tells which phones and 字号 are shared by many."""
    return compare_profiles(profile_of(a), profile_of(b), around)


def compare_profiles(a: Profile, b: Profile, around: Surroundings = NOTHING_KNOWN) -> Match:
    found = evidence.levels(a, b, around)
    table = weights()
    score = chance(log_odds(found, table))
    codes = {code for code, _value in found}
    relation = _relation(a, b, codes)
    if "code:other_valid" in codes:
        verdict = Verdict.RELATED if relation and relation != "related:namesake" else Verdict.DIFFERENT
        score = min(score, 0.05)
    elif a.branch != b.branch and evidence.branches_apart(a.branch, b.branch) and "name:none" not in codes:
        verdict = Verdict.RELATED if relation else Verdict.DIFFERENT
        score = min(score, 0.2)
    elif relation == "related:namesake":
        verdict, score = Verdict.RELATED, min(score, 0.2)
    elif codes & {"code:same", "code:organisation"}:
        verdict = Verdict.SAME if score >= table.same_from and "name:far" not in codes else Verdict.ASK
    elif score >= table.same_from and _certain(a, b, codes):
        verdict = Verdict.SAME
    elif "name:none" in codes:
        # A phone typed before the name: whoever has it is worth a look.
        verdict = Verdict.ASK if codes & _FIRST_TYPED else Verdict.DIFFERENT
    elif score >= table.ask_from and _worth_asking(codes):
        verdict = Verdict.ASK
    elif relation:
        verdict = Verdict.RELATED
    elif _half_typed(a, b, codes):
        verdict = Verdict.ASK
    else:
        verdict = Verdict.DIFFERENT
    band = Band.VERY_LIKELY if score >= 0.95 else Band.LIKELY if score >= 0.6 else Band.POSSIBLE
    reasons = _reasons(a, b, found, table, relation, verdict)
    return Match(score, band, verdict, reasons, tuple(code for code, _value in found))


_HARD_TIES = frozenset({"phone:mobile", "phone:landline", "address:room"})


def _certain(a: Profile, b: Profile, codes: set[str]) -> bool:
    """Whether a high score rests on something hard: a phone or a room of their own, or the whole registered
    name, which no second enterprise of that place may bear."""
    if "group:differs" in codes or "form:differs" in codes:
        return False
    return bool(codes & _HARD_TIES) or bool("name:same_full" in codes and a.form and a.name_place)


_FIRST_TYPED = _HARD_TIES | {"phone:shared", "legal:same", "contact:same", "contact:cross", "code:near"}
_BEGINNINGS = frozenset(
    {"name:prefix", "name:same_bare", "name:brand_bare", "name:alike_bare", "name:latin", "name:latin_fit"}
)


def _half_typed(a: Profile, b: Profile, codes: set[str]) -> bool:
    """A bare 字号 that begins, or sounds like, the other name, while nothing yet speaks against it."""
    if not codes & _BEGINNINGS or (a.form and b.form):
        return False
    return all(
        weights().levels.get(code, 0.0) >= 0 or code.startswith(("name:", "pair:", "rarity:", "shape:"))
        for code in codes
    )


_NO_NAME = frozenset({"name:far", "name:little"})


def _worth_asking(codes: set[str]) -> bool:
    """Names that have nothing to do with each other need two ties that are not by chance."""
    if not codes & _NO_NAME:
        return True
    return len(codes & _HARD_TIES) + bool(codes & {"legal:same", "contact:same", "contact:cross"}) >= 2


def _relation(a: Profile, b: Profile, codes: set[str]) -> str:
    """How two different entities may hang together, or nothing."""
    name = next(code for code in codes if code.startswith("name:"))[5:]
    if a.branch != b.branch and evidence.branches_apart(a.branch, b.branch):
        return "related:branch" if name in _NAME_ALIKE else ""
    tied = bool(codes & {"phone:mobile", "phone:landline", "legal:same", "contact:same", "contact:cross"})
    if not a.institution and name in _NAMESAKES:
        elsewhere = codes & {"place:other_city", "place:other_province"} or "name_place:apart" in codes
        if elsewhere and not tied and not codes & {
            "code:same", "code:organisation", "code:near", "address:room", "address:number", "place:county",
            "place:city", "place:mixed", "phone:near", "legal:sound",
        }:  # fmt: skip
            return "related:namesake"
    if name in _KIN and (evidence.groups_apart(a, b) or (a.group and b.group and name == "brand_other")):
        return "related:group"
    if tied and (name in _KIN or name == "stem"):
        return "related:sister"
    if codes & {"phone:mobile", "phone:landline"} and codes & {"contact:same", "legal:same", "contact:cross"}:
        return "related:person"
    return ""


def _reasons(
    a: Profile, b: Profile, found: list[tuple[str, str]], table: Weights, relation: str, verdict: Verdict
) -> list[Reason]:
    name = next(code for code, _value in found if code.startswith("name:"))
    known = table.known(found[0][0], found[-1][0])
    # How a short name sits in a long one is the name's own affair and is shown there.
    shape = sum([known.get(code, 0.0) for code, _value in found if code.startswith("shape:")])
    joint = next((code for code, _value in found if code.startswith("pair:")), "")
    alone = known.get(joint[:-1] + "0", 0.0)
    # What the ties add to this kind of name is shown at the ties, so that the waterfall reads true.
    ties = [code for code, _value in found if code in evidence.TIE_LEVELS]
    bonus = (known.get(joint, 0.0) - alone) / len(ties) if ties else 0.0
    reasons = []
    for code, value in found:
        weight, is_name = known.get(code, 0.0), code == name
        if is_name:
            weight += alone + shape
            if code in ("name:same_full", "name:same_core") and _other_script(a, b):
                code = "name:same_script"
        elif code in evidence.TIE_LEVELS:
            weight += bonus
        if code in WORDS and (abs(weight) >= 0.05 or is_name or code == "code:other_valid"):
            reasons.append(Reason(code, round(weight, 2), value))
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.code))
    if relation and verdict in (Verdict.RELATED, Verdict.DIFFERENT):
        reasons.insert(0, Reason(relation, 0.0))
    return reasons


def _other_script(a: Profile, b: Profile) -> bool:
    """Whether the names differ as written and only their characters' script tells them apart."""
    from crm.dedup.normalise import _simplify

    one, two = a.written, b.written
    return one != two and len(one) == len(two) and (_simplify(one) == two or _simplify(two) == one)


_SLIPS = frozenset(
    {"name:sound", "name:one_alike", "name:one_brand", "name:one_end", "name:one_head", "name:one_other"}
)
_APART = ("place:other", "name_place:apart", "form:differs", "group:differs", "industry:other")


def is_slip(match: Match) -> bool:
    """One character that sounds or looks like another, and nothing known that speaks against it."""
    return not _SLIPS.isdisjoint(match.levels) and not any(code.startswith(_APART) for code in match.levels)


def find(
    query: Record, candidates: Iterable[Record], limit: int = 5, *, typing: bool = False
) -> list[tuple[Record, Match]]:
    """The likeliest of `candidates`, best first, without those that are DIFFERENT.

    Candidates come from the look-up of `keys_of(query)`. What several of them share (a secretary's phone)
    counts less. Related records (branch, group, namesake) follow those that may be the same. `typing`: a slip in
    one character is asked about, who types can tell; in a list it would be no evidence.
    """
    known = [
        record
        for record in candidates
        if record is not query and (record.id is None or record.id != query.id)
    ]
    mine = profile_of(query)
    profiles = [profile_of(record) for record in known]
    around = Surroundings([*profiles, mine])
    offered = []
    for record, profile in zip(known, profiles, strict=True):
        match = compare_profiles(mine, profile, around)
        if typing and match.verdict is Verdict.DIFFERENT and is_slip(match):
            match = replace(match, verdict=Verdict.ASK)
        if match.verdict is not Verdict.DIFFERENT:
            offered.append((record, match))
    offered.sort(key=lambda pair: (pair[1].verdict is Verdict.RELATED, -pair[1].score, str(pair[0].id)))
    return offered[:limit]
