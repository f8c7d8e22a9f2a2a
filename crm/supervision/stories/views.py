"""先进典型: the list, a story with its files, and its few acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.files import store
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import load_mine, me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.supervision import queries as supervision
from crm.supervision.views import asked_about, offer_about, uploads
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import PublishForm, RegisterForm, StoryForm, TakeBackForm
from .lists import PAGE
from .models import Story
from .states import StoryState

bp = Blueprint("stories", __name__)


@bp.get("/stories")
@permit(P.SUPERVISION_VIEW)
def index() -> Any:
    return render_template("supervision/stories/index.html", listing=context(PAGE, me()))


@bp.get("/stories/<int:id>")
@permit(P.SUPERVISION_VIEW)
def show(id: int) -> Any:
    story = _load(id)
    return render_template(
        "supervision/stories/show.html",
        story=story,
        deal=supervision.deal_of_id(me(), story.deal_id),
        project=supervision.project_of_id(me(), story.project_id),
        files=store.hanging_on(queries.NOUN, [id]).get(id, []),
        acts=[(label, url_for(f".{name}", id=id)) for name, label in _acts(story)],
    )


@bp.route("/stories/new", methods=["GET", "POST"])
@permit(P.STORY_WRITE)
def register() -> Any:
    deal, project = asked_about()
    about = project or deal
    form = RegisterForm(on_day=clock.today(), unit_id=about.unit_id if about else me().unit_id)
    _offer(form, deal, project)
    if form.submitted():
        with form.refusals():
            made = actions.register(form.facts, uploads=uploads(form), actor=me())
            said = _("已登记“%(name)s”，等宣传部门发布", name=made.title)
            return commit_and_go(form, url_for(".show", id=made.id), said)
    return form.page("supervision/stories/form.html", story=None)


@bp.route("/stories/<int:id>/edit", methods=["GET", "POST"])
@permit(P.STORY_WRITE)
def edit(id: int) -> Any:
    story = _load(id, queries.may_edit)
    form = StoryForm.of(story)
    _offer(form, story.deal, story.project, story)
    if form.submitted():
        with form.refusals():
            actions.edit(story, form.facts, uploads=uploads(form), actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=story.title))
    return form.page("supervision/stories/form.html", story=story)


@bp.route("/stories/<int:id>/publish", methods=["GET", "POST"])
@permit(P.STORY_PUBLISH)
def publish(id: int) -> Any:
    """Once more for what came out: in another paper, or by another address."""
    story = _load(id, queries.may_publish)
    form = PublishForm.of(story)
    if form.published_on.typed is None:
        form.published_on.data = story.published_on or clock.today()

    def act() -> None:
        assert form.published_on.data  # the field asks for one
        typed = form.published_in.data or "", form.link.data or ""
        actions.publish(story, form.published_on.data, *typed, actor=me())

    return _carry_out(story, form, _publishing(story), act, _("已发布，全区都能看到"))


@bp.route("/stories/<int:id>/take-back", methods=["GET", "POST"])
@permit(P.STORY_PUBLISH)
def take_back(id: int) -> Any:
    story, form = _load(id, queries.may_publish), TakeBackForm()
    return _carry_out(
        story, form, _("撤下"), lambda: actions.take_back(story, form.reason.data or "", actor=me()),
        _("已撤下，只有登记的单位、讲到的单位和督查、宣传部门能看到"),
    )  # fmt: skip


@bp.get("/stories/files/<int:id>")
@permit(P.SUPERVISION_VIEW)
def file(id: int) -> Any:
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.app_template_global("stories_of")
def stories_of(
    *,
    deal: Deal | None = None,
    project: KeyProject | None = None,
    person: User | None = None,
    unit: Unit | None = None,
) -> Markup:
    """The panel on the page of what or whom it tells of; nothing where nothing is told."""
    if not me().may(P.SUPERVISION_VIEW):
        return Markup("")
    found = queries.of(me(), deal=deal, project=project, person=person, unit=unit)
    if not found:
        return Markup("")
    about: dict[str, Any] = {"deal": deal.id} if deal else {"project": project.id} if project else {}
    url = url_for("stories.register", **about) if about and me().may(P.STORY_WRITE) else None
    return Markup(render_template("supervision/stories/_of.html", stories=found, url=url))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int, may: Callable[[User, Story], bool] | None = None) -> Story:
    return load_mine(queries.with_all(queries.visible_to(me()).filter_by(id=id)), may)


def _carry_out(story: Story, form: Any, title: str, act: Callable[[], None], said: str) -> Any:
    return form.act_page(
        "supervision/stories/act.html", act, title=title, back=url_for(".show", id=story.id), said=said, story=story
    )  # fmt: skip


def _publishing(story: Story) -> str:
    return _("更正发布情况") if story.state is StoryState.PUBLISHED else _("发布")


def _acts(story: Story) -> list[tuple[str, str]]:
    """(act, its words) of what I may do to it as it stands, the nearest first."""
    user, found = me(), []
    if queries.may_publish(user, story):
        found.append(("publish", _publishing(story)))
    if queries.may_edit(user, story):
        found.append(("edit", _("修改")))
    if queries.may_publish(user, story) and story.state is StoryState.PUBLISHED:
        found.append(("take_back", _("撤下")))
    return found


def _offer(form: Any, deal: Deal | None, project: KeyProject | None, story: Story | None = None) -> None:
    """Of any unit; of my own people, for who has the district of all; about what, of all that I see."""
    units, people = dict(org.unit_choices()), dict(org.colleague_choices(me(), P.STORY_WRITE))
    if story:
        units.setdefault(story.unit_id, story.unit.name)
    if story and story.person:
        people.setdefault(story.person.id, story.person.name)
    form.unit_id.offer(units.items(), _("请选择"))
    form.person_id.offer(people.items(), _("单位的典型，不落到个人"))
    offer_about(form, deal, project)
