"""The tokens on a real FTS5 table in memory, and the PostgreSQL literals read by a small reader of their grammar."""

import re
import sqlite3
import time
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib import texts
from crm.search.tokens import (
    BREAK,
    MAX_TOKENS,
    Field,
    Kind,
    document,
    fts5_document,
    fts5_match,
    query,
    tsquery_literal,
    tsvector_literal,
)

HAN = "上海衢州澜瀾精密机械有限公司集团重庆银行朝阳长兴三角单田芳尉迟㐀䶮𠮷"
NAMES = st.text(alphabet=HAN + "TCLabc０１23（）·- 　é", min_size=1, max_size=20)
FIELDS = st.lists(st.tuples(st.sampled_from(list(Kind)), st.text(max_size=60)), max_size=5)


class Index:
    """An FTS5 table as the house makes it."""

    def __init__(self):
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE VIRTUAL TABLE found USING fts5(tokens, content='', tokenize='unicode61')")

    def add(self, number, *fields):
        tokens = fts5_document(document(Field(*field) for field in fields))
        self.base.execute("INSERT INTO found (rowid, tokens) VALUES (?, ?)", (number, tokens))

    def find(self, text):
        match = fts5_match(query(text))
        return [n for (n,) in self.base.execute("SELECT rowid FROM found WHERE found MATCH ?", (match,))]

    def close(self):
        self.base.close()


def finds(fields, text):
    with closing(Index()) as index:
        index.add(1, *fields)
        return index.find(text) == [1]


@pytest.fixture
def index():
    with closing(Index()) as index:
        index.add(
            1,
            (Kind.NAME, "上海衢澜精密机械有限公司"),
            (Kind.CODE, "91330000MADEM00011"),
            (Kind.PERSON, "沈予安"),
            (Kind.PHONE, "15400000001"),
            (Kind.TEXT, "对柯城的地块有兴趣，下周来考察。"),
        )
        index.add(
            2,
            (Kind.NAME, "鴻海精密工業股份有限公司"),
            (Kind.PERSON, "单田芳"),
            (Kind.PHONE, "0571-88886666转8001、+852 9123 4567"),
        )
        index.add(3, (Kind.NAME, "TCL（集团）重庆银行"), (Kind.PERSON, "吕乐"), (Kind.CODE, "Bosch_Rexroth"))
        index.add(4, (Kind.TEXT, "公司"), (Kind.NAME, "上"), (Kind.NAME, "海"))
        yield index


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("衢澜", [1]), ("澜精", [1]), ("衢", [1]), ("司", [1, 2, 4]), ("上海", [1]), ("精密", [1, 2]), ("公司", [1, 2, 4]),
        ("鸿海精密工业", [2]), ("鴻海", [2]), ("qljm", [1]), ("qulan", [1]), ("qula", [1]), ("qul", [1]), ("QULAN", [1]),
        ("hhjm", [2]), ("ｑｌｊｍ", [1]), ("91330", [1]), ("91330000madem00011", [1]), ("MADEM", [1]), ("0001", [1]),
        ("15400000001", [1]), ("+86 15400000001", [1]), ("008615400000001", [1]), ("8615400000001", [1]),
        ("0571-88886666", [2]), ("88886666", [2]), ("8001", [2]), ("91234567", [2]), ("shen", [1]), ("syan", []), ("sya", [1]),
        ("shantianfang", [2]), ("stf", [2]), ("dantianfang", [2]), ("dtf", [2]), ("lv", [3]), ("lvle", [3]),
        ("lule", [3]), ("lüle", [3]), ("chongqingyinhang", [3]), ("cqyh", [3]), ("tcljt", [3]),
        ("TCL集团", [3]), ("tcl（集团）", [3]), ("rexroth", [3]), ("bosch rex", [3]), ("衢澜 机械", [1]), ("机械，衢澜", [1]),
        ("衢澜 北京", []), ("衢澜jx", [1]), ("衢澜 jixie", [1]), ("沈予安 0001", [1]), ("柯城的地块", [1]), ("趣下周", [1]),
        ("地块考察", []), ("kecheng", []), ("北京", []), ("安15", []), ("", []), ("  ", []), ("😀", []), ("*", []), ('"', []),
    ],
)  # fmt: skip
def test_the_box_finds(index, text, found):
    assert index.find(text) == found


