"""会议纪要 as Word: what was said of each deal, what comes next, and who does what by when."""

from __future__ import annotations

from collections.abc import Sequence

from crm.lib.words import _, _c
from crm.web.display import wan
from crm.web.paper import Paper, official_day

from .models import Meeting, MeetingItem


def word(meeting: Meeting, items: Sequence[MeetingItem]) -> bytes:
    """The file's bytes. Deals that were not come to are left out."""
    paper = Paper(meeting.title, meeting.unit.name, meeting.created_at.replace(tzinfo=None))
    paper.title(meeting.title)
    paper.under(_("会议纪要 · %(day)s", day=official_day(meeting.on_day)))
    if meeting.chair:
        paper.text(_("主持：%(who)s", who=meeting.chair))
    if meeting.present:
        paper.text(_("参加：%(who)s", who=meeting.present))
    paper.text(_("共过 %(n)s 个项目。", n=len(items)))
    for at, item in enumerate(items, 1):
        deal = item.deal
        paper.heading(f"{at}. {deal.name}")
        facts = [
            item.stage.label,
            wan(deal.planned_wan) if deal.planned_wan is not None else "",
            deal.unit.name,
        ]
        paper.text(" · ".join(one for one in facts if one))
        if item.note:
            paper.text(item.note)
        if item.next_step:
            day = f"（{item.next_due_on.isoformat()}）" if item.next_due_on else ""
            paper.text(_("下一步：%(step)s", step=item.next_step) + day)
    tasks = [(task, item) for item in items for task in item.tasks]
    if tasks:
        paper.heading(_("交办事项"))
        paper.table(
            [_("事项"), _c("一个", "项目"), _("由谁办"), _("期限")],
            [
                [task.what, item.deal.name, task.assignee.name, task.due_on.isoformat()]
                for task, item in tasks
            ],
        )
    paper.signed(meeting.unit.name, official_day(meeting.on_day))
    return paper.bytes()
