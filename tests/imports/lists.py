"""Lists as people bring them, and how a test sends one."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.imports.models import ImportBatch, ImportRow


def upload(client: Any, text: str | bytes, name: str = "名单.csv") -> str:
    """The address of the import."""
    data = text.encode("gb18030") if isinstance(text, str) else text
    answer = client.submit("/imports", file=(io.BytesIO(data), name))
    return str(answer.went_to)


def checked(client: Any, text: str, mode: str = "create") -> str:
    """Uploaded and checked; the address of the import."""
    here = upload(client, text)
    assert client.submit(here, f"{here}/check", mode=mode).went_to == here
    return here


def decide(client: Any, here: str, act: str, *numbers: int, **filters: str) -> Any:
    """What is to be done with these rows, or with all of a filter."""
    ids = [row.id for row in rows().values() if row.number in numbers]
    kept = {f"filter_{key}": value for key, value in filters.items()}
    which = {"ids": ids} if numbers else {"all": "1"}
    return client.post(f"{here}/decide", data={"csrf_token": client.token(), "act": act, **which, **kept})


def run(client: Any, here: str) -> None:
    assert client.submit(here, f"{here}/run").went_to == here


def batch() -> ImportBatch:
    found = db.session.scalars(sa.select(ImportBatch).order_by(ImportBatch.id.desc())).first()
    assert found is not None
    return found


def rows() -> dict[int, ImportRow]:
    """The rows of the newest import by their numbers."""
    mine = sa.select(ImportRow).where(ImportRow.batch_id == batch().id)
    return {row.number: row for row in db.session.scalars(mine)}


def many(count: int) -> str:
    """That many firms that nobody would take for one another."""
    first, second, third = "鸿炬岚柏澄骏瑞", "屿棠峻霖琛", "泰畅衡"
    trades = "泵业 茶叶 软件科技 旅游 物流 照明 服装 化工 门窗 粮油 印刷 医药 园林".split()
    cities = "杭州 北京 上海 广州 成都 西安 南京 武汉 长沙 沈阳 昆明".split()
    lines = [
        f"{cities[n % 11]}{first[n % 7]}{second[n % 5]}{third[n % 3]}{trades[n % 13]}有限公司,"
        f"王{second[n % 5]}{n},154{n * 7919 % 10**8:08d}"
        for n in range(count)
    ]
    return "企业名称,联系人,联系电话\n" + "\n".join(lines) + "\n"
