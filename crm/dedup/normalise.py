"""From what people type to what can be compared. Every function is total: any string in, a string out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources
from operator import mul

import opencc

from crm.dedup import places

LONGEST = 200  # characters of a name that are looked at; a registered name has at most about 80

_simplify = opencc.OpenCC("t2s").convert
_BRACKETS = str.maketrans(
    {"[": "(", "]": ")", "{": "(", "}": ")", "〔": "(", "〕": ")", "〈": "(", "〉": ")", "《": "(", "》": ")",
     "「": "(", "」": ")", "『": "(", "』": ")", "<": "(", ">": ")"}
)  # fmt: skip
_NOTES = re.compile(r"【[^】]*】")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_JUNK = re.compile(r"[\W_]+")
_ONLY_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_FORMER_SIGNS = frozenset("名身称")  # one of these is in each word of `_FORMER_TAIL` …
_LETTERS = re.compile(r"[A-Z]{2}")
_WORDS = re.compile(r"[A-Z][A-Z&]+")
_FORMER = re.compile(r"^(?:原名|原|曾用名|前身|旧称|旧名|曾名|更名前)(?:为|是|叫)?[:：]?\s*(.{2,})$")
_FORMER_TAIL = re.compile(r"[,，;；]?\s*(?:原名|曾用名|前身为?|旧称|旧名|更名前)[:：]?\s*([\w()]{4,})$")
_FORMER_BLANK = re.compile(
    r"[\s,，;；]原(?:为|是|叫)?[:：]?\s*(\w[\w()]{2,}(?:公司|集团|厂|社|部|行|店|场|室|所|伙\)?))$"
)
_RENAMED = re.compile(r"^(.{4,})更名$")
_LABEL = re.compile(
    r"^[\W_]*(?:(?:客户|单位|企业|公司|商户|厂家|供应商|[甲乙丙]方)?(?:名称|全称)[:：\s]|"
    r"(?:客户|单位|企业|公司|商户|厂家|供应商|[甲乙丙]方)[:：]|"
    r"NO\.?\s*\d+\s|NO\.\s*\d*\s*(?=[一-鿿])|VIP\s*(?=[一-鿿]))\s*"
)
_CALLED = re.compile(r"\s*[-—]+\s*[一-鿿]{1,4}(?:经理|总|主任|先生|女士|厂长|会长)$")
_SLASHED = re.compile(r"[/|\\][^/|\\]{0,8}$")  # XX公司/张三
_STATUSES = ("注销", "吊销", "存续", "在业", "开业", "迁出")
_STATUS = re.compile(rf"(?:已|在|拟)?(?:{'|'.join(_STATUSES)})$")
_LISTED = re.compile(
    r"^(?:\*?ST|XD|XR|DR|[NCU])(?=[一-鿿]{2})|(?<=[一-鿿]{2})(?:-(?:UW?|S?W?R?|T|P|B)|[AB]股?)$"
)
_BANKS = re.compile(
    r"(?<!银)(工|农|建|交)行(?=.*[行部处]$|$)|(?<=^)中行(?=.*[行部处]$|$)|农商(?:银行|行)|商业银行|农信社"
)
_BANK_NAMES = {
    "工行": "工商银行", "农行": "农业银行", "建行": "建设银行", "交行": "交通银行", "中行": "中国银行",
    "农商行": "农村银行", "农商银行": "农村银行", "商业银行": "银行", "农信社": "农村信用社",
}  # fmt: skip
_ORDINAL = re.compile(r"^\s*(?:\d{1,4}[.、)]|\(\d{1,4}\)|№\d+)\s*(?=\D)")

# Longest first. The class says what a difference means: a 厂 and a 有限公司 of one 字号 are two entities more
# often than 有限公司 and 有限责任公司 are.
FORMS: tuple[tuple[str, str], ...] = (
    ("股份有限责任公司", "joint"), ("股份有限公司", "joint"), ("股份合作公司", "joint"),
    ("有限责任公司", "limited"), ("责任有限公司", "limited"), ("有限责任总公司", "limited"),
    ("有限总公司", "limited"), ("有限公司", "limited"), ("股份公司", "joint"), ("责任公司", "limited"), ("总公司", "company"), ("公司", "company"), ("股份", "joint"),
    ("特殊普通合伙", "partners"), ("普通合伙", "partners"), ("有限合伙", "partners"),
    ("合伙企业", "partners"), ("农民专业合作社", "coop"), ("专业合作社", "coop"), ("合作社", "coop"),
    ("家庭农场", "farm"), ("个体工商户", "shop"), ("经营部", "shop"), ("商行", "shop"), ("门市部", "shop"),
    ("工作室", "studio"), ("事务所", "office"), ("总厂", "plant"), ("厂", "plant"),
)  # fmt: skip
_FORM_CLASS = dict(FORMS)
_FORM = re.compile("(?:" + "|".join(form for form, _class in FORMS) + ")")
_FORM_SIZES = {  # last character -> the sizes of the forms that end with it, the longest first
    last: sorted({len(form) for form in _FORM_CLASS if form[-1] == last}, reverse=True)
    for last in {form[-1] for form in _FORM_CLASS}
}
_SOUND_FORM = ("有限公司", "有限责任公司", "总公司", "集团公司", "股份公司", "合作公司")
_Y, _X, _G, _S = "[有友又冇肉右希布]", "[限线现县艰很恨退]", "[公工厶么功弓]", "[司思丝私同可词]"
_HEARD_SHARES = re.compile(r"[股谷古骨鼓][份分粉](?=有限|$|公司)")
_HEARD = (  # 谷份, 有线公司, 有艰公同, 有限公 …: the legal form taken down by ear, misread, or cut off
    (re.compile(f"{_Y}?{_X}(?:[责贵]任|责|任){_G}{_S}$"), "有限责任公司"),
    (re.compile(r"(?<=..)(?:有(?![色线机])[一-鿿]公司|有限[一-鿿]司|有限公[一-鿿])$"), "有限公司"),
    (re.compile(r"(?<=..)有限(?:责任公[一-鿿]|责任[一-鿿]司|责[一-鿿]公司|[一-鿿]任公司)$"), "有限责任公司"),
    (re.compile(f"{_Y}{{1,2}}{_X}{{1,2}}(?:{_G}{{1,2}}{_S}{{1,2}}|司公)$"), "有限公司"),
    (re.compile(r"(?<=..)(?:有公限司|限有公司|公有限司|有公司限|有限司|有限公|限公司)$"), "有限公司"),
    (re.compile(r"(?<=..)(?<![国所])有公司$"), "有限公司"),
    (re.compile(f"(?<=..){_Y}{_X}[责贵]?任?{_G}?$"), "有限公司"),
    (re.compile(f"(?<=..){_G}{_S}$|(?<=..)司公$"), "公司"),
)
_BRANCH_WORDS = tuple(
    "分公司 分厂 分行 支行 分理处 办事处 代表处 联络处 营业部 营业厅 分店 分院 分校 分部 分社 分所".split()
)
_BRANCH_WORD = f"(?:{'|'.join(_BRANCH_WORDS)})"
_BRANCH_AFTER = re.compile(
    r"^(.*(?:公司|集团|合作社|合伙企业|有限合伙\)?|普通合伙\)?|家庭农场|经营部|商行|工作室|门市部|事务所|厂|银行))"
    rf"([^()]{{0,14}}?{_BRANCH_WORD})$"
)
_BRANCH_BARE = re.compile(rf"((?:第?[一二三四五六七八九十百\d]+)?{_BRANCH_WORD})$")
_ROAD_OF_BRANCH = re.compile(r"(?<=..)(?:路|街|大道)(?=(?:支行|分行|分理处|营业部|分店)$)")
_BRANCH_HEARD = re.compile(  # 分公司司, 公分司, 事办处: behind a legal form it can be nothing else
    r"(?<=.公司)([^()]{0,10}?)(?:(分[公司]{3}|分分公司|公分司|分司公|公司分|分公[^司]|分[^公]司|[芬份纷]公司)|"
    r"(办处事|事办处|处办事|办事[^处]|办[^事]处))$"
)
_ORDINAL_LATE = re.compile(r"(?<=.)第分([一二三四五六七八九十])公司$")
_PLACED_BRANCH = re.compile(rf"^([^第\d]{{2,4}}?)市?({_BRANCH_WORD})$")
_HAN_ORDER = str.maketrans("1234567890", "一二三四五六七八九〇")
_BRANCH_PLAIN = re.compile(rf"^{_BRANCH_WORD}$")
_INSTITUTIONS = tuple(
    "商会 协会 学会 联合会 联谊会 同乡会 促进会 基金会 大学 学院 学校 中学 小学 研究所 研究院 科学院 实验室 委员会 管委会 人民政府 街道"
    " 医院 卫生院 幼儿园 转移中心 服务中心 工商联 办公室 局 厅 委".split()
)
_ENGLISH_FORM = re.compile(
    r"\b(?:CO|LTD|LIMITED|INC|CORP|CORPORATION|COMPANY|LLC|GROUP|GMBH|SRL|SPA|PLC|THE|AND)\b"
)


def clean(text: str, longest: int = LONGEST) -> str:
    """NFKC, simplified characters, upper case, one kind of bracket; control and format characters gone."""
    text = text[: longest * 2]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if not _written_otherwise().isdisjoint(text):
            text = _simplify(text.translate(_BRACKETS))
    else:
        text = text.translate(_BRACKETS)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else (" " if c.isspace() else "") for c in text)
    return text[:longest].upper().strip()


@lru_cache(maxsize=1)
def _written_otherwise() -> frozenset[str]:
    """Characters that are written in another way here: most names have none, and go without conversion."""
    ideographs = "\n".join(
        map(chr, (*range(0x2E80, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x32400)))
    )
    changed = {one for one, other in zip(ideographs, _simplify(ideographs), strict=True) if one != other}
    return frozenset(changed | set(map(chr, _BRACKETS)))


def bare(text: str) -> str:
    """Letters, digits and characters only: no spaces, points, brackets or emoji."""
    return text if text.isalnum() else _JUNK.sub("", text)


@lru_cache(maxsize=20_000)
def label(text: str) -> str:
    """A cell of which many rows have the same (a chamber, a line of business): clean and bare."""
    return bare(clean(text, 40))


def is_han(character: str) -> bool:
    return "㐀" <= character <= "鿿" or "\U00020000" <= character <= "\U000323af" or character == "〇"


# What a house of several firms calls its other firms: the trade of one is the trade of the other and this.
ARMS = frozenset(
    ("销售", "贸易", "商贸", "进出口", "国际贸易", "投资", "控股", "资产管理", "投资管理", "配件", "物流", "二期", "三期", "新材料",
     "服务", "租赁", "供应链", "安装", "维修", "经营", "实业", "房地产", "置业")
)  # fmt: skip


@lru_cache(maxsize=1)
def trades() -> tuple[frozenset[str], dict[str, int]]:
    """All lines of business, and last character -> length of the longest that ends with it."""
    source = resources.files(__package__).joinpath("trades.txt")
    words = frozenset(source.read_text(encoding="utf-8").split()) | frozenset(_kindred()[1]) | ARMS
    longest: dict[str, int] = {}
    for word in words:
        longest[word[-1]] = max(len(word), longest.get(word[-1], 0))
    return words, longest


@lru_cache(maxsize=1)
def common_brands() -> frozenset[str]:
    """The 3 000 commonest 字号 of the country: sharing one of these says little."""
    source = resources.files(__package__).joinpath("common_brands.txt")
    return frozenset(source.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _kindred() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the words of `kindred_trades.txt`, and word -> the first word of its line."""
    source = resources.files(__package__).joinpath("kindred_trades.txt").read_text(encoding="utf-8")
    first = {
        word: line.split()[0]
        for line in source.splitlines()
        if line and not line.startswith("#")
        for word in line.split()
    }
    longest_first = sorted(first, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first))), first


