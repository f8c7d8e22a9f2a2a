"""疑似重复: pairs that may be one are kept for people to decide; what they decide is remembered for good.

A pair is found when a record is made or changed (`note`), and by going over the whole base (`scan`). Finding
never overrules a decision: a pair that was decided keeps its state and is not proposed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from crm.db import db, reading
from crm.dedup import KEY_STRENGTH, Match, Verdict, compare_people
from crm.dedup.evidence import Surroundings
from crm.dedup.profile import profile_of
from crm.dedup.scoring import compare_profiles

from .identity import PERSON_STRENGTH, chunks, load, matches, worth_showing
from .models import DedupKey, Suspect, SuspectState

PERSONAL = ("phone:", "person:", "legal:", "contact:")  # reasons whose detail is somebody's data: not stored
KEPT = (Verdict.SAME, Verdict.ASK)

# A scan's bounds. A key that more records share is no evidence that two of them are one.
WIDEST = {
    "u": 40,
    "n": 40,
    "c": 40,
    "p": 30,
    "x": 30,
    "y": 20,
    "g": 8,
    "a": 12,
    "m": 8,
    "t": 5,
    "k": 4,
    "b": 4,
}
WORTH = 8.0  # summed strength of shared keys from which a pair is weighed
PARTNERS = 10  # candidates kept for each record, the weightiest
PAIRS_AT_ONCE = 1500  # on SQLite nobody else can write while one lot is weighed: half a second


def note(noun: str, record_id: int, *, kept_reason: str = "") -> list[Suspect]:
    """Look for what this record may be one with, and keep the pairs that are new. No more than ten."""
    db.session.flush()
    known = load(noun, [record_id])[record_id]
    found = [
        (other, match)
        for other, match in matches(known.record, noun=noun, leave_out=record_id, across=False)
        if match.verdict in KEPT
    ][:10]
    if not found:
        return []
    pairs = {(min(record_id, other.id), max(record_id, other.id)): match for other, match in found}
    there = stored(noun, [record_id])
    fresh = []
    for pair, match in pairs.items():
        suspect = there.get(pair)
        if suspect is None:
            suspect = made(noun, pair, match)
            suspect.kept_reason = kept_reason
            db.session.add(suspect)
            fresh.append(suspect)
        elif suspect.state is SuspectState.OPEN:
            _update(suspect, match)
    db.session.flush()
    return fresh


def stored(noun: str, record_ids: Sequence[int]) -> dict[tuple[int, int], Suspect]:
    """The kept pairs these records are part of."""
    rows = sa.select(Suspect).where(
        Suspect.noun == noun, sa.or_(Suspect.a_id.in_(record_ids), Suspect.b_id.in_(record_ids))
    )
    return {(one.a_id, one.b_id): one for one in db.session.scalars(rows)}


def made(noun: str, pair: tuple[int, int], match: Match) -> Suspect:
    """A pair as it was found: open, with its evidence."""
    return Suspect(
        noun=noun,
        a_id=pair[0],
        b_id=pair[1],
        score=round(match.score, 4),
        verdict=match.verdict.value,
        reasons=_reasons(match),
        state=SuspectState.OPEN,
    )


def _reasons(match: Match) -> list[Any]:
    return [
        [reason.code, reason.weight, "" if reason.code.startswith(PERSONAL) else reason.detail[:80]]
        for reason in match.reasons[:12]
    ]


def _update(suspect: Suspect, match: Match) -> None:
    score, verdict, reasons = round(match.score, 4), match.verdict.value, _reasons(match)
    if (suspect.score, suspect.verdict) != (score, verdict):
        suspect.score, suspect.verdict, suspect.reasons = score, verdict, reasons


# --- the whole base ----------------------------------------------------------------------------------------


def scan(
    progress: Callable[[int, int], None] | None = None, commit: Callable[[], None] | None = None
) -> dict[str, int]:
    """Go over the whole base by its keys: {"weighed", "found", "changed", "gone"}.

    Bounded: keys shared by many are passed over, each record keeps its ten weightiest partners, and pairs are
    weighed some thousands at a time (`commit` after each lot). Pairs already decided stay as they are; open
    ones that are no longer alike, and that nobody gave a reason for, go.
    """
    db.session.flush()
    told: Counter[str] = Counter(weighed=0, found=0, changed=0, gone=0)
    for noun in ("enterprise", "person"):
        with reading():  # the long look at all keys must not keep others from writing
            if commit:
                commit()
            pairs = sorted(_pairs(noun))
            if commit:
                commit()
        seen: set[tuple[int, int]] = set()
        for at, lot in enumerate(chunks(pairs, PAIRS_AT_ONCE)):
            seen |= _weigh(noun, lot, told)
            if commit:
                commit()
            if progress:
                progress(min(len(pairs), (at + 1) * PAIRS_AT_ONCE), len(pairs))
        told["gone"] += _look_again(noun, seen, told)
        if commit:
            commit()
    return dict(told)


def _pairs(noun: str) -> set[tuple[int, int]]:
    """Pairs that share keys strong and rare enough."""
    strengths = PERSON_STRENGTH if noun == "person" else KEY_STRENGTH
    weight: Counter[tuple[int, int]] = Counter()
    rows = db.session.execute(
        sa.select(DedupKey.key, DedupKey.record_id)
        .where(DedupKey.noun == noun)
        .order_by(DedupKey.key, DedupKey.record_id),
        execution_options={"yield_per": 20_000},  # of this statement alone, not of the connection
    )
    for key, group in groupby(rows, key=itemgetter(0)):
        widest = WIDEST.get(key[0], 0)
        if not widest:
            continue
        ids = sorted({record_id for _key, record_id in group})
        if 1 < len(ids) <= widest:
            for pair in combinations(ids, 2):
                weight[pair] += strengths.get(key[0], 1)
    best: dict[int, list[tuple[float, int]]] = {}
    for (a, b), strength in weight.items():
        if strength >= WORTH:
            best.setdefault(a, []).append((-strength, b))
            best.setdefault(b, []).append((-strength, a))
    kept: set[tuple[int, int]] = set()
    for one, partners in best.items():
        partners.sort()
        kept.update((min(one, other), max(one, other)) for _strength, other in partners[:PARTNERS])
    return kept


def _weigh(noun: str, lot: Sequence[tuple[int, int]], told: Counter[str]) -> set[tuple[int, int]]:
    """Compare one lot and keep what is worth it; answers the pairs that are still alike."""
    ids = sorted({record_id for pair in lot for record_id in pair})
    records = {known.id: known.record for known in load(noun, ids).values()}
    there: dict[tuple[int, int], Suspect] = {}
    for some in chunks(sorted({pair[0] for pair in lot}), 500):
        rows = sa.select(Suspect).where(Suspect.noun == noun, Suspect.a_id.in_(some))
        there |= {(one.a_id, one.b_id): one for one in db.session.scalars(rows)}
    weigh = _weigher(noun, records)
    alike = set()
    for pair in lot:
        if pair[0] not in records or pair[1] not in records:
            continue
        match = weigh(*pair)
        told["weighed"] += 1
        if not worth_showing(match):
            continue
        alike.add(pair)
        suspect = there.get(pair)
        if suspect is None:
            db.session.add(made(noun, pair, match))
            told["found"] += 1
        elif suspect.state is SuspectState.OPEN:
            before = (suspect.score, suspect.verdict)
            _update(suspect, match)
            told["changed"] += before != (suspect.score, suspect.verdict)
    db.session.flush()
    for one in [one for one in db.session if isinstance(one, Suspect)]:
        db.session.expunge(one)  # a whole base holds many pairs
    return alike


def _weigher(noun: str, records: dict[int, Any]) -> Callable[[int, int], Match]:
    if noun == "person":
        return lambda a, b: compare_people(records[a], records[b])
    profiles = {record_id: profile_of(record) for record_id, record in records.items()}
    around = Surroundings(profiles.values())
    return lambda a, b: compare_profiles(profiles[a], profiles[b], around)


def _look_again(noun: str, seen: set[tuple[int, int]], told: Counter[str]) -> int:
    """Open pairs that the keys did not bring up this time (typing finds by weaker ones) are weighed too; those
    that are no longer alike, and that nobody explained, go."""
    rows = sa.select(Suspect.id, Suspect.a_id, Suspect.b_id).where(
        Suspect.noun == noun, Suspect.state == SuspectState.OPEN, Suspect.kept_reason == ""
    )
    left = {(a_id, b_id): suspect_id for suspect_id, a_id, b_id in db.session.execute(rows)}
    others = sorted(pair for pair in left if pair not in seen)
    gone = []
    for lot in chunks(others, PAIRS_AT_ONCE):
        alike = _weigh(noun, lot, told)
        gone += [left[pair] for pair in lot if pair not in alike]
    for some in chunks(gone, 500):
        db.session.execute(sa.delete(Suspect).where(Suspect.id.in_(some)))
    return len(gone)
