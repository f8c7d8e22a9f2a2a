"""A parsed form that was kept says what taking the record apart says, to the last bit; another rule's is passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from crm import dedup
from crm.dedup import Person, Record, kept
from crm.dedup.nouns import NOUNS
from crm.dedup.tables import read_records
from tests.conftest import ROOT

HERE = Path(__file__).parent
ODD = (
    Record("", id=1), Record("公司", id=2), Record("（原：衢澜机械厂）上海衢澜精密机械有限公司余姚分公司", id=3, former_names="旧名机械厂"),
    Record("ZHEJIANG Qulan Machinery Co., Ltd.", id=4, phones="0570-3020000 转 8；15400000001"),
    Record("半个字\ud83d衢澜有限公司", id=5), Record("长" * 10_000, id=6, contacts="陈总；王会计", uscc="91330800MA2DK0000X"),
)  # fmt: skip
ODD_PEOPLE = (
    Person("", id=1), Person("王总", id=2), Person("欧阳晓岚（女）15400000001", id=3, companies="上海衢澜精密机械有限公司市场部"),
    Person("Wang Jianguo", id=4, native_place="衢州柯城人", chamber="杭州市永康商会会员", title="董事长"),
)  # fmt: skip


def records_of(noun: str) -> list[Any]:
    name, odd = ("labelled.csv", ODD) if noun == "enterprise" else ("people_labelled.csv", ODD_PEOPLE)
    listed, _truth = read_records(HERE / name, labels=True, noun=NOUNS[noun])
    return [*listed, *odd]


def fresh(record: Any) -> Any:
    """The same words, not yet taken apart."""
    other = copy(record)
    other._profile = None
    return other


@pytest.mark.parametrize("noun", list(NOUNS))
def test_what_is_taken_up_weighs_as_what_is_taken_apart(noun: str) -> None:
    find = dedup.find_people if noun == "person" else dedup.find
    parts = [fresh(one) for one in records_of(noun)][-400:]
    taken_up = []
    for record in parts:
        other = fresh(record)
        kept.take_up(noun, other, kept.kept(noun, record))
        assert other._profile is not None and other._profile.id == record.id
        taken_up.append(other)
    for at in range(0, len(parts), 20):
        asked = fresh(parts[at])
        asked.id = None
        around = slice(max(0, at - 20), at + 20)
        of_parts, of_kept = (find(asked, some[around], limit=40) for some in (parts, taken_up))
        assert [(one.id, match) for one, match in of_kept] == [(one.id, match) for one, match in of_parts]
        assert of_parts


def test_the_same_words_give_the_same_bytes_in_every_process() -> None:
    """`flask dedup check` compares them."""
    program = (
        "import hashlib, sys\nfrom crm.dedup import kept\nfrom tests.dedup.test_kept import fresh, records_of\n"
        "said = [kept.kept(noun, fresh(one)) for noun in ('enterprise', 'person') for one in records_of(noun)[-300:]]\n"
        "print(hashlib.sha256(b''.join(said)).hexdigest())"
    )

    def told(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    assert told("1") == told("2") != ""


@pytest.mark.parametrize("parsed", [None, b"", b"\0\0\0\0\0\0rubbish"], ids=["none", "empty", "rubbish"])
def test_what_other_rules_kept_is_passed_over(parsed: bytes | None) -> None:
    record = Record("上海衢澜精密机械有限公司", id=7)
    kept.take_up("enterprise", record, parsed)
    assert record._profile is None
    assert dedup.find(Record("衢澜精密机械"), [record])
