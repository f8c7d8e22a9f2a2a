"""Labelled lists of merchants and of people whom nobody registered, for a bench without a list of its own.

Who is one is known because one was invented once and then written down several times, as lists do it: by ear, in
short, with the place elsewhere, with an older phone. Beside them stand those who only look alike: sisters with one
owner, branches, namesakes in another city, a 字号 one character off, members of a chamber who all give its
secretary's phone, customers of one book-keeper. Only the places are real. Same seed, same rows.

    python -m tests.bench.dedup.invented enterprises|people LIST.csv.gz [--records 10000] [--seed 7] [--family scans]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from opencc import OpenCC
from stdnum.cn import uscc

from crm.dedup import sounds
from crm.dedup.places import short_of
from crm.reference import tables

ENTERPRISES = "name uscc region industry legal_rep contact phone address chamber source".split()
PEOPLE = "name phone company native_place chamber title".split()

_COMMON = "华宇 金泰 天成 宏达 鑫源 嘉和 永盛 恒丰 瑞安达 东方 新世纪 中信达 博远 正大 海天 万里".split()
_SYLLABLES = (
    "澄澜弈柯衢烟屿泊棠霁岚朗昱珩琛钰锦瑾璞祺祥禾稷穗谷沐泽涵润渊源沛浦汇江海洋川峰岭岳岩石砺锐钧铭铠铸锋钢"
    "鼎鑫金银宝晶晖晟昊旭昌明亮光辉耀煌烨炜炎丰盛茂林森木梓枫桐柏松竹兰蕙芷若英华荣芳菲卓越超凡达通顺利安康宁泰和"
    "平正中立本元启航远征程驰骋腾飞翔翼云天宇宙辰星月日阳春夏秋冬东西南北福禄寿喜"
)
_TRADES = (
    "精密机械 智能装备 数控机床 轴承 阀门 泵业 电机 电气 电子 半导体 光学仪器 仪表 新能源 光伏 储能 新材料 化纤 "
    "纺织 针织 印染 服饰 鞋业 箱包 皮具 家纺 五金 工具 卫浴 厨具 锁业 家具 门窗 木业 竹业 纸业 包装 印刷 塑业 橡胶 "
    "模具 铸造 钢构 铝业 铜业 建材 水泥 陶瓷 玻璃 石材 装饰工程 建筑工程 园林绿化 房地产开发 物业服务 食品 饮料 "
    "茶业 酒业 粮油 水产 果蔬 农业开发 生物科技 医药 医疗器械 中药材 网络科技 软件 信息技术 数字科技 文化传媒 广告 "
    "旅游 酒店管理 餐饮 教育咨询 企业管理 物流 货运代理 仓储 国际贸易 进出口 商贸 电子商务 实业 控股 投资管理"
).split()
_FORMS = "有限公司 有限公司 有限公司 有限公司 有限公司 有限责任公司 股份有限公司 集团有限公司 厂 商行 经营部".split()
_FORMS_AS_WRITTEN = {
    "有限公司": ("公司", "有限责任公司", "", "有限公词"),
    "有限责任公司": ("有限公司", "公司", "", "责任公司"),
    "股份有限公司": ("股份公司", "（股份）公司", "有限公司", "股份", "股分有限公司"),
    "集团有限公司": ("集团", "集团公司", "（集团）有限公司", "有限公司"),
}
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗郑谢叶方余郎毛祝柴姜汪程江邵严章占翁缪"
_GIVEN = "子轩雨桐浩然梦琪思远嘉怡俊杰诗涵文博欣妍志强丽娟建国秀英海燕国平晓东雪梅永康立新春华月明伟民玉兰庆丰爱珍一鸣"
_ROADS = "劳动路 复兴街 南湖路 荷花中路 双港大道 下街 府前路 新安路 杨家门街 百汇路 芹江路 礼贤街 三衢路 白云北大道".split()
_MOBILE = (
    "134 137 138 139 150 152 158 159 183 187 188 189 133 153 177 180 130 131 155 156 176 185 186".split()
)
_SOURCES = "商会名册 年会签到 走访记录 旧台账 协会名录".split()
_TITLES = "会长 常务副会长 副会长 监事长 理事 秘书长 董事长 总经理".split()
_SIZES = (0.42, 0.28, 0.16, 0.09, 0.05)  # share of those who are written down once, twice, …


@dataclass(slots=True)
class Firm:
    place: tuple[str, str, str]  # province, city, county, in full
    shown: str  # the place as the registered name has it
    brand: str
    trade: str
    form: str
    legal: str
    phone: str
    old_phone: str
    address: str
    uscc: str
    chamber: str
    branch: str = ""
    former: str = ""

    def name(self) -> str:
        return f"{self.shown}{self.brand}{self.trade}{self.form}{self.branch}"


@dataclass(slots=True)
class Somebody:
    name: str
    phones: list[str]
    firms: list[Firm]
    home: tuple[str, str, str]
    chamber: str
    title: str = field(default="")


@lru_cache(maxsize=1)
def _same_sound() -> dict[str, str]:
    """Character -> the others of our stock that are read alike."""
    by_reading: dict[str, str] = {}
    for character in dict.fromkeys(_SYLLABLES + "".join(_TRADES) + "".join(_COMMON) + _GIVEN):
        reading = sounds.folded(sounds.syllable(character))
        by_reading[reading] = by_reading.get(reading, "") + character
    return {one: alike.replace(one, "") for alike in by_reading.values() for one in alike if len(alike) > 1}


_TRADITIONAL = OpenCC("s2t")


class Scribe:
    """Invents and writes down; every choice comes from one die."""

    def __init__(self, seed: int, family: str = "bench") -> None:
        self.dice = random.Random(f"{family}-{seed}")
        provinces = dict(tables.rows("provinces"))
        cities = {code: (name, province) for code, name, province in tables.rows("cities")}
        self.home: list[tuple[str, str, str]] = []
        self.away: list[tuple[str, str, str]] = []
        for _code, county, city in tables.rows("counties"):
            name, province = cities[city]
            if name.endswith("市"):
                (self.home if province == "33" else self.away).append((provinces[province], name, county))
        self.codes: set[str] = set()
        self.secretaries: dict[str, str] = {}
        self.agents = [(self.address(self.place()), self.mobile()) for _ in range(20)]

    def often(self, chance: float) -> bool:
        return self.dice.random() < chance

    def place(self) -> tuple[str, str, str]:
        return self.dice.choice(self.home if self.often(0.75) else self.away)

    def person(self) -> str:
        return self.dice.choice(_SURNAMES) + "".join(self.dice.sample(_GIVEN, 2 if self.often(0.85) else 1))

    def brand(self) -> str:
        if self.often(0.25):
            return self.dice.choice(_COMMON)
        return "".join(self.dice.sample(_SYLLABLES, 2 if self.often(0.7) else 3))

    def mobile(self) -> str:
        return self.dice.choice(_MOBILE) + f"{self.dice.randrange(10**8):08d}"

    def landline(self) -> str:
        return f"0{self.dice.choice((570, 571, 574, 577, 579))}-{self.dice.randrange(2 * 10**7, 9 * 10**7)}"

    def address(self, place: tuple[str, str, str]) -> str:
        room = f"{self.dice.randrange(1, 20)}幢{self.dice.randrange(101, 2400)}室" if self.often(0.4) else ""
        road = self.dice.choice(_ROADS)
        return f"{place[0]}{place[1]}{place[2]}{road}{self.dice.randrange(1, 900)}号{room}"

    def code(self) -> str:
        while True:
            digits = f"91{self.dice.randrange(110000, 659000)}{self.dice.randrange(10**8):08d}"
            weights = (3, 7, 9, 10, 5, 8, 4, 2)
            left = 11 - sum(int(one) * weight for one, weight in zip(digits[8:], weights, strict=True)) % 11
            digits += "X" if left == 10 else "0" if left == 11 else str(left)
            whole = digits + uscc.calc_check_digit(digits)
            if whole not in self.codes:
                self.codes.add(whole)
                return whole

    # --- inventing

    def firm(self) -> Firm:
        place = self.place()
        shown = self.dice.choice(
            (place[0], short_of(place[0]), place[1], short_of(place[1]), short_of(place[1]), place[2], "")
        )
        address, phone = self.address(place), self.mobile() if self.often(0.7) else self.landline()
        if self.often(0.03):
            address, phone = self.dice.choice(self.agents)
        origin = short_of(self.dice.choice(self.home)[1])
        return Firm(
            place, shown, self.brand(), self.dice.choice(_TRADES), self.dice.choice(_FORMS), self.person(), phone,
            self.landline(), address, self.code(), f"{short_of(place[1])}市{origin}商会" if self.often(0.6) else "",
            former=self.brand() + self.dice.choice(_TRADES) + "厂" if self.often(0.06) else "",
        )  # fmt: skip

    def family(self) -> list[Firm]:
        """A firm and those that only look like it."""
        one = self.firm()
        other = self.firm()
        kind = self.dice.random()
        if kind < 0.12:  # a sister: one owner, another trade
            shared = replace(other, place=one.place, shown=one.shown, brand=one.brand, legal=one.legal)
            if self.often(0.5):
                shared.phone = one.phone
            if self.often(0.5):
                shared.address = one.address
            if shared.trade == one.trade:
                shared.form = "股份有限公司" if one.form != "股份有限公司" else "厂"
            return [one, shared]
        if kind < 0.17:  # a branch is an entity of its own
            city = short_of(other.place[1])
            return [
                one,
                replace(other, shown=one.shown, brand=one.brand, trade=one.trade, form="有限公司", branch=f"{city}分公司"),
            ]  # fmt: skip
        if kind < 0.24:  # a namesake in another city
            while other.place[1] == one.place[1]:
                other = self.firm()
            return [one, replace(other, brand=one.brand, trade=one.trade, form=one.form)]
        if kind < 0.28:  # one character off, in the same place and trade
            brand = one.brand[:-1] + self.dice.choice(_SYLLABLES.replace(one.brand[-1], ""))
            return [one, replace(other, place=one.place, shown=one.shown, brand=brand, trade=one.trade)]
        return [one]

    def times(self) -> int:
        return self.dice.choices(range(1, 6), cum_weights=list(accumulate(_SIZES)))[0]

    # --- writing down

    def by_ear(self, text: str) -> str:
        """One character replaced by another of the same sound."""
        alike = _same_sound()
        places = [at for at, character in enumerate(text) if alike.get(character)]
        if not places:
            return text
        at = self.dice.choice(places)
        return text[:at] + self.dice.choice(alike[text[at]]) + text[at + 1 :]

    def written_name(self, firm: Firm) -> str:
        shown, brand, trade, form = firm.shown, firm.brand, firm.trade, firm.form
        whole = ""
        for _turn in range(1 if self.often(0.6) else 2):
            way = self.dice.random()
            if way < 0.28:
                form = self.dice.choice(_FORMS_AS_WRITTEN.get(form, (form,)))
            elif way < 0.48:
                shown = self.dice.choice(
                    ("", "", firm.place[1], short_of(firm.place[1]), short_of(firm.place[0]))
                )
            elif way < 0.56 and shown:
                brand, shown = f"{brand}（{shown}）", ""
            elif way < 0.66:
                brand = self.by_ear(brand)
            elif way < 0.70:
                trade = self.by_ear(trade)
            elif way < 0.78:  # as people say it
                trade = self.dice.choice((trade[:2], trade[-2:], ""))
                form = self.dice.choice(("", "公司", "集团" if "集团" in form else ""))
            elif way < 0.84:
                whole = "traditional"
            elif way < 0.88:
                whole = "spaced"
            elif way < 0.92:
                whole = "wide"
            elif way < 0.96:
                whole = "noted"
            elif firm.former:
                whole = "former"
        name = f"{shown}{brand}{trade}{form}{firm.branch}"
        if whole == "traditional":
            return _TRADITIONAL.convert(name)
        if whole == "spaced":
            at = self.dice.randrange(1, len(name))
            return f"{name[:at]}{self.dice.choice((' ', '　', '·'))}{name[at:]}"
        if whole == "wide":
            return name.replace("（", "(").replace("）", ")") + self.dice.choice((".", "。", " "))
        if whole == "noted":
            return name + self.dice.choice(("（理事单位）", f"（{firm.legal}）", "(新会员)", "【已走访】"))
        if whole == "former":
            return f"{name}（原{firm.former}）"
        return name

    def written_phone(self, phone: str) -> str:
        way = self.dice.random()
        if "-" in phone:
            return phone if way < 0.5 else phone.replace("-", "") if way < 0.75 else phone.split("-")[1]
        if way < 0.6:
            return phone
        if way < 0.72:
            return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        if way < 0.84:
            return f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
        if way < 0.94:
            return f"+86{phone}"
        at = self.dice.randrange(3, 11)
        return phone[:at] + str(self.dice.randrange(10)) + phone[at + 1 :]

    def written_person(self, name: str) -> str:
        way = self.dice.random()
        if way < 0.82:
            return name
        if way < 0.9:
            return name[0] + self.dice.choice(("总", "董", "经理", "女士"))
        return name + self.dice.choice(("总", " 董事长")) if way < 0.95 else name[0] + self.by_ear(name[1:])

    def written_code(self, code: str) -> str:
        way = self.dice.random()
        if way < 0.45:
            return ""
        if way < 0.9:
            return code
        if way < 0.94:
            return code.lower()
        if way < 0.97:
            return f"{code[:6]} {code[6:]}"
        at = self.dice.randrange(8, 16)
        return code[:at] + self.dice.choice("0123456789") + code[at + 1 :]

    def written_place(self, place: tuple[str, str, str]) -> str:
        province, city, county = place
        return self.dice.choice(
            (province + city + county, city + county, city, short_of(city) + short_of(county), county, short_of(province), "")
        )  # fmt: skip

    def enterprise_row(self, firm: Firm, first: bool) -> list[str]:
        name = firm.name() if first and self.often(0.6) else self.written_name(firm)
        phone = firm.phone
        if firm.chamber and self.often(0.05):
            phone = self.secretaries.setdefault(firm.chamber, self.mobile())
        elif self.often(0.12):
            phone = self.dice.choice(("", firm.old_phone, self.mobile()))
        address = firm.address
        if self.often(0.5):
            address = address.removeprefix(firm.place[0])
        source = self.dice.choice(_SOURCES)
        thin = source in ("年会签到", "走访记录")
        return [
            name, "" if thin and self.often(0.7) else self.written_code(firm.uscc), self.written_place(firm.place),
            firm.trade if self.often(0.4) else "", firm.legal if self.often(0.3 if thin else 0.8) else "",
            self.written_person(firm.legal if self.often(0.6) else self.person()) if self.often(0.8) else "",
            self.written_phone(phone) if phone else "", "" if self.often(0.5 if thin else 0.2) else address,
            firm.chamber if self.often(0.5) else "", source,
        ]  # fmt: skip

    def people(self) -> list[Somebody]:
        """Somebody, at times with a relative in the same firm."""
        firms = self.family() if self.often(0.4) else [self.firm()]
        home, chamber = self.dice.choice(self.home), firms[0].chamber or "上海市衢州商会"
        phones = [self.mobile(), *([self.mobile()] if self.often(0.25) else [])]
        one = Somebody(self.person(), phones, firms, home, chamber, self.dice.choice(_TITLES))
        if self.often(0.1):
            name = one.name[0] + "".join(self.dice.sample(_GIVEN, 2))
            if name != one.name:
                return [one, replace(one, name=name, phones=[self.mobile()])]
        return [one]

    def person_row(self, one: Somebody, first: bool) -> list[str]:
        firm = self.dice.choice(one.firms)
        if self.often(0.06):
            phone = self.secretaries.setdefault(one.chamber, self.mobile())
        else:
            phone = "" if self.often(0.08) else self.dice.choice(one.phones)
        return [
            one.name if first else self.written_person(one.name), self.written_phone(phone) if phone else "",
            firm.name() if self.often(0.5) else self.written_name(firm) if self.often(0.8) else "",
            self.written_place(one.home) if self.often(0.7) else "", one.chamber if self.often(0.5) else "",
            one.title if self.often(0.6) else "",
        ]  # fmt: skip


def rows(kind: str, count: int, seed: int, family: str = "") -> Iterator[list[str]]:
    """The header, then `count` rows in no order: rec_id, cluster_id (who is one has one number), the fields."""
    if family:
        from tests.bench.dedup.families import FamilyScribe

        scribe: Scribe = FamilyScribe(seed, family)
    else:
        scribe = Scribe(seed)
    written: list[list[str]] = []
    label = 0
    while len(written) < count:
        for one in scribe.family() if kind == "enterprises" else scribe.people():
            for turn in range(scribe.times()):
                row = (
                    scribe.enterprise_row(one, not turn)
                    if isinstance(one, Firm)
                    else scribe.person_row(one, not turn)
                )
                written.append([str(label), *row])
            label += 1
    del written[count:]
    scribe.dice.shuffle(written)
    yield ["rec_id", "cluster_id", *(ENTERPRISES if kind == "enterprises" else PEOPLE)]
    for number, row in enumerate(written, start=1):
        yield [str(number), *row]


def write(path: Path, kind: str, count: int, seed: int, family: str = "") -> Path:
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
        csv.writer(text, lineterminator="\n").writerows(rows(kind, count, seed, family))
        text.flush()
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.dedup.invented", description=__doc__)
    parser.add_argument("kind", choices=("enterprises", "people"))
    parser.add_argument("path", type=Path, metavar="LIST.csv.gz")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--family", default="", metavar="scans|ear|office|export", help="kinds of damage of its own"
    )
    wanted = parser.parse_args()
    from tests.bench.dedup import invented  # the module that the families know, not this run of it

    invented.write(wanted.path, wanted.kind, wanted.records, wanted.seed, wanted.family)
