"""The rules that a clerk's tool has: who agrees exactly is one.

    python -m tests.bench.dedup.rules RULE LIST.csv.gz PAIRS.csv

They normalise what they compare as such tools do: width, script and legal form of a name, digits of a phone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from crm.dedup import normalise as norm
from tests.bench.dedup import lists

_FORM = re.compile(r"(?:集团)?(?:股份)?有限(?:责任)?公司$|集团$|公司$")


def _firm(text: str) -> str:
    return _FORM.sub("", norm.bare(norm.clean(text)))


def _exact_name(row: lists.Row) -> Iterator[str]:
    yield _firm(row["name"])


def _name_code_or_phone(row: lists.Row) -> Iterator[str]:
    if name := _firm(row["name"]):
        yield f"name {name}"
    code, valid, _organisation = norm.code_of(row.get("uscc", ""))
    if valid:
        yield f"code {code}"
    if phone := norm.phone_digits(row.get("phone", "")):
        yield f"phone {phone}"


def _phone(row: lists.Row) -> Iterator[str]:
    yield norm.phone_digits(row.get("phone", ""))


def _name_and_phone(row: lists.Row) -> Iterator[str]:
    name, phone = norm.person(row["name"]), norm.phone_digits(row.get("phone", ""))
    yield f"{name} {phone}" if name and phone else ""


def _name_and_company(row: lists.Row) -> Iterator[str]:
    name, firm = norm.person(row["name"]), _firm(row.get("company", ""))
    yield f"{name} {firm}" if name and firm else ""


RULES: dict[str, Callable[[lists.Row], Iterator[str]]] = {
    "exact-name": _exact_name,
    "name-code-or-phone": _name_code_or_phone,
    "exact-phone": _phone,
    "name-and-phone": _name_and_phone,
    "name-and-company": _name_and_company,
}


def pairs(rule: str, rows: list[lists.Row]) -> Iterator[tuple[str, str, str]]:
    """Each row with the first that has the same key: enough to make them one."""
    first: dict[str, str] = {}
    for row in rows:
        for key in RULES[rule](row):
            known = first.setdefault(key, row["rec_id"]) if key else row["rec_id"]
            if known != row["rec_id"]:
                yield known, row["rec_id"], "1"


if __name__ == "__main__":
    lists.write(Path(sys.argv[3]), ("a", "b", "score"), pairs(sys.argv[1], lists.read(Path(sys.argv[2]))))