# Words at the end of a line of business that say nothing of it.
FILLING = frozenset("科技 技术 实业 发展 工业 制造 制品 用品 产业 有限 股份 开发 管理 服务".split())
_FILLING = re.compile(rf"(?<=..)(?:{'|'.join(sorted(FILLING))})+$")


@lru_cache(maxsize=50_000)
def trade_sense(trade: str) -> str:
    """The line of business without its manner of speaking: 机械设备, 装备 and 机电 are 机械; 信息科技 is 信息."""
    words, first = _kindred()
    sense = words.sub(lambda found: first[found.group()] + " ", trade)
    sense = "".join(dict.fromkeys(sense.split(" ")))
    return _FILLING.sub("", sense)


def split_trade(core: str, industry: str = "") -> tuple[str, str]:
    """(字号, 行业) of a name without place and legal form. The 字号 keeps at least two characters."""
    if industry and len(core) - len(industry) >= 2 and core.endswith(industry):
        return core[: -len(industry)], industry
    words, longest = trades()
    end = len(core)
    while True:
        for size in range(min(longest.get(core[end - 1 : end], 0), end - 2), 1, -1):
            if core[end - size : end] in words:
                end -= size
                break
        else:
            return core[:end], core[end:]


class NameParts:
    """A name taken apart; see the fields of `profile.Profile` for their meaning."""

    __slots__ = (
        "alias", "branch", "core", "form", "full", "group", "inner", "institution", "latin", "latin_brand", "latin_trade", "place",
        "whole",
    )  # fmt: skip

    def __init__(self) -> None:
        self.full = self.core = self.form = self.branch = self.place = ""
        self.latin_brand = self.latin_trade = self.whole = self.inner = ""
        self.group = self.institution = False
        self.alias: list[str] = []
        self.latin: tuple[str, ...] = ()


