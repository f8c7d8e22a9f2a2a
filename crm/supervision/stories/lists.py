"""先进典型: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.models import Unit
from crm.org.permissions import Permission as P

from . import queries
from .models import Story
from .states import StoryKind, StoryState

PAGE = register(
    ListPage(
        name="stories",
        msgid=N_("先进典型"),
        noun=queries.NOUN,
        model=Story,
        columns=(
            Column("title", N_("标题"), lambda s: s.title, sort="title", typed=True,
                   url=lambda s: url_for("stories.show", id=s.id)),
            Column("kind", N_("哪方面的典型"), lambda s: s.kind, kind="state", sort="kind"),
            Column("whose", N_("个人或单位"), lambda s: s.person.name if s.person else s.unit.name, typed=True),
            Column("unit", N_("所在单位"), lambda s: s.unit.name, sort="unit", default=False),
            Column("on_day", N_("事迹日期"), lambda s: s.on_day, kind="day", sort="day"),
            Column("state", N_("状态"), lambda s: s.state, kind="state"),
            Column("published_on", N_("发布日期"), lambda s: s.published_on, kind="day", sort="published"),
            Column("published_in", N_("发布在哪里"), lambda s: s.published_in, typed=True),
            Column("link", N_("网址"), lambda s: s.link, kind="code", default=False),
            Column("text", N_("事迹"), lambda s: s.text, typed=True, default=False),
            Column("entered_unit", N_("登记单位"), lambda s: s.entered_unit.name, default=False),
        ),
        filters=(
            Filter("kind", N_("哪方面的典型"), "choice", lambda user: StoryKind.choices(),
                   lambda v, user: Story.kind == StoryKind(v)),
            Filter("state", N_("状态"), "choice", lambda user: StoryState.choices(),
                   lambda v, user: queries.is_in(StoryState(v))),
            of_unit(N_("讲的单位"), lambda id: Story.unit_id == id),
            of_unit(N_("登记单位"), lambda id: Story.entered_unit_id == id, key="entered"),
            Filter("day", N_("事迹日期"), "days", where=lambda v, user: between(Story.on_day, v)),
            Filter("published", N_("发布日期"), "days", where=lambda v, user: between(Story.published_on, v)),
        ),
        sorts={
            "id": Story.id,
            "title": Story.title,
            "kind": Story.kind,
            "unit": sa.select(Unit.code).where(Unit.id == Story.unit_id).scalar_subquery(),
            "day": Story.on_day,
            "published": Story.published_on,
        },
        default_sort="-day",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.SUPERVISION_VIEW,
        export_permission=P.SUPERVISION_EXPORT,
        belongs=lambda s: {"units": [s.unit_id, s.entered_unit_id], "owners": [s.person_id, s.entered_by_id]},
        endpoint="stories.index",
        empty_text=N_("项目投资、征地拆迁、施工建设中的好典型登记在这里，宣传部门发布后全区都能看到。"),
        empty_actions=lambda user: [(_("登记先进典型"), url_for("stories.register"))] if user.may(P.STORY_WRITE) else [],
    )
)  # fmt: skip
