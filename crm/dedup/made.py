"""Invented firms for `bench`: as many rows as wanted, about a third of them written once more in another way.

For times and memory only. Nothing is measured against them: what they look like was made up by who made the rules.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from crm.dedup import normalise
from crm.dedup.record import Record
from crm.reference import tables

AGAIN = 0.35  # rows that speak of a firm once more
KEPT = 4_000  # firms that may still be spoken of again
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "公司", "")
_SIGNS = "衡岳澜屿柯弈石溪岩峰澄晖朗煜泽禾宁启帆瑞辰恒远景行嘉木云舟青"
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰涛明超霞平刚桂"


def firms(count: int, seed: int = 1) -> Iterator[Record]:
    """`count` records; the same for the same seed."""
    chance = random.Random(seed)
    brands, trades = sorted(normalise.common_brands()), sorted(normalise.trades()[0])
    places = [name for _code, name, _city in tables.rows("counties")]
    known: list[Record] = []
    for number in range(count):
        if known and chance.random() < AGAIN:
            yield _again(chance, chance.choice(known), number)
            continue
        place, person = chance.choice(places), chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=2))
        brand = chance.choice(brands) if chance.random() < 0.3 else "".join(chance.sample(_SIGNS, 2))
        trade = chance.choice(trades)
        one = Record(
            f"{place}{brand}{trade}{chance.choice(_FORMS)}", id=number, region=place, industry=trade,
            legal_rep=person, contacts=person, phones=f"1{chance.randrange(3 * 10**9, 10**10)}",
            address=f"{place}{brand}路{chance.randrange(1, 900)}号",
        )  # fmt: skip
        known.append(one)
        if len(known) > KEPT:
            known[chance.randrange(KEPT)] = known.pop()
        yield one


def _again(chance: random.Random, firm: Record, number: int) -> Record:
    """Some cells left out, the name shorter or with a slip."""
    name = firm.name.removeprefix(firm.region) if chance.random() < 0.4 else firm.name
    if chance.random() < 0.2:
        at = chance.randrange(len(name))
        name = name[:at] + chance.choice(_SIGNS) + name[at + 1 :]
    kept = {
        cell: getattr(firm, cell)
        for cell in ("region", "phones", "legal_rep", "address")
        if chance.random() < 0.6
    }
    return Record(name, id=number, **kept)