def take_apart(name: str) -> NameParts:
    """Place, core, legal form, branch mark, former names and Latin words of one written name."""
    parts = NameParts()
    text = clean(name)
    latin: list[str] = []
    has_han = True
    if not _ONLY_HAN.fullmatch(text):  # most names are nothing else, and have nothing of all this
        text = _NOTES.sub("", text) or text
        text = _LISTED.sub("", _ORDINAL.sub("", _CALLED.sub("", _LABEL.sub("", text)) or text))
        if (found := _FORMER_BLANK.search(text)) and found.start() >= 2:
            parts.alias.append(bare(found.group(1)))
            text = text[: found.start()]
        if (shorter := _SLASHED.sub("", text)) and len(shorter) >= 4:
            text = shorter
        latin = _WORDS.findall(_ENGLISH_FORM.sub(" ", text)) if _LETTERS.search(text) else []
        parts.latin = tuple(latin)
        has_han = any(map(is_han, text))
        if has_han and latin:
            # 千春工艺 QIANCHUN: the reading beside the name says it twice. 浙江QIANCHUN工艺: it stands for the 字号.
            text = _LATIN_BESIDE.sub("", text)
            if (found := _LATIN_BEFORE.match(text)) and not _names_a_trade(found.group(1)):
                text = found.group(1)
        elif not has_han:
            _take_latin(text, parts)
            text = _ENGLISH_FORM.sub(" ", text)
        if "(" in text or ")" in text:
            text = _without_brackets(text.replace(" ", ""), parts)
    if not _FORMER_SIGNS.isdisjoint(text) and (found := _FORMER_TAIL.search(text)) and found.start() >= 2:
        parts.alias.append(bare(found.group(1)))
        text = text[: found.start()]
    text = bare(text)
    if text.endswith(("行", "部", "处", "社", "公司")) and "行" in text:
        text = _BANKS.sub(lambda found: _BANK_NAMES[found.group()], text)
    if text.endswith(_STATUSES) and len(shorter := _STATUS.sub("", text)) >= 6:
        text = shorter
    text = _heard(text)
    text = _take_branch(text, parts)
    parts.full = text
    if text.endswith(_INSTITUTIONS):
        # In 上海市衢州商会 or 浙江大学 the place is the name itself.
        parts.institution = True
        parts.core = parts.whole = text
        return parts
    core = parts.whole = _take_form(text, parts)
    place, rest = places.at_head(core)
    if not parts.place or len(place) > len(parts.place):
        parts.place = place
    if rest.startswith("中国") and len(rest) > 4:
        rest = rest[2:]
    parts.core = rest or core or text
    if has_han and latin and (found := _LATIN_HEAD.match(parts.core)):
        parts.latin_brand = found.group().lower()
    return parts


