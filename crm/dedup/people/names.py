"""A person's name taken apart: surname, given name, titles, spelling in letters, and what is written beside it.

Lists hold what people say: 王总, 小王, 王建国（董事长）, 董事长 王建国, 王建国13800000000, 王**, WANG Jianguo,
Jianguo Wang, 欧阳先生, 買買提·艾力, 王建国夫人. Every function is total: any string in, a name out.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from crm.dedup import normalise, places, sounds
from crm.lib import pinyin

LONGEST = 60  # characters of a cell that are looked at

COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 司徒 东方 独孤 南宫 慕容 端木 公孙 轩辕 东郭 百里 闻人 宇文 赫连 申屠 太史 淳于 公冶 "
    "宗政 钟离 尉迟 万俟 长孙 澹台 单于 令狐 夏侯 鲜于 宰父 拓跋 呼延 皇甫 亓官 乐正 濮阳 太叔 公羊 仲孙 司空 "
    "司寇 西门 南门 第五 梁丘 左丘 东门 纳兰 完颜 叶赫 巫马 漆雕 段干 颛孙 谷梁 钟吾 达奚 哥舒".split()
)
_TITLE_WORDS = (
    "执行董事长|副董事长|董事长|执行董事|独立董事|董事|副总经理|总经理|总裁助理|副总裁|总裁|执行会长|常务副会长|名誉会长|"
    "副会长|会长|副秘书长|秘书长|常务理事|副理事长|理事长|理事|监事长|监事|合伙人|创始人|法人代表|法人|法定代表人|"
    "负责人|联系人|投资人|大老板|老板娘|老板|经理|主任|部长|厂长|校长|院长|所长|社长|店长|行长|科长|处长|局长|县长|"
    "镇长|乡长|村长|区长|市长|书记|主席|委员|代表|顾问|总监|总工程师|工程师|总工|律师|会计|出纳|教授|博士|医生|老师|"
    "老总|先生|女士|小姐|师傅|同志|阿姨|大姐|大哥|副总|[总董工姐哥]"
)
_TITLE_TAIL = re.compile(rf"(?:{_TITLE_WORDS})$")
_TITLE_HEAD = re.compile(rf"^(?:{_TITLE_WORDS})(?=..)")
_NOBODY = frozenset(_TITLE_WORDS[: _TITLE_WORDS.index("[")].split("|"))
# 王建国夫人 is not 王建国. A bare surname with 太太 or 秘书 is a courtesy like any other.
_BESIDE = re.compile(
    r"(?:的|之)?(?:夫人|太太|爱人|妻子|妻|老婆|丈夫|老公|先生家属|家属|儿子|女儿|之子|之女|子女|父亲|母亲|弟弟|哥哥|妹妹|姐姐|"
    r"兄弟|女婿|儿媳|秘书|助理|司机|代理人|代)$"
)
_BESIDE_TITLE = frozenset({"秘书", "助理", "司机", "代理人"})  # also what somebody is
_WOMAN = re.compile(r"女士|小姐|太太|夫人|阿姨|大姐|老板娘|姐$|[(]女[)]|妻")
_MAN = re.compile(r"先生|大哥|哥$|[(]男[)]|丈夫")
_FAMILIAR = re.compile(r"^[小老阿大](?=.$)")
_DIGITS = re.compile(r"\+?\d[\d\- ]{5,}\d")
_SEX = re.compile(r"(?<=[一-鿿])[\s,，]+[男女]$")
_LABELS = re.compile(r"(?:手机号?码?|电话|联系方式|联系人|姓名|微信号?|TEL|MOBILE)\s*[:：]?")
_NUMBERED = re.compile(r"^\W*\d{1,4}\s*[.、)]\s*")
_DOTS = "·•・‧∙⋅●．."
_BETWEEN = re.compile(rf"(?<=[^\W\d_A-Za-z])[{_DOTS}\-](?=[^\W\d_A-Za-z])")
_SEVERAL = re.compile(r"[/|\\、;，；&]|和(?=..)")
_BRACKETED = re.compile(r"\(([^()]*)\)?")
_WORD = re.compile(r"[A-Z][A-Z']*(?:-[A-Z']+)*")
_MARKED = re.compile(r"(?<=[一-鿿]{2})[*?]$")  # 王建国*: a mark of the list, nothing is hidden
_MASK = re.compile(r"[*×＊某○〇□?]|(?<=[㐀-鿿])X+")


class PersonName:
    """What a name cell says.

    full         Chinese characters without title and points: 王建国, 买买提艾力; "" if there are none
    surname      one character or a compound; given: the rest
    bare         only a surname is known (王总, 小王, 欧阳先生)
    masked       王*国 as it stands, * for what is left out; `full` is "" then
    sound        readings of `full`, folded (zh=z, -ng=-n), joined by blanks
    spelled      ways the name may be spelled in letters without blanks: wangjianguo; every order if given in letters
    parts        the parts of a name with points in it (买买提·艾力)
    beside       夫人, 秘书 …: somebody beside the person named
    gender       "m", "f" or "" as the courtesy says
    """

    __slots__ = (
        "bare", "beside", "full", "gender", "given", "masked", "numbers", "parts", "sound", "spelled", "surname",
    )  # fmt: skip

    def __init__(self) -> None:
        self.full = self.surname = self.given = self.masked = self.sound = self.beside = self.gender = ""
        self.bare = False
        self.spelled: tuple[str, ...] = ()
        self.parts: tuple[str, ...] = ()
        self.numbers: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """What names one person, as far as known: characters, or letters in one order; "" for 王总."""
        if self.full and not self.bare:
            return self.full
        return self.spelled[0] if self.spelled and not self.full else ""


def _plain(text: str) -> str:
    """NFKC, simplified, upper case, letters without accents."""
    text = normalise.clean(text, LONGEST)
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFD", c)[0] if "À" <= c <= "ʯ" or "Ḁ" <= c <= "ỿ" else c for c in text
    )


@lru_cache(maxsize=8_192)
def person_name(cell: str) -> PersonName:
    """The name in a cell, taken apart. The answer is shared: do not change it."""
    name = PersonName()
    text = _plain(cell)
    if any(c.isdigit() for c in text):
        name.numbers = tuple(found.strip() for found in _DIGITS.findall(text))
        text = _NUMBERED.sub("", _DIGITS.sub(" ", text))
    text = _LABELS.sub(" ", text)
    if sex := _SEX.search(text.rstrip()):
        name.gender = "f" if sex.group()[-1] == "女" else "m"
        text = text[: sex.start()]
    elif _WOMAN.search(text):
        name.gender = "f"
    elif _MAN.search(text):
        name.gender = "m"
    notes = [note.strip() for note in _BRACKETED.findall(text)] if "(" in text else []
    if notes:
        text = _BRACKETED.sub(" ", text)
    outside = _take_characters(text, name)
    for note in notes:
        _take_note(note, name)
    if not outside and not name.full and not name.masked:
        _take_letters(" ".join((text, *notes)), name)
    if name.full:
        readings = pinyin.readings(name.full)
        name.sound = " ".join([sounds.folded(syllable) for syllable in readings[0] if syllable])
        if not name.bare:
            name.spelled = tuple(dict.fromkeys([_one_spelling("".join(each)) for each in readings]))
    return name


def _take_characters(text: str, name: PersonName) -> bool:
    """Reads the Chinese name in `text`, if there is one."""
    if not any(map(normalise.is_han, text)):
        return False
    first, *_others = _SEVERAL.split(text.strip(" /|\\、;，；&"), maxsplit=1)
    if not any(map(normalise.is_han, first)):
        first = text
    first = _MARKED.sub("", first)
    if _MASK.search(first) and (masked := _masked(first)):
        if "*" not in masked:
            name.full = name.surname = masked
            name.bare = True
        else:
            name.masked = masked
            name.surname = masked[0]
        return True
    pointed = bool(_BETWEEN.search(first))
    if pointed:
        first = _BETWEEN.sub("·", first)
        pieces = first.split("·")
        if len(pieces) == 2 and len(pieces[0].strip()) == 1:
            pieces = []  # 刘·文斌 is 刘文斌
        name.parts = tuple(part for part in map(_han, pieces) if part)
    word = _han(first)
    if word in _NOBODY:
        return False
    familiar = _FAMILIAR.sub("", word) if len(word) == 2 else word
    if familiar != word:
        name.full = name.surname = familiar
        name.bare = True
        return True
    if len(word) > 2 and (found := _BESIDE.search(word)):
        head = word[: found.start()]
        relation = found.group().lstrip("的之")
        if _is_surname(head):
            if relation in _BESIDE_TITLE or relation in ("太太", "夫人"):
                word = head  # 王太太, 王秘书
                name.bare = True
        elif len(head) >= 2:
            name.beside = relation
            word = head
    word = _without_titles(word)
    if not word or word in _NOBODY:
        return False
    if name.parts and len(name.parts) > 1:
        name.full = "".join(name.parts)
        name.given = name.full
        return True
    _split(word, name)
    return True


def _han(text: str) -> str:
    return "".join(c for c in text if normalise.is_han(c))


def _without_titles(word: str) -> str:
    while len(word) > 2 and (found := _TITLE_HEAD.match(word)) and len(found.group()) > 1:
        word = word[found.end() :]
    while len(word) > 1 and (found := _TITLE_TAIL.search(word, 1)):
        cut = word[: found.start()]
        # 王东升哥 loses its 哥, 陈工 its 工, but 李文工 may be a given name: one character is a title only
        # behind a surname or behind a whole name
        if len(found.group()) == 1 and len(cut) == 2 and not _is_surname(cut):
            break
        word = cut
    return word


def _is_surname(word: str) -> bool:
    return len(word) == 1 or word in COMPOUND_SURNAMES


def _split(word: str, name: PersonName) -> None:
    if len(word) > 8:
        word = word[:8]
    name.full = word
    size = 2 if word[:2] in COMPOUND_SURNAMES else 1
    if len(word) == size + 3 and word[-1] == word[-2]:
        word = name.full = word[:-1]  # 周澜玮玮: a key held too long
    name.surname, name.given = word[:size], word[size:]
    name.bare = not name.given


_NO_GIVEN = frozenset(
    "会员 客户 代理 微信 手机 重点 新增 退休 本人 已故 失联 在职 离职 兼职 常务 名誉 示例 测试".split()
)


def _take_note(note: str, name: PersonName) -> None:
    """A bracket behind the name: its bearer's whole name (王总（王建国）), whom it is for, or a title."""
    inner = _han(note)
    if not inner or name.masked:
        return
    if found := _BESIDE.fullmatch(inner):
        if name.full and not name.bare:
            name.beside = found.group()
        return
    word = _without_titles(inner)
    if not 2 <= len(word) <= 4 or word != inner or word in _NOBODY or word.startswith("已"):
        return  # 杨董（老板）, 杨经理（已加微信）
    if not name.full or (name.bare and word.startswith(name.surname)):
        _split(word, name)
    elif name.bare and len(word) == 2 and word not in _NO_GIVEN and not places.read(word)[0]:
        _split(name.surname + word, name)  # 王总（建国）


