"""What the finder is told about one merchant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_SEPARATORS = re.compile(r"[;；,，、/|\n\r\t]+")


def several(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """The parts of a cell that may hold more than one value; `None` and blanks give nothing."""
    if not value:
        return ()
    if isinstance(value, str):
        value = value.strip()
        if not _SEPARATORS.search(value):
            return (value,) if value else ()
        value = _SEPARATORS.split(value)
    return tuple(part for part in (str(item).strip() for item in value) if part)


@dataclass(eq=False)
class Record:
    """One enterprise, chamber or institute as somebody wrote it down. Only `name` is needed.

    `contacts`, `phones` and `former_names` may be given as one string (split at ；，、/) or as a list.
    `region` is any text that names a place (浙江省衢州市柯城区, 衢州柯城, 330802 is not read).
    The parsed form is kept on the object: change a field and make a new Record.
    """

    name: str
    id: Any = None
    former_names: tuple[str, ...] | str = ()
    uscc: str = ""
    region: str = ""
    industry: str = ""
    legal_rep: str = ""
    contacts: tuple[str, ...] | str = ()
    phones: tuple[str, ...] | str = ()
    address: str = ""
    chamber: str = ""
    kind: str = ""
    _profile: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = self.name or ""
        self.former_names = several(self.former_names)
        self.contacts = several(self.contacts)
        self.phones = several(self.phones)


def content_of(record: Record) -> tuple[str, ...]:
    """All that the finder looks at: rows of which this is equal say the same."""
    return (
        record.name, record.uscc, record.region, record.legal_rep, "|", *record.contacts, "|", *record.phones, "|",
        *record.former_names, "|", record.address, record.industry, record.chamber,
    )  # fmt: skip


@dataclass(eq=False)
class Person:
    """One natural person as somebody wrote them down. Only `name` is needed; 王总 and Wang Jianguo are names.

    `phones` and `companies` may be given as one string (split at ；，、/) or as a list. The parsed form is
    kept on the object: change a field and make a new Person.
    """

    name: str
    id: Any = None
    phones: tuple[str, ...] | str = ()
    companies: tuple[str, ...] | str = ()
    native_place: str = ""
    chamber: str = ""
    title: str = ""
    _profile: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.name = self.name or ""
        self.phones = several(self.phones)
        self.companies = several(self.companies)


def content_of_person(person: Person) -> tuple[str, ...]:
    """All that the finder looks at: rows of which this is equal say the same."""
    return (
        person.name, "|", *person.phones, "|", *person.companies, "|", person.native_place, person.chamber,
        person.title,
    )  # fmt: skip


# Header words of real lists. Labels (cluster_id) are not among them on purpose: cluster must never see them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("rec_id", "id", "merchant_id", "编号", "序号"),
    "name": ("name", "company", "名称", "企业名称", "公司名称", "单位名称", "单位"),
    "former_names": ("former_name", "former_names", "曾用名"),
    "uscc": ("uscc", "uscc_demo", "credit_code", "统一社会信用代码", "信用代码"),
    "region": ("region", "domicile", "地区", "所在地", "属地"),
    "industry": ("industry", "行业"),
    "legal_rep": ("legal_rep", "法定代表人", "法人"),
    "contacts": ("contact", "contacts", "联系人"),
    "phones": ("phone", "phones", "mobile", "tel", "电话", "手机", "联系电话"),
    "address": ("address", "地址", "住所"),
    "chamber": ("chamber", "商会"),
    "kind": ("kind", "merchant_kind", "类型"),
}
PEOPLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("rec_id", "id", "person_id", "编号", "序号"),
    "name": ("name", "姓名", "联系人", "contact", "person"),
    "phones": ("phone", "phones", "mobile", "tel", "电话", "手机", "联系电话", "手机号", "联系方式"),
    "companies": ("company", "companies", "enterprise", "单位", "公司", "企业", "企业名称", "单位名称", "公司名称", "工作单位"),
    "native_place": ("native_place", "籍贯", "户籍", "祖籍"),
    "chamber": ("chamber", "商会", "所属商会"),
    "title": ("title", "职务", "职位", "头衔"),
}  # fmt: skip
_REGION_PARTS = ("domicile_province", "domicile_city", "domicile_county")


def columns_of(
    header: Iterable[str], columns: Mapping[str, tuple[str, ...]] = COLUMNS
) -> dict[str, list[str]]:
    """field -> the header words of this file that feed it, in the order of `columns`."""
    present = {title.strip().lower(): title for title in header if title}
    found = {
        target: [present[alias] for alias in aliases if alias in present]
        for target, aliases in columns.items()
    }
    if not found.get("region", True):
        found["region"] = [present[part] for part in _REGION_PARTS if part in present]
    return {target: titles for target, titles in found.items() if titles}