_LATIN_BESIDE = re.compile(r"(?<=[一-鿿)])\s*[A-Z][A-Z&.' -]{2,}$")
_LATIN_BEFORE = re.compile(r"^[A-Z][A-Z&.']{2,}\s+([一-鿿]{2}.*)$")


def _names_a_trade(text: str) -> bool:
    """Whether nothing but a line of business and a legal form is written: 技术有限公司."""
    rest = text[: len(text) - len(_form_at_end(text))]
    return split_trade("  " + rest)[0] == "  "


_LATIN_HEAD = re.compile(r"[A-Z]{2,}")
_LATIN_FORM = re.compile(
    r"\b(?:CO|LTD|LIMITED|INC|CORP|CORPORATION|COMPANY|LLC|GROUP|HOLDINGS?|GMBH|PLC|THE|AND|OF|CHINA)\b|[^A-Z ]+"
)


@lru_cache(maxsize=1)
def english_trades() -> dict[str, str]:
    """Word or words of an English name -> trade in Chinese, "" where it says nothing (INDUSTRIAL)."""
    source = resources.files(__package__).joinpath("english_trades.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in source.splitlines() if line and not line.startswith("#"))
    return {english.upper(): "".join(trade) for english, *trade in rows}


def _take_latin(text: str, parts: NameParts) -> None:
    """ZHEJIANG QIAN CHUN CRAFTS CO., LTD.: 字号 `qianchun`, trade 工艺品, place 33."""
    words = _LATIN_FORM.sub(" ", text.replace("&", " ")).split()
    code = ""
    while len(words) > 1 and (here := places.by_sound(words[0].lower())) is not None:
        code = here if len(here) > len(code) else code
        words.pop(0)
    parts.place = parts.place or code
    known = english_trades()
    said: list[str] = []
    while len(words) > 1:
        size = next((size for size in (3, 2, 1) if size < len(words) and " ".join(words[-size:]) in known), 0)
        if not size:
            break
        said.insert(0, known[" ".join(words[-size:])])
        del words[-size:]
    parts.latin_brand = "".join(words).lower()
    parts.latin_trade = "".join(said)


def _without_brackets(text: str, parts: NameParts) -> str:
    def judge(found: re.Match[str]) -> str:
        inner = found.group(1)
        if not inner:
            return ""
        if former := _FORMER.match(inner):
            parts.alias.append(bare(former.group(1)))
            return ""
        if former := _RENAMED.match(inner):
            parts.alias.append(bare(former.group(1)))
            return ""
        code, rest = places.read(bare(inner))
        if code and not rest:
            if len(code) > len(parts.place):
                parts.place = code
            parts.inner += inner
            return ""
        if inner in ("集团", "控股", "股份") or _form_at_end(inner) or inner.endswith(_BRANCH_WORDS):
            return inner
        if not bare(text[: found.start()]) and len(bare(text)) - len(inner) < 4:
            return inner
        return ""

    while True:
        simpler = _BRACKETED.sub(judge, text)
        if simpler == text:
            break
        text = simpler
    return text


def _heard(text: str) -> str:
    """`text` with its legal form as it is spelt."""
    text = _HEARD_SHARES.sub("股份", text)
    if not text.endswith(_SOUND_FORM):
        for heard, meant in _HEARD:
            text = heard.sub(meant, text, count=1)
            if text.endswith(_SOUND_FORM):
                break
    return text


def _take_branch(text: str, parts: NameParts) -> str:
    if "公司" in text and not text.endswith(_SOUND_FORM):
        text = _ORDINAL_LATE.sub(r"第\1分公司", text)
        text = _BRANCH_HEARD.sub(lambda found: found[1] + ("分公司" if found[2] else "办事处"), text)
    if not text.endswith(_BRANCH_WORDS):
        return text
    if found := _BRANCH_AFTER.match(text):
        head, mark = found.group(1), found.group(2)
    elif found := _BRANCH_BARE.search(text):
        head, mark = text[: found.start()], found.group(1)
        for size in range(min(10, len(head) - 2), 1, -1):
            code, rest = places.read(head[-size:])
            if code and not rest:
                head, mark = head[:-size], head[-size:] + mark
                break
    else:
        return text
    if len(head) < 2:
        return text
    code, rest = places.read(mark)
    rest = _ROAD_OF_BRANCH.sub("", rest)
    # 杭州市湖墅支行 is 湖墅支行; only a mark that names nothing but a place needs the place.
    rest = rest.translate(_HAN_ORDER)
    if not code and (found := _PLACED_BRANCH.match(rest)) and (code := places.misspelt(found[1])):
        rest = found[2]  # 州湖分公司, 呈都办事处
    parts.branch = f"{code}{rest}" if _BRANCH_PLAIN.match(rest) else rest
    return _heard(head)


def _form_at_end(text: str) -> str:
    """The longest legal form that `text` ends with, "" if none."""
    for size in _FORM_SIZES.get(text[-1:], ()):
        if text[-size:] in _FORM_CLASS:
            return text[-size:]
    return ""


def _take_form(text: str, parts: NameParts) -> str:
    """`text` without its legal form; sets `form` and `group`."""
    core = text
    for _round in range(4):
        form = _form_at_end(core)
        if form and len(form) < len(core):
            parts.form = parts.form if parts.form and parts.form != "company" else _FORM_CLASS[form]
            core = core[: -len(form)]
        elif core.endswith("集团") and len(core) > 3:
            parts.group = True
            core = core[:-2]
        else:
            break
    if not parts.form and (found := _FORM.search(core, 2)) and found.group() != "厂":
        # 金鲁源环保有限公司东阳: what follows the legal form is a place or a note
        code, rest = places.read(core[found.end() :])
        if code and not rest:
            parts.form = _FORM_CLASS[found.group()]
            if len(code) > len(parts.place):
                parts.place = code
            core = core[: found.start()]
            if core.endswith("集团") and len(core) > 3:
                parts.group = True
                core = core[:-2]
    if "集团" in core and len(core) > 4:
        parts.group = True
        core = core.replace("集团", "", 1)
    return core if len(core) >= 1 else text


# --- codes, phones, people, addresses ---------------------------------------------------------------

_CODE_LETTERS = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5"})  # letters that a USCC never has
_NOT_CODE = re.compile(r"[^0-9A-Z]")
_CODE_LABEL = re.compile(r"^.*(?:代码|注册号|税号|登记号|USCC)[:：]?", re.S)


def code_of(text: str) -> tuple[str, bool, str]:
    """(code, valid, organisation part) of what stands in a USCC cell.

    The organisation part is the nine characters that the USCC shares with the older 组织机构代码 and with
    the 15-digit tax number: the same nine mean the same legal entity.
    """
    if not text:
        return "", False, ""
    if text.isascii() and text.isalnum() and "USCC" not in (upper := text[:80].upper()):
        code = upper  # most cells: nothing stands beside the code
    else:
        code = _NOT_CODE.sub("", _CODE_LABEL.sub("", clean(text, 80)))
    if len(code) == 18:
        if _code_valid(code):
            return code, True, code[8:17]
        read = code[:2] + code[2:].translate(_CODE_LETTERS)
        if read != code and _code_valid(read):
            return read, True, read[8:17]
        return code, False, ""
    if len(code) == 15 and code[:6].isdigit() and _organisation_valid(code[6:]):
        return code, False, code[6:]
    if len(code) == 9 and _organisation_valid(code):
        return code, False, code
    return (code, False, "") if 8 <= len(code) <= 22 else ("", False, "")


_CODE_VALUES = {sign: value for value, sign in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)


def _code_valid(code: str) -> bool:
    """The check character of GB 32100 first, which the library takes twenty times as long to find."""
    values = [_CODE_VALUES.get(sign, 99) for sign in code]
    if 99 in values or sum(map(mul, values, _CODE_WEIGHTS)) % 31:
        return False
    return code[:8].isdigit()


def _organisation_valid(code: str) -> bool:
    """The check character of GB 11714."""
    if not code[:8].isalnum() or not code.isascii():
        return False
    total = sum(int(c, 36) * weight for c, weight in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=False))
    check = 11 - total % 11
    return code[8] == ("X" if check == 10 else "0" if check == 11 else str(check))