def test_no_phrase_reaches_from_one_field_into_the_next():
    fields = [(Kind.NAME, "上"), (Kind.NAME, "海"), (Kind.PHONE, "154/0001")]
    assert finds(fields, "上")
    assert finds(fields, "海")
    assert not finds(fields, "上海")
    assert not finds(fields, "40")


def test_pairs_and_the_last_character_alone():
    assert document([Field(Kind.TEXT, "衢澜（集")]) == ["h衢澜", "h澜集", "h集", BREAK]
    assert document([Field(Kind.NAME, "衢澜"), Field(Kind.PHONE, "12")]) == [
        *("h衢澜", "h澜", BREAK, "yqu", "yul", "yla", "yan", "yn", BREAK, "iql", "il", BREAK),
        *("d12", "d2", BREAK),
    ]
    assert document([Field("text", None), Field("name", ""), Field("phone", " ")]) == []


def test_what_unicode61_might_misread_is_spelled_out():
    assert document([Field(Kind.TEXT, "𠮷é")]) == ["hㄩ020bb7e", "he", BREAK]


@given(st.sampled_from(list(Kind)), NAMES, st.data())
def test_any_part_of_a_name_finds_it(kind, name, data):
    if kind is Kind.PHONE:
        kind = Kind.TEXT
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert finds([(kind, name)], part) == bool(texts.search_words(part))


@given(st.text(min_size=1, max_size=20), st.data())
def test_any_part_of_any_text_finds_it(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert finds([(Kind.TEXT, text)], part) == bool(texts.search_words(part))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.integers(0, 10))
def test_any_part_of_a_phone_finds_it(number, start):
    assert finds([(Kind.PHONE, number)], number[start:])
    assert finds([(Kind.PHONE, f"+86 {number}")], f"+86{number}")


@given(FIELDS, st.text(alphabet=st.characters(codec=None), max_size=200))
def test_junk_is_indexed_and_asked_without_a_fault(fields, text):
    with closing(Index()) as index:
        index.add(1, *fields)
        assert index.find(text) in ([], [1])


@pytest.mark.parametrize(
    "text", ['a" OR "b', "NEAR(a b)", "tokens:a", "a*", "^a", "-a", "a AND", "((", "'; --", "\x00"]
)
def test_the_language_of_fts5_is_only_text(index, text):
    index.find(text)
    assert re.fullmatch(r'[("h-zㄩ\w\s*)]*', fts5_match(text))


def test_long_things_are_read_as_far_as_the_limits_go():
    assert finds([(Kind.TEXT, "话" * 30_000), (Kind.NAME, "衢澜")], "衢澜")
    assert len(document([Field(Kind.TEXT, "话" * 30_000)])) == 10_002 - 1
    assert len(document([Field(Kind.NAME, "重庆") for _ in range(9_000)])) == MAX_TOKENS
    assert finds([(Kind.TEXT, "长" * 300)], "长" * 300)
    assert len(fts5_match("长 " * 5_000 + "字" * 5_000)) < 2_000
    assert finds([(Kind.TEXT, "一 二 三")], " ".join("一二三" * 500))


def test_an_empty_question_asks_nothing():
    for nothing in ("", "  ", "？！", "😀"):
        assert query(nothing) is None
        assert fts5_match(nothing) == '""'
        assert tsquery_literal(nothing) is None


# --- PostgreSQL: literals ---------------------------------------------------------------------------------

TOKEN = r"'[hyid](?:[a-z0-9\u4e00-\u9fa5\u3400-\u4db5]|ㄩ[0-9a-f]{6}){1,2}'"


