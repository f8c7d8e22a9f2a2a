"""Lists damaged in ways of their own: what scans misread, what is taken down by ear, what offices shorten, what comes
out of exports. With `invented` they are what the shipped weights were learned from, beside a list of real 字号
(crm/dedup/SOURCES.md says how to make them again).

Whoever looks at such a list must not find the damage of the next one in it: each family has kinds of its own, and
the trade names of one do not occur in the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from pypinyin.pinyin_dict import pinyin_dict

from crm.dedup import normalise, sounds
from crm.dedup.places import short_of
from tests.bench.dedup import invented
from tests.bench.dedup.invented import Firm, Scribe

FAMILIES = ("scans", "ear", "office", "export")

_SCANNED = (
    "有冇肉 限艰很 公厶么 司同可 技枝 科料 贸贺 机杌 械戒 电申 气乞 业亚 工土王 子孑 天夭 大太 人入 金全 未末 州洲 宁宇 温湿 "
    "台合 江汪 华毕 新斩 材村 品晶 服报 织职 纺仿 鞋鞍 五王 食良 药约 车东 物牧 流硫 网冈 信倍 息熄 日曰 口囗 己已巳 千干于 "
    "本木 土士 石右 贝见 力刀 万方 永水 木术 光先 文义 中申 丰手 风凤 明朋 京亰 云去 开井 元无 丽雨 永求 园圆 达迖 汇江 泰秦 奏"
).split()
_SOUTH = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("n", "l"),
    ("ang", "an"),
    ("eng", "en"),
    ("ing", "in"),
    ("h", "f"),
)
_TRADES_TOO = (
    ("机械", "机电", "设备", "装备制造"), ("科技", "技术", "科技发展"), ("商贸", "贸易", "经贸", "供应链"), ("服饰", "制衣", "服装"),
    ("电气", "电器", "电力设备"), ("物流", "货运", "运输"), ("建材", "建筑材料", "新型建材"), ("塑业", "塑料制品", "塑胶"), ("五金", "金属制品"),
    ("食品", "食品工业"), ("医药", "药业"), ("家具", "家居", "家私"), ("纺织", "织造", "家纺"), ("包装", "包装印刷", "纸品包装"),
    ("模具", "模塑"), ("网络科技", "信息科技", "互联网"), ("投资管理", "投资", "资产管理"), ("文化传媒", "传媒", "文化传播"), ("阀门", "阀业"),
    ("农业开发", "农业科技", "生态农业"), ("园林绿化", "园林"), ("酒店管理", "酒店"), ("新能源", "能源科技"), ("建筑工程", "建设", "建筑"),
)  # fmt: skip
_ENGLISH = {
    "机械": "Machinery", "装备": "Equipment", "轴承": "Bearing", "阀门": "Valve", "泵业": "Pump", "电气": "Electric", "电子": "Electronics",
    "材料": "Material", "纺织": "Textile", "服饰": "Garment", "鞋业": "Shoes", "五金": "Hardware", "家具": "Furniture", "包装": "Packing",
    "模具": "Mould", "建材": "Building Material", "食品": "Food", "酒业": "Wine", "科技": "Technology", "软件": "Software", "物流": "Logistics",
    "贸易": "Trading", "进出口": "Import & Export", "商贸": "Commerce", "电子商务": "E-Commerce", "投资": "Investment", "医药": "Pharmaceutical",
    "塑业": "Plastic", "玻璃": "Glass", "陶瓷": "Ceramics", "广告": "Advertising", "实业": "Industry",
}  # fmt: skip


@lru_cache(maxsize=1)
def _scanned() -> dict[str, str]:
    return {one: group.replace(one, "") for group in _SCANNED for one in group if len(group) > 1}


@lru_cache(maxsize=1)
def _stock() -> tuple[str, dict[str, str]]:
    """The characters of common 字号, and reading -> those in daily use that are read so."""
    characters = "".join(sorted(set("".join(normalise.common_brands()))))
    daily = sorted(c for c in map(chr, pinyin_dict) if _in_daily_use(c))
    read: dict[str, str] = {}
    for character in daily:
        read[sounds.syllable(character)] = read.get(sounds.syllable(character), "") + character
    return characters, read


def _in_daily_use(character: str) -> bool:
    """The 3 755 characters of the first level of GB 2312."""
    try:
        return b"\xb0" <= character.encode("gb2312")[:1] <= b"\xd7"
    except UnicodeEncodeError:
        return False


def spelled(text: str) -> str:
    return "".join(map(sounds.syllable, text))


class FamilyScribe(Scribe):
    """A scribe whose lists have the kinds of damage of one family."""

    def __init__(self, seed: int, family: str) -> None:
        super().__init__(seed, family)
        self.number = FAMILIES.index(family)
        self.ways: list[tuple[Callable[[Firm], str], int]] = self._ways(family)

    def brand(self) -> str:
        if self.often(0.4):
            return self.dice.choice(sorted(normalise.common_brands()))
        stock = _stock()[0]
        while True:
            made = "".join(self.dice.choices(stock, k=2 if self.often(0.65) else 3))
            if sum(map(ord, made)) % len(FAMILIES) == self.number:
                return made

    def family(self) -> list[Firm]:
        """Besides what every list has: arms of a house, numbered works, a 新 in front, franchises, serial founders."""
        firms = super().family()
        one = firms[0]
        if len(firms) > 1 or not self.often(0.1):
            return firms
        other = replace(one, uscc=self.code(), former="")
        if self.often(0.7):
            other.phone = self.mobile()
        if self.often(0.6):
            other.address = self.address(one.place)
        if self.often(0.4):
            other.legal = self.person()
        kind = self.dice.randrange(7)
        if kind == 0:
            other.trade = one.trade + self.dice.choice(("销售", "配件", "进出口")) if self.often(0.5) else self.dice.choice(
                ("投资", "控股", "实业", "房地产开发", "物流"))  # fmt: skip
        elif kind == 1:
            one.brand, other.brand = one.brand + "一", one.brand + "二"
        elif kind == 2:
            other.brand = self.dice.choice("新大老东") + one.brand
        elif kind == 3:
            place = self.place()
            other = replace(other, place=place, shown=short_of(place[1]), legal=self.person(), phone=self.mobile(),
                            address=self.address(place))  # fmt: skip
        elif kind == 4:
            other.brand = self.brand()
        elif kind == 5:
            other.form = "厂" if one.form != "厂" else "有限公司"
        else:
            other.form = "集团有限公司" if "集团" not in one.form else "有限公司"
        return [one, other]

    # --- damage

    def _ways(self, family: str) -> list[tuple[Callable[[Firm], str], int]]:
        usual = [(self._plain, 30), (self._called, 6)]
        return usual + {
            "scans": [(self._misread, 22), (self._cut, 9), (self._lost, 10), (self._wrong, 9), (self._broken, 5), (self._headed, 5)],
            "ear": [(self._heard, 26), (self._doubled, 6), (self._exchanged, 12), (self._called, 8)],
            "office": [(self._other_trade, 20), (self._former_name, 10), (self._moved_place, 8), (self._called, 12), (self._branched, 4)],
            "export": [(self._english, 11), (self._in_letters, 8), (self._noted, 14), (self._dotted, 7), (self._lost, 6), (self._heard, 6)],
        }[family]  # fmt: skip

    def written_name(self, firm: Firm) -> str:
        way = self.dice.choices([way for way, _share in self.ways], [share for _way, share in self.ways])[0]
        name = way(firm)
        if self.often(0.2):  # two at once
            again = {"scans": self._wrong_in, "ear": self._heard_in, "office": self._noted_in}.get(
                FAMILIES[self.number]
            )
            name = again(name) if again else name
        return name

    def _plain(self, firm: Firm) -> str:
        form = (
            self.dice.choice(invented._FORMS_AS_WRITTEN.get(firm.form, (firm.form,)))
            if self.often(0.6)
            else firm.form
        )
        shown = (
            self.dice.choice(("", firm.place[1], short_of(firm.place[1]), short_of(firm.place[2])))
            if self.often(0.5)
            else firm.shown
        )
        if shown and self.often(0.15):
            return f"{firm.brand}（{shown}）{firm.trade}{form}{firm.branch}"
        return f"{shown}{firm.brand}{firm.trade}{form}{firm.branch}"

    def _called(self, firm: Firm) -> str:
        """As people say it."""
        brand, trade, place = firm.brand, firm.trade, short_of(firm.place[1])
        tail = "集团" if "集团" in firm.form else self.dice.choice(("", "公司"))
        return self.dice.choice(
            (brand + tail, brand + trade[:2] + tail, brand + trade[-2:], place + brand, place + brand + trade[:2], brand + trade[0] + trade[-1],
             place[0] + brand + trade[:2])
        ) + firm.branch  # fmt: skip

    def _misread(self, firm: Firm) -> str:
        name, alike = self._plain(firm), _scanned()
        for _turn in range(1 if self.often(0.6) else 2):
            places = [at for at, character in enumerate(name) if character in alike]
            if places:
                at = self.dice.choice(places)
                name = name[:at] + self.dice.choice(alike[name[at]]) + name[at + 1 :]
        return name

    def _cut(self, firm: Firm) -> str:
        return self._plain(firm)[: self.dice.randrange(6, 15)]

    def _dotted(self, firm: Firm) -> str:
        return self._plain(firm)[: self.dice.randrange(7, 13)] + self.dice.choice(("…", "...", ".."))

    def _lost(self, firm: Firm) -> str:
        name = self._plain(firm)
        at = self.dice.randrange(len(name))
        return name[:at] + name[at + 1 :] if len(name) > 4 else name

    def _wrong_in(self, name: str) -> str:
        at = self.dice.randrange(len(name))
        return name[:at] + self.dice.choice(_stock()[0]) + name[at + 1 :]

    def _wrong(self, firm: Firm) -> str:
        return self._wrong_in(self._plain(firm))

    def _broken(self, firm: Firm) -> str:
        name = self._plain(firm)
        at = self.dice.randrange(1, len(name))
        return name[:at] + self.dice.choice(("\n", " ", "|", "-")) + name[at:]

    def _headed(self, firm: Firm) -> str:
        return self.dice.choice(("No.", "1、", "单位名称：", "（3）", "甲方：", "“")) + self._plain(firm)

    def _heard_in(self, name: str) -> str:
        at = self.dice.randrange(max(2, len(name) - 4))
        said, read = sounds.syllable(name[at]), _stock()[1]
        if self.often(0.3):
            long, short = self.dice.choice(_SOUTH)
            for one, two in ((long, short), (short, long)):
                other = two + said[len(one) :] if said.startswith(one) else said[: -len(one)] + two
                if (said.startswith(one) or said.endswith(one)) and other in read:
                    said = other
                    break
        return name[:at] + self.dice.choice(read.get(said, name[at])) + name[at + 1 :]

    def _heard(self, firm: Firm) -> str:
        name = self._heard_in(self._plain(firm))
        return self._heard_in(name) if self.often(0.4) else name

    def _doubled(self, firm: Firm) -> str:
        name = self._plain(firm)
        at = self.dice.randrange(len(name))
        return name[: at + 1] + name[at:]

    def _exchanged(self, firm: Firm) -> str:
        name = self._plain(firm)
        at = self.dice.randrange(len(name) - 1) if len(name) > 1 else 0
        return name[:at] + name[at : at + 2][::-1] + name[at + 2 :]

    def _other_trade(self, firm: Firm) -> str:
        trade = firm.trade
        for words in _TRADES_TOO:
            if word := next((word for word in words if word in trade), ""):
                trade = trade.replace(word, self.dice.choice([each for each in words if each != word]))
                break
        return self._plain(replace(firm, trade=trade))

    def _former_name(self, firm: Firm) -> str:
        firm.former = firm.former or self.brand() + self.dice.choice(invented._TRADES) + self.dice.choice(
            ("厂", "有限公司")
        )
        return (
            self._plain(firm)
            + self.dice.choice(("（原%s）", "（曾用名：%s）", " 原%s", "（前身为%s）", "（%s更名）"))
            % firm.former
        )

    def _moved_place(self, firm: Firm) -> str:
        place = self.dice.choice((short_of(firm.place[1]), firm.place[1], short_of(firm.place[0])))
        rest = f"{firm.trade}{firm.form}{firm.branch}"
        return self.dice.choice(
            (
                f"{firm.brand}{place}{rest}",
                f"{firm.brand}{rest}{place}",
                f"{firm.place[0]}{firm.place[1]}{firm.brand}{rest}",
            )
        )

    def _branched(self, firm: Firm) -> str:
        return self._plain(firm) + (
            "" if firm.branch else self.dice.choice(("（总部）", "总公司", "本部", "（母公司）"))
        )

    def _english(self, firm: Firm) -> str:
        place = spelled(short_of(firm.place[self.dice.randrange(2)])).title() if self.often(0.75) else ""
        trade = next((word for key, word in _ENGLISH.items() if key in firm.trade), "")
        brand = (
            spelled(firm.brand).title()
            if self.often(0.7)
            else " ".join(spelled(c).title() for c in firm.brand)
        )
        name = " ".join(
            filter(
                None,
                (
                    place,
                    brand,
                    trade,
                    self.dice.choice(("Co., Ltd.", "Co.,Ltd", "Limited", "CO LTD", "Company")),
                ),
            )
        )
        return name.upper() if self.often(0.2) else name

    def _in_letters(self, firm: Firm) -> str:
        brand = (
            spelled(firm.brand).title()
            if self.often(0.6)
            else "".join(spelled(c)[0] for c in firm.brand).upper()
        )
        return self._plain(replace(firm, brand=brand))

    def _noted_in(self, name: str) -> str:
        return self.dice.choice(
            ("%s（已走访）", "%s-张总", "★%s", "客户：%s", "%s(重点)", "%s（停产）", "VIP%s", "%s 3楼", "%s（在建）", "%s【意向】", "%s（王经理）")
        ) % name  # fmt: skip

    def _noted(self, firm: Firm) -> str:
        return self._noted_in(self._plain(firm))

    # --- the other cells

    def written_code(self, code: str) -> str:
        if self.often(0.45):
            return ""
        if self.often(0.72):
            return code
        at = self.dice.randrange(2, 16)
        if self.number in (0, 2):
            return self.dice.choice(
                (code.replace("0", "O", 1), f"{code[8:16]}-{code[16]}", code[: self.dice.randrange(15, 18)],
                 code[:at] + self.dice.choice("0123456789ABCDEFGHJ") + code[at + 1 :])
            )  # fmt: skip
        return self.dice.choice(
            (code[2:17], "".join(self.dice.choices("0123456789", k=15)), code[:at] + code[at + 1] + code[at] + code[at + 2 :],
             code[:at] + code[at] + code[at:], code[:at] + code[at + 1 :])
        )  # fmt: skip

    def written_person(self, name: str) -> str:
        if self.often(0.62) or len(name) < 2:
            return name
        if FAMILIES[self.number] == "scans":
            alike = _scanned()
            at = self.dice.randrange(len(name))
            return self.dice.choice(
                (name[:at] + self.dice.choice(alike.get(name[at], _stock()[0])) + name[at + 1 :], name[0] + "*" * (len(name) - 1),
                 name[0] + "×" + name[2:], name[:-1] if len(name) > 2 else name, name + "（已加微信）", name)
            )  # fmt: skip
        if FAMILIES[self.number] == "ear":
            heard = self._heard_person(name)
            return self.dice.choice(
                (
                    heard,
                    heard,
                    self._heard_person(heard),
                    name[0] + name[1:][::-1],
                    "小" + name[0],
                    name + name[-1],
                )
            )
        if FAMILIES[self.number] == "office":
            return self.dice.choice(
                (
                    name[0] + "总",
                    name[0] + "董",
                    name[0] + "会长",
                    "会长" + name,
                    name + "董事长",
                    f"{name}/{self.person()}",
                )
            )
        parts = [sounds.person_sound(name).split(" ")[0], spelled(name[1:])]
        return self.dice.choice(
            (f"{parts[1].title()} {parts[0].title()}", "".join(parts).upper(), f"{parts[0].title()} {parts[1].title()}",
             f"{parts[0].title()} {self.dice.choice(('Tony', 'David', 'Lily', 'Jack'))}", invented._TRADITIONAL.convert(name), name + " 先生")
        )  # fmt: skip

    def _heard_person(self, name: str) -> str:
        at = self.dice.randrange(len(name))
        read = _stock()[1]
        return name[:at] + self.dice.choice(read.get(sounds.syllable(name[at]), name[at])) + name[at + 1 :]