_EXTENSION = re.compile(r"(?:转|EXT\.?|分机|#).*$", re.I)
_LANDLINE = re.compile(r"^(0(?:10|2\d|[3-9]\d\d))([2-9]\d{6,7})")
_DIGITS = re.compile(r"\d+")


def phone_digits(text: str) -> str:
    """Digits of one phone cell in national form: 11 for a mobile, area code + 7 or 8 for a landline.

    Full width, +86, 0086, a leading 0 before a mobile, spaces, dashes and extensions are taken away;
    fewer than seven digits give nothing.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text[:80])
    text = _EXTENSION.sub("", text[:80])
    groups = _DIGITS.findall(text)
    digits = "".join(groups)
    if digits.startswith("0086"):
        digits = digits[4:]
        if digits[:1] not in "01" and len(digits) >= 10:
            digits = "0" + digits
    elif (digits.startswith("86") and len(digits) > 11) or text.lstrip().startswith("+86"):
        digits = digits[2:]
    if len(digits) >= 12 and digits[0] == "0" and digits[1] == "1" and digits[1:3] != "10":
        digits = digits[1:]
    if len(digits) == 11 and digits[0] == "1":
        return digits
    if digits[:1] != "0" and len(digits) >= 10 and text.lstrip().startswith("+86"):
        digits = "0" + digits
    if found := _LANDLINE.match(digits):
        # an extension written behind a dash: 0577-68817117-302
        local = found.group(2)
        if len(groups) >= 2 and len(groups[-1]) <= 5 and len(digits) > len(found.group()):
            local = digits[len(found.group(1)) : len(digits) - len(groups[-1])] or local
        return found.group(1) + local[:8]
    return digits[:14] if len(digits) >= 7 else ""


_MOBILES = re.compile(
    r"(?<!\d)(?:\+?86[- ]?|0086 ?|0)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|1[3-9]\d{2}-\d{3}-\d{4})(?!\d)"
)
_LINES = re.compile(r"(?<!\d)\(?(0(?:10|2\d|[3-9]\d\d))\)?[- ]?([2-9]\d{6,7})(?!\d)")
_TYPED_DIGITS = re.compile(r"(?<=\d)[OoIl](?=\d)|^[Oo](?=\d{2})|(?<=\d)[Oo]$")


def phones_in(cell: str) -> list[str]:
    """All phone numbers of one cell, in national form; O typed for 0 and l for 1 are read as meant."""
    if len(cell) == 11 and cell[0] == "1" and cell.isascii() and cell.isdigit():
        return [cell]
    cell = cell[:80]
    if not cell.isascii():
        cell = unicodedata.normalize("NFKC", cell)
    if not cell.isdigit():
        while (read := _TYPED_DIGITS.sub(lambda found: "0" if found.group() in "Oo" else "1", cell)) != cell:
            cell = read
    if len(cell) > 18 and sum(map(str.isdigit, cell)) > 14:
        several = ["".join(filter(str.isdigit, found)) for found in _MOBILES.findall(cell)]
        several += ["".join(found) for found in _LINES.findall(_MOBILES.sub(" ", cell))]
        if several:
            return several
    one = phone_digits(cell)
    return [one] if one else []


_TITLES = re.compile(
    r"(?:董事长|副总经理|总经理|副总裁|总裁|副会长|会长|秘书长|经理|主任|部长|厂长|校长|院长|先生|女士|小姐|老师|老板|"
    r"总监|总工|主席|书记|局长|处长|科长|董|总|工|某+)$"
)
_TITLES_END = frozenset("长裁理任生士姐师板监工席记董总某")  # each title ends with one of these
_FAMILIAR = re.compile(r"^[老小阿](?=.$)|^法人(?:代表)?(?=..)|[\d+-]{7,}")


@lru_cache(maxsize=20_000)
def person(text: str) -> str:
    """A person's name without title, brackets and spaces; 何总 -> 何, (示例)对接处 -> 对接处."""
    text = clean(text, 40)
    if not _ONLY_HAN.fullmatch(text):
        text = bare(_BRACKETED.sub("", text.replace("·", "").replace(".", "")))
    text = _FAMILIAR.sub("", text)
    shorter = text
    while len(shorter) > 1 and shorter[-1] in _TITLES_END:
        cut = _TITLES.sub("", shorter)
        if cut == shorter or not cut:
            break
        if len(cut) == 1 and len(shorter) == 2 and shorter[1] in "董总工":
            return cut
        shorter = cut
    return shorter


