"""The campaign that the report announces: 「加快开工一批、推进一批、建成一批、完成一批征迁」, from the first of July."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from crm.campaigns.batches import Batch, goal_for
from crm.campaigns.models import Campaign, CampaignEntry
from crm.db import db
from crm.delivery.models import KeyProject, ListEntry, ProjectList, ProjectYear
from crm.delivery.status import BuildKind, NodeKind, Status
from crm.land.clearance.models import Clearance
from crm.org.models import Unit

BEGINS = dt.date(2013, 7, 1)
LEADS = "区发改局"
TO_FINISH = {"普星热电": NodeKind.PRODUCE, "歌瑞新材料一期": NodeKind.CAPACITY}
"""「加快推进普星热电等一批重大项目投产达效」"""


def load_campaign(units: dict[str, Unit]) -> None:
    campaign = Campaign(
        name="项目攻坚百日会战", from_on=BEGINS, unit_id=units[LEADS].id,
        summary="倒排时序，挂图作战：未开工的三季度全部开工，在建的时间到点、任务完成。",
    )  # fmt: skip
    db.session.add(campaign)
    new = sa.select(ProjectYear.project_id).where(ProjectYear.build_kind == BuildKind.NEW)
    built = sa.select(ListEntry.project_id).join(ProjectList).where(ProjectList.kind == "区重点建设")
    for batch, where in (
        (Batch.START, (KeyProject.id.in_(new), KeyProject.status == Status.NOT_STARTED)),
        (Batch.PUSH, (KeyProject.id.in_(built), KeyProject.status == Status.BUILDING)),
        (Batch.FINISH, (KeyProject.name.in_(TO_FINISH),)),
    ):
        for project in db.session.scalars(sa.select(KeyProject).where(*where).order_by(KeyProject.id)):
            reached = [node.kind for node in project.milestones if node.actual_on]
            goal = TO_FINISH.get(project.name) or goal_for(batch, project.status, reached)
            campaign.entries.append(CampaignEntry(batch=batch, project=project, goal=goal))
    for land in db.session.scalars(sa.select(Clearance).order_by(Clearance.id)):
        campaign.entries.append(CampaignEntry(batch=Batch.CLEAR, clearance=land, name=land.name))
    db.session.flush()