def read_vector(literal):
    assert re.fullmatch(rf"(?:{TOKEN}:\d+(?:,\d+)*(?: |$))*", literal), literal
    found = {}
    for token, places in re.findall(r"'([^']+)':([\d,]+)", literal):
        assert token not in found
        found[token] = [int(place) for place in places.split(",")]
    return found


def holds(vector, asked):
    """What PostgreSQL would answer: ! no operators but & | <-> and :*, precedence by brackets alone."""
    asked = asked.strip()
    if asked.startswith("(") and closes(asked) == len(asked) - 1:
        return holds(vector, asked[1:-1])
    for sign, join in ((" | ", any), (" & ", all)):
        parts = split(asked, sign)
        if len(parts) > 1:
            return join(holds(vector, part) for part in parts)
    if asked.endswith(":*"):
        assert re.fullmatch(TOKEN + r":\*", asked)
        return any(token.startswith(asked[1:-3]) for token in vector)
    tokens = asked.split(" <-> ")
    assert all(re.fullmatch(TOKEN, token) for token in tokens), asked
    first, *rest = (vector.get(token[1:-1], []) for token in tokens)
    return any(all(place + n in later for n, later in enumerate(rest, 1)) for place in first)


def closes(text):
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at
    raise AssertionError(f"brackets do not close: {text}")


def split(text, sign):
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and text.startswith(sign, at):
            parts.append(text[start:at])
            start = at + len(sign)
    return [*parts, text[start:]]


def test_four_digits_alone_are_the_end_of_a_phone_number():
    ends, holds = (
        fts5_document(document([Field("phone", number)])) for number in ("15400000001", "15400000010")
    )
    with sqlite3.connect(":memory:") as base:
        base.execute("CREATE VIRTUAL TABLE f USING fts5(t, tokenize='unicode61 remove_diacritics 0')")
        base.executemany("INSERT INTO f(rowid, t) VALUES (?, ?)", [(1, ends), (2, holds)])

        def found(text):
            return [
                row
                for (row,) in base.execute(
                    "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rowid", [fts5_match(text)]
                )
            ]

        assert found("0001") == [1]
        assert found("0010") == [2]
        assert found("00001") == [1, 2]
        assert found("154 0000") == [1, 2]


def test_the_literals_of_postgresql():
    assert (
        tsvector_literal(document([Field("text", "衢澜"), Field("text", "衢澜")])) == "'h衢澜':1,4 'h澜':2,5"
    )
    assert tsquery_literal("衢澜精 密") == "(('h衢澜' <-> 'h澜精') & 'h密':*)"
    assert tsquery_literal("0001") == "(('h00' <-> 'h00' <-> 'h01') | ('d00' <-> 'd00' <-> 'd01' <-> 'd1'))"
    assert tsvector_literal([]) == ""


@given(FIELDS, st.text(max_size=20) | NAMES)
def test_both_databases_are_asked_the_same(fields, text):
    tokens = document(Field(*field) for field in fields)
    vector = read_vector(tsvector_literal(tokens))
    assert all(0 < place <= MAX_TOKENS for places in vector.values() for place in places)
    asked = tsquery_literal(text)
    assert (asked is not None and holds(vector, asked)) == finds(fields, text)


@given(NAMES, st.data())
def test_any_part_of_a_name_is_asked_rightly_of_postgresql(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : data.draw(st.integers(start + 1, len(name)))]
    asked = tsquery_literal(part)
    if asked:
        assert holds(read_vector(tsvector_literal(document([Field(Kind.NAME, name)]))), asked)


def test_fifty_thousand_names_take_seconds():
    names = [f"{HAN[n % 20]}{HAN[n % 17]}衢澜精密机械{n}有限公司" for n in range(2_000)]
    document([Field(Kind.NAME, names[0])])
    began = time.process_time()
    for name in names:
        tsvector_literal(document([Field(Kind.NAME, name)]))
    assert (time.process_time() - began) / len(names) < 0.001
