"""Problems of projects in a list, as a 「大排查」 brings them together: each is raised by the verb of its page, and the next
half-monthly round takes it. Numbers, terms and what became of them are never imported: they come with the round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org.models import User
from crm.org.permissions import Permission
from crm.slips import actions
from crm.slips.models import Slip
from crm.slips.states import OVER, Obstacle

from . import naming
from .columns import Columns, Known
from .declaring import Plain
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("project", N_("所在项目"), ("所在项目", "项目名称", "项目", "重点项目", "project"), example="石华线改建工程",
          note=N_("必填，库里重点项目的全称")),
    Known("problem", N_("存在的问题"), ("存在的问题", "存在问题", "问题", "困难和问题", "存在的困难与问题", "需协调事项", "problem"),
          example="三户未签约", note=N_("必填")),
    Known("obstacle", N_("卡点类型"), ("卡点类型", "问题类型", "问题类别", "类型", "obstacle"), example="征迁",
          note=N_("用地、征迁、规划和审批、资金、道路、管线、水电配套、人才和用工、业主自身、其他；空着算其他")),
    Known("wanted", N_("建议怎么解决"), ("建议怎么解决", "工作建议", "解决建议", "建议措施", "意见建议")),
    Known("unit", N_("建议责任单位"), ("建议责任单位", "责任单位", "牵头单位", "协调单位", "responsible_unit"), example="航埠镇"),
), needed=("project", "problem"))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """The same words about the same project are the same problem, as long as it is not settled."""
    found = read_all(COLUMNS, rows)
    projects: dict[str, KeyProject] = {}
    twice: set[str] = set()
    mine = delivery.visible_to(actor)
    for some in identity.chunks(sorted({one.line("project") for one in found} - {""}), naming.CHUNK):
        for project in db.session.scalars(mine.where(KeyProject.name.in_(some)).order_by(None)).unique():
            twice |= {project.name} & projects.keys()
            projects[project.name] = project
    units = naming.units()
    for one in found:
        one.errors.clear()
        _read(one, {name: row for name, row in projects.items() if name not in twice}, units, actor)
        one.key = (one.line("project"), one.data["problem"])
    _match(found)
    return found


def _read(one: Read, projects: Mapping[str, KeyProject], units: Mapping[str, int], actor: User) -> None:
    name = one.line("project", needed=True)
    project = projects.get(name)
    if name and project is None:
        one.fault("project", _("没有您看得到的重点项目“%(name)s”，或者不止一个", name=name[:30]))
    elif project and not delivery.may(actor, Permission.SLIP_RAISE, project):
        one.fault("project", _("这个项目不由您的单位管"))
    if project:
        one.links["project"] = project.id
    unit = one.line("unit")
    if unit and unit not in units:
        one.fault("unit", _("没有“%(name)s”这个单位", name=unit[:30]))
    one.data = {
        "problem": one.long("problem", needed=True),
        "obstacle": one.choice("obstacle", Obstacle, Obstacle.OTHER),
        "wanted": one.long("wanted"),
        "unit_id": units.get(unit) if unit else project.unit_id if project else None,
    }


def _match(found: Sequence[Read]) -> None:
    ids = sorted({one.links["project"] for one in found if "project" in one.links})
    there: dict[tuple[int, str], int] = {}
    for some in identity.chunks(ids, naming.CHUNK):
        rows = sa.select(Slip.project_id, Slip.problem, Slip.id).where(
            Slip.project_id.in_(some), Slip.state.not_in(OVER)
        )
        there |= {(row[0] or 0, row[1]): row[2] for row in db.session.execute(rows)}
    for one in found:
        one.same_id = there.get((one.links.get("project", 0), one.data["problem"]))


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    project = db.session.get_one(KeyProject, one.links["project"])
    return actions.raise_problem(one.data, project=project, actor=actor).id, {}


PLAIN = Plain(read, create, naming.removal(Slip))
