"""Which column of a list is what: the fields a merchant list may have, and the headers people give them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from crm.lib.enums import Labelled
from crm.lib.words import N_, _
from crm.merchants.models import OrganisationKind, Origin

LOOKED_AT = 25  # rows from the top among which the header is looked for
UNNAMED = N_("第 %(n)s 列")


@dataclass(frozen=True)
class Known:
    """A field of an import. `several`: more than one column may feed it, the cells are joined. `says`: what its cells
    may say, by which fields that share a header (类型) are told apart."""

    key: str
    msgid: str
    synonyms: tuple[str, ...]
    several: bool = False
    example: str = ""
    note: str = ""
    says: type[Labelled] | None = None

    @property
    def label(self) -> str:
        return _(self.msgid)


FIELDS: tuple[Known, ...] = (
    Known("name", N_("企业名称"), ("企业名称", "公司名称", "单位名称", "公司", "企业", "单位", "名称", "客商名称", "投资方",
          "投资方名称", "企业全称", "公司全称", "单位全称", "企业单位名称", "商号", "客户名称", "name", "company", "company_name"),
          example="上海衢澜精密机械有限公司", note=N_("必填，写全称")),
    Known("former_names", N_("曾用名"), ("曾用名", "曾用名称", "原名", "原名称", "former_name", "former_names"), True,
          "上海衢澜机械厂", N_("几个之间用分号隔开")),
    Known("uscc", N_("统一社会信用代码"), ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "税号", "uscc", "uscc_demo",
          "credit_code"), note=N_("18 位；没有可以空着")),
    Known("kind", N_("类别"), ("类别", "类型", "单位类型", "机构类型", "单位性质"), example="企业", note=N_("企业、商会、科研院所"),
          says=OrganisationKind),
    Known("legal_rep", N_("法定代表人"), ("法定代表人", "法人", "法人代表", "法人姓名", "法人代表人", "企业法人", "负责人", "董事长", "legal_rep",
          "legal_representative"), example="郑海潮"),
    Known("contact", N_("联系人"), ("联系人", "联系人姓名", "联系人及职务", "姓名", "客商姓名", "对接人", "contact", "contacts", "contact_name"),
          example="陈晓岚"),
    Known("contact_title", N_("联系人职务"), ("职务", "联系人职务", "职位", "title", "position"), example="总经理"),
    Known("phones", N_("联系电话"), ("联系电话", "联系方式", "电话", "手机", "手机号", "手机号码", "电话号码", "联络电话", "电话手机", "移动电话", "固定电话",
          "办公电话", "座机", "联系人电话", "联系人手机", "phone", "phones", "mobile", "tel", "telephone"), True,
          "15400000001；0570-3020000", N_("几个之间用分号隔开；有联系人时手机记在联系人名下")),
    Known("wechat", N_("微信"), ("微信", "微信号", "wechat"), True),
    Known("email", N_("邮箱"), ("邮箱", "电子邮箱", "邮件", "email", "e-mail"), True),
    Known("region", N_("所在地"), ("所在地", "地区", "所在地区", "区域", "属地", "注册地", "所在区域", "region", "domicile"),
          example="上海市闵行区", note=N_("省市县连写；也可分三列写省、市、县")),
    Known("province", N_("省"), ("省", "省份", "所在省", "domicile_province", "province")),
    Known("city", N_("市"), ("市", "城市", "地市", "所在市", "domicile_city", "city")),
    Known("county", N_("县（市、区）"), ("县", "区县", "县区", "县市区", "区", "domicile_county", "county")),
    Known("address", N_("地址"), ("地址", "详细地址", "注册地址", "通讯地址", "住所", "办公地址", "address"),
          example="闵行区莘庄镇示范路 18 号"),
    Known("industry", N_("行业"), ("行业", "所属行业", "行业类别", "行业代码", "国民经济行业", "industry", "gb4754"),
          example="C34", note=N_("国民经济行业分类的代码或名称")),
    Known("direction", N_("招商方向"), ("方向", "招商方向", "产业方向", "产业类别", "direction"), example="先进制造业"),
    Known("origin", N_("浙商类型"), ("浙商类型", "类型", "客商类型", "浙商类别", "客商类别", "merchant_kind", "origin"),
          example="衢商", note=N_("省外浙商、衢商、省内浙商、境外浙商、非浙商"), says=Origin),
    Known("native_place", N_("籍贯"), ("籍贯", "祖籍", "原籍", "native_place"), example="浙江衢州柯城"),
    Known("chamber", N_("商会"), ("商会", "所属商会", "所在商会", "商会名称", "chamber"), example="上海市衢州商会"),
    Known("chamber_title", N_("商会职务"), ("商会职务", "商会任职", "chamber_title"), example="副会长"),
    Known("main_business", N_("主营业务"), ("主营业务", "主营", "经营范围", "主要产品", "主营产品", "main_business")),
    Known("intent", N_("投资意愿"), ("投资意愿", "投资意向", "回归意愿", "意愿", "intent"), example="积极"),
    Known("website", N_("网址"), ("网址", "网站", "website")),
    Known("source", N_("数据来源"), ("来源", "数据来源", "信息来源", "source"), example="2013 年商会年会名册"),
    Known("note", N_("备注"), ("备注", "说明", "备注说明", "其他", "note", "notes", "remark"), True),
)  # fmt: skip
NOTHING = {
    "", "-", "--", "—", "——", "/", "\\", "无", "暂无", "没有", "空", "(空)", "（空）", "。", ".", "待定", "待补", "不详", "未知",
    "未提供", "n/a", "na", "null", "none", "nil", "#n/a", "#name?", "#ref!", "#value!", "#div/0!",
}  # fmt: skip
"""What people write into a cell that says nothing, and what a formula leaves that could not be worked out."""
SPOILT = re.compile(r"\d(?:\.\d+)?[eE]\+\d+", re.ASCII)
"""A long number as a spreadsheet shows it, 1.54E+10: its last digits are lost."""
_ASIDE = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")  # （必填）, （万元）, 企业（单位）名称
_OR = re.compile(r"[/、及和或]|\n")  # 法定代表人/负责人, 单位及职务
_UNIT = re.compile(r"(亿|万)?(美|欧|港|日)?元")
_NUMBER = re.compile(r"[\d,，.．\s]+", re.ASCII)
_JUNK = re.compile(r"[\s*＊:：（）()\[\]【】_\-/、.]|必填|选填|\d+$")


def _folded(header: str) -> str:
    return _JUNK.sub("", unicodedata.normalize("NFKC", header)).lower()


@dataclass(frozen=True)
class Columns:
    """The fields that a list of one noun may have. `needed`: without one of these it is no such list; the first
    one is what a row is called by."""

    fields: tuple[Known, ...]
    needed: tuple[str, ...] = ("name",)

    @cached_property
    def by_key(self) -> dict[str, Known]:
        return {field.key: field for field in self.fields}

    @cached_property
    def _by_word(self) -> dict[str, str]:
        return {
            _folded(word): field.key
            for field in reversed(self.fields)
            for word in (field.msgid, *field.synonyms)
        }

    @property
    def main(self) -> Known:
        return self.by_key[self.needed[0]]

    def field_of(self, header: str) -> str | None:
        """The field a header names, if it names one; what stands in brackets counts last."""
        if not header:
            return None
        outside = _ASIDE.sub("", unicodedata.normalize("NFKC", header))
        for said in (header, outside, *_OR.split(outside)):
            if field := self._by_word.get(_folded(said)):
                return field
        return None

    def told_by(self, header: str, field: str, cells: Sequence[str]) -> str:
        """Which of the fields that share this header it is: the one that most of the cells below are words of."""
        word = _folded(header)
        sharing = [one for one in self.fields if one.says and word in map(_folded, one.synonyms)]

        def read(one: Known) -> int:
            return sum(one.says.of(cell) is not None for cell in cells) if one.says else 0

        best = max(sharing, key=read, default=None)
        return best.key if best and read(best) else field

    def label_of(self, key: str) -> str:
        return self.by_key[key].label if key in self.by_key else key


MERCHANTS = Columns(FIELDS)
BY_KEY = MERCHANTS.by_key
field_of = MERCHANTS.field_of


@dataclass(frozen=True)
class Proposal:
    """How a sheet is understood before anybody has looked: `header_row` is 0 when it has none."""

    header_row: int
    headers: list[str]
    mapping: dict[str, str]  # {column number from 0, as text: field}
    remarks: list[str]


def propose(top: Sequence[tuple[int, list[str]]], columns: Columns = MERCHANTS) -> Proposal:
    """Find the header among the first rows, also under title rows, and propose what each column is.

    The header is the row that names most known fields. A single cell that does, among others that do not, may
    be a title: two are asked for, unless the row is one name alone.
    """
    best, most = None, 0
    for number, cells in top[:LOOKED_AT]:
        found = {field for cell in cells if (field := columns.field_of(cell))}
        main = not found.isdisjoint(columns.needed)
        score = len(found) + main
        if score > most and (len(found) > 1 or main):
            best, most = (number, cells), score
    width = max((len(cells) for _number, cells in top), default=0)
    if best is None:
        headers = [_(UNNAMED, n=at + 1) for at in range(width)]
        remark = _(
            "没有找到表头（例如“企业名称”“联系电话”），请在下面指定每一列是什么；第一行也会当作数据读入"
        )
        return Proposal(0, headers, {}, [remark] if width else [_("表格里没有任何内容")])
    number, cells = best
    headers = [cell[:100] or _(UNNAMED, n=at + 1) for at, cell in enumerate(cells)]
    headers += [_(UNNAMED, n=at + 1) for at in range(len(headers), width)]
    mapping: dict[str, str] = {}
    remarks: list[str] = []
    for at, header in enumerate(cells):
        field = columns.field_of(header)
        if not field:
            continue
        below = [row[at].strip() for where, row in top if where > number and at < len(row)]
        field = columns.told_by(header, field, below)
        if field in mapping.values() and not columns.by_key[field].several:
            remarks.append(
                _("“%(header)s”（第 %(n)s 列）与前面的列都像“%(field)s”，只读前面那一列；不对的话请改对应关系",
                  header=header[:30], n=at + 1, field=columns.label_of(field))
            )  # fmt: skip
        else:
            mapping[str(at)] = field
    repeated = sorted({header for header in cells if header and cells.count(header) > 1})
    remarks += [_("表头“%(header)s”出现了几次，请核对每一列", header=header[:30]) for header in repeated]
    if set(columns.needed).isdisjoint(mapping.values()):
        remarks.append(_("没有找到“%(field)s”这一列，请指定", field=columns.main.label))
    return Proposal(number, headers, mapping, remarks)


def header_key(headers: Sequence[str]) -> str:
    """The same for the same headers in the same order, however they are spaced or starred."""
    return hashlib.sha256("\t".join(map(_folded, headers)).encode()).hexdigest()[:32]


def units_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[int, str]:
    """{column number: unit} of the columns of amounts whose header says in what they are: 总投资（亿元）."""
    units = {}
    for at, field in mapping.items():
        said = _UNIT.search(headers[int(at)]) if field.endswith("_wan") and int(at) < len(headers) else None
        if said and said[0] != "万元":
            units[int(at)] = said[0]
    return units


def with_units(cells: Sequence[str], units: Mapping[int, str]) -> Sequence[str]:
    """Bare numbers get the unit that their header has."""
    if not units:
        return cells
    return [
        cell + units[at] if at in units and cell and _NUMBER.fullmatch(cell) else cell
        for at, cell in enumerate(cells)
    ]


def is_no_row(cells: Sequence[str], headers: Sequence[str]) -> bool:
    """What is no line of the list: the header again on the next printed page, a total, who filled it in."""
    said = [cell.strip() for cell in cells if cell.strip()]
    if (
        list(map(_folded, said)) == [_folded(header) for header in headers if header.strip()][: len(said)]
        and said
    ):
        return len(said) > 1
    first = re.sub(r"[\s:：]", "", said[0]) if said else ""
    return bool(_FOOT.match(first))


_FOOT = re.compile(
    r"(合计|总计|小计|共计|总数)([:：]|$)|(备注|注|说明|填表说明)[:：]|(填表|制表|填报|审核|经办|负责|联系)(人|单位)[:：].*|(附|注)[:：]?$"
)


def values_of(
    cells: Sequence[str], mapping: Mapping[str, str], columns: Columns = MERCHANTS
) -> dict[str, str]:
    """{field: text} of one row; empty cells are left out, several columns of one field joined."""
    values: dict[str, str] = {}
    for at, field in mapping.items():
        cell = cells[int(at)] if int(at) < len(cells) else ""
        if cell[:1] == "'":  # how Excel marks a number that is a text
            cell = cell[1:]
        if cell and field in columns.by_key:
            values[field] = f"{values[field]}；{cell}" if field in values else cell
    return values