def _masked(text: str) -> str:
    """王*国 of 王某国, 王** of 王XX; 王 of 王某, which leaves open how many characters follow."""
    text = re.sub(r"[某×＊○〇□?X]", "*", text)
    text = "".join(c for c in text if c == "*" or normalise.is_han(c))
    text = _without_titles(text)
    if not text or text[0] == "*" or "*" not in text or len(text) > 6:
        return ""
    size = 2 if text[:2] in COMPOUND_SURNAMES else 1
    return text[:size] if set(text[size:]) == {"*"} else text


def _take_letters(text: str, name: PersonName) -> None:
    words = [word.replace("-", "").replace("'", "").lower() for word in _WORD.findall(text)]
    words = [word for word in words if word not in _COURTESIES]
    if not words or len(words) > 5:
        return
    if len(words) == 1 and len(words[0]) < 4:
        return
    whole = {"".join(words[at:] + words[:at]) for at in range(len(words))}
    name.spelled = tuple(sorted({_one_spelling(word) for word in whole}))
    name.parts = tuple(map(_one_spelling, words))


_COURTESIES = frozenset(
    {"mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam", "ceo", "manager", "general", "president"}
)


def _one_spelling(word: str) -> str:
    """吕 is typed lv, lu and lyu."""
    return word.replace("lyu", "lu").replace("nyu", "nu").replace("v", "u")