_HAN_NUMBER = re.compile(r"[〇零一二三四五六七八九]{2,5}(?=号)")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_HAN_DIGITS_SET = frozenset("〇零一二三四五六七八九")
_PLACE_BEHIND = re.compile(r"(?:[,，;；]|\()([^\d,，;；()]{2,})\)?$")
_ROAD = re.compile(
    r"([^\d\W]{1,12}?(?:大道|大街|路|街|巷|弄|道|线|园区|广场|村))(?:东段|西段|南段|北段|中段)?(\d+)(?:号|#|弄|$|[^\d])"
)
_STREET_HEAD = re.compile(r"^.*?(?:街道|开发区|工业区|园区|镇|乡|村)(?=..)")
_STREET_SIGNS = frozenset(
    "道区镇乡村"
)  # one of these is in each word of `_STREET_HEAD`; most roads have none
_ROOM = re.compile(r"\d+")


def address(text: str) -> tuple[str, str, str, str]:
    """(place code, road, number, what stands behind the number) of an address; blanks where unknown."""
    text = clean(text).replace(" ", "")
    if not text:
        return "", "", "", ""
    if not _HAN_DIGITS_SET.isdisjoint(text):
        text = _HAN_NUMBER.sub(lambda found: found.group().translate(_HAN_DIGITS), text)
    code, rest = places.read(text)
    if not code and (found := _PLACE_BEHIND.search(text)):
        # 23幢1407室,兴业路1098号,西安市: the wide comes last
        code = places.read(found.group(1))[0]
        if code:
            rest = rest[: -len(found.group())] or rest
    found = _ROAD.search(rest)
    if not found:
        return code, "", "", ""
    road = found.group(1)
    while not _STREET_SIGNS.isdisjoint(road):
        shorter = _STREET_HEAD.sub("", road)
        if shorter == road:
            break
        road = shorter
    _more, road = places.read(road) if len(road) > 5 else ("", road)
    behind = _ROOM.findall(rest[found.end() - 1 :]) or _ROOM.findall(rest[: found.start()])
    return code, road or found.group(1), found.group(2), "-".join(behind)
