"""What is known of people's evidence before the first labelled pair is seen: bounds and priors of its weights."""

from __future__ import annotations

from crm.dedup.priors import AGAINST, FOR, FREE, Learning

# What a level may weigh at most, whatever one labelled set says. The tighter bounds are for fields that a made-up
# set keeps cleaner than life does: people join other chambers, and lists give as native place what they like.
LIMITS: dict[str, tuple[float, float]] = {
    "phone:mobile": FOR, "phone:landline": FOR, "phone:few": FOR, "phone:shared": (0.0, 1.5),
    "phone:near": FOR, "phone:other": (-2.0, 0.0),
    "firm:same": FOR, "firm:written": FOR, "firm:sister": FOR, "firm:sister_common": (0.0, 1.5),
    "firm:other": (-2.5, 0.0),
    "home:county": (0.0, 3.0), "home:city": (0.0, 2.0), "home:province": (0.0, 1.0),
    "home:other_county": (-3.0, 0.0), "home:other_city": (-4.0, 0.0), "home:other_province": (-4.0, 0.0),
    "chamber:same": (0.0, 2.0), "chamber:part": (0.0, 1.5), "chamber:other": (-2.0, 0.0),
    "office:same": (0.0, 1.0), "gender:other": (-8.0, -6.0),
    "namesake:common": (-5.0, -3.0), "namesake:several": (-4.0, 0.0), "namesake:rare": (0.0, 2.0),
    # hundreds of thousands are called 张伟: the name with a city beside it is still many persons
    "person_and:same_common+none": (-8.0, -3.0), "person_and:same_common+soft": (-8.0, -2.5),
    "person_and:same_common+softs": (-8.0, -0.5), "person_and:spelled_common+none": (-8.0, -3.0),
    "person_and:spelled_common+soft": (-8.0, -2.5), "person_and:spelled_common+softs": (-8.0, -0.5),
    "person:other": AGAINST, "person:kin": AGAINST, "person:beside": AGAINST,
}  # fmt: skip

# A level that the labelled set lacks keeps this.
PRIORS = {
    "person:spelled": 1.5, "person:masked": 0.5, "person:part": 0.5, "person:swapped": 0.5, "person:look": 0.5,
    "person:short": -0.5, "person:sound_near": -0.5, "person:given": -1.0, "person:spelled_surname": -1.0, "person:spelled_near": 0.0,
    "person:sound_surname": -0.5, "person:title_sound": -2.0, "person:title_several": -2.0,
    "person:beside": -5.0, "person:other": -6.0, "person:kin": -5.0, "person:none": -2.0,
    "gender:other": -6.0, "namesake:common": -3.0, "office:same": 0.3,
    "phone:landline": 2.0, "phone:near": 1.5,
}  # fmt: skip


def limits_of(code: str) -> tuple[float, float]:
    """(least, most) weight that a level may get."""
    return LIMITS.get(code, FREE)


ABOUT = (
    "Log-odds of each level of evidence on people (crm/dedup/people/evidence.py): above zero speaks for the same "
    "person, below against. Made by `python -m crm.dedup train --people`; bounds and priors stand in "
    "crm/dedup/people/priors.py. The levels of `person_and` are a kind of name (of a common one, or one that several "
    "bear here) + what stands beside it: a phone, a firm, both, a firm but phones that differ, or only softer ties "
    "(native city, chamber), one or two of them."
)
PEOPLE = Learning(ABOUT, limits_of, PRIORS, kinds={}, same_from=0.95, ask_from=0.2, bias=(0.0, 0.0))
