"""Whether two persons are one, as far as a form being filled in needs it."""

from __future__ import annotations

from crm.dedup import normalise as norm
from crm.dedup import places, sounds
from crm.dedup.reasons import Reason
from crm.dedup.record import Person
from crm.dedup.scoring import Band, Match, Verdict, chance

# Log-odds. Namesakes are common in China: a name alone is never enough, a phone alone may be a secretary's.
_BIAS = -4.0
_NAME = {"same": 3.0, "sound": 1.5, "title": 0.0, "other": -7.0}
_RARE_NAME = 0.7  # three characters or more: fewer namesakes
_PHONE, _PHONE_NEAR, _PHONE_OTHER = 5.0, 2.0, -1.5
_COMPANY, _COMPANY_OTHER = 3.0, -0.5
_NATIVE, _NATIVE_OTHER = 1.0, -1.5


def compare_people(a: Person, b: Person) -> Match:
    """Same name and same phone or company: SAME; same name alone, or a phone under another name: not offered
    as the same. Symmetrical. `RELATED` means one phone, two names (a secretary, a couple)."""
    reasons: list[Reason] = []
    one, two = norm.person(a.name), norm.person(b.name)
    if not one or not two:
        name = "other"
    elif one == two and len(one) > 1:
        name = "same"
    elif sounds.same_by_ear(one, two):
        name = "sound"
    elif one[0] == two[0] and 1 in (len(one), len(two)):
        name = "title"
    else:
        name = "other"
    weight = _NAME[name] + (_RARE_NAME if name in ("same", "sound") and len(one) > 2 else 0.0)
    reasons.append(Reason(f"person:{name}", weight, one if name == "same" else ""))
    mine = [digits for digits in map(norm.phone_digits, a.phones) if digits]
    theirs = [digits for digits in map(norm.phone_digits, b.phones) if digits]
    shared_phone = next((phone for phone in mine if phone in theirs), "")
    if shared_phone:
        kind = "mobile" if shared_phone[0] == "1" and len(shared_phone) == 11 else "landline"
        reasons.append(Reason(f"phone:{kind}", _PHONE if kind == "mobile" else _PHONE / 2, shared_phone))
    elif mine and theirs:
        near = any(
            len(x) == len(y) == 11 and sum(p != q for p, q in zip(x, y, strict=True)) == 1
            for x in mine
            for y in theirs
        )
        reasons.append(Reason("phone:near", _PHONE_NEAR) if near else Reason("phone:other", _PHONE_OTHER))
    firms, others = _firms(a), _firms(b)
    if firms and others:
        if firms & others:
            reasons.append(Reason("person:company", _COMPANY, min(firms & others)))
        else:
            reasons.append(Reason("person:company_other", _COMPANY_OTHER))
    home, elsewhere = (places.read(norm.clean(p.native_place, 60))[0] for p in (a, b))
    if home and elsewhere:
        size = min(len(home), len(elsewhere))
        if home[:size] == elsewhere[:size]:
            if size >= 4:
                reasons.append(Reason("person:native", _NATIVE))
        else:
            reasons.append(Reason("place:other_city", _NATIVE_OTHER))
    score = chance(_BIAS + sum(reason.weight for reason in reasons))
    if name == "other":
        verdict = Verdict.RELATED if shared_phone else Verdict.DIFFERENT
    elif score >= 0.9 and name == "same":
        verdict = Verdict.SAME
    elif score >= 0.2:
        verdict = Verdict.ASK
    else:
        verdict = Verdict.DIFFERENT
    band = Band.VERY_LIKELY if score >= 0.95 else Band.LIKELY if score >= 0.6 else Band.POSSIBLE
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.code))
    return Match(score, band, verdict, reasons)


def _firms(person: Person) -> set[str]:
    return {core for company in person.companies if len(core := norm.take_apart(company).core) >= 2}
