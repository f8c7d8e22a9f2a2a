"""Planning a mission, its list of firms, a page on each to read on the way, results from the phone, and counts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import queries as contacts
from crm.contacts.next_step import why_needed
from crm.contacts.queries import About
from crm.db import db
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.reference import regions
from crm.reporting import queries as reporting
from crm.web.forms import ActForm, commit_and_go

from . import actions, chain, queries
from .forms import (
    AddLeadForm,
    CloseForm,
    FollowUpForm,
    MissionForm,
    PlanForm,
    ReasonForm,
    TellForm,
    WantedForm,
)
from .lists import PAGE, STOPS
from .models import Mission, MissionKind, Outcome, Stop

bp = Blueprint("missions", __name__)
reporting.ALSO.append(chain.went)
PANEL = 8
IDLE = 30  # days without contact from which a firm is proposed at first


@bp.get("/missions")
@permit(P.MISSION_VIEW)
def index() -> Any:
    return render_template("missions/index.html", listing=context(PAGE, me()))


@bp.get("/missions/visits")
@permit(P.MISSION_VIEW)
def stops() -> Any:
    return render_template("missions/stops.html", listing=context(STOPS, me()))


@bp.get("/missions/counts")
@permit(P.MISSION_VIEW)
def counts() -> Any:
    """每月每单位几次: each number leads to its missions."""
    year = _number("year") or clock.today().year
    year = min(max(year, 1990), clock.today().year + 1)
    kind = request.args.get("kind", "")
    chosen = MissionKind(kind) if kind in {one.value for one in MissionKind} else None
    return render_template(
        "missions/counts.html",
        year=year,
        chosen=chosen,
        kinds=list(MissionKind),
        rows=queries.counts(me(), year, chosen),
        today=clock.today(),
    )


@bp.route("/missions/new", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def new() -> Any:
    form = PlanForm(owner_id=me().id, starts_on=clock.today(), ends_on=clock.today(), members=[me().id])
    _offer(form)
    if form.submitted():
        with form.refusals():
            mission = actions.plan(form.facts, _chosen(form), actor=me())
            for firm in _firms([_number("enterprise_id") or 0]):
                actions.add_firms(mission, [firm], actor=me())
            said = _("已安排“%(name)s”，请列出要见的企业", name=mission.title)
            return commit_and_go(form, url_for(".show", id=mission.id), said)
    return form.page("missions/new.html")


@bp.get("/missions/<int:id>")
@permit(P.MISSION_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/missions/<int:id>/edit", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def edit(id: int) -> Any:
    mission = _managed(id)
    form = MissionForm.of(mission)
    form.begin(mission)
    _offer(form, mission)
    if form.submitted():
        with form.refusals():
            actions.edit(mission, form.facts, _chosen(form), actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=mission.title))
    return form.page("missions/edit.html", mission=mission)


# --- whom to see ------------------------------------------------------------------------------------------


@bp.route("/missions/<int:id>/firms", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def propose(id: int) -> Any:
    """Firms of the base by place, direction and time without contact; ticked ones go on the list."""
    mission = _managed(id)
    act = ActForm()
    if act.submitted():
        with act.refusals():
            added = actions.add_firms(mission, _firms(request.form.getlist("ids")), actor=me())
            said = _("已列入 %(n)s 家企业", n=len(added)) if added else _("没有勾选企业")
            return commit_and_go(act, url_for(".show", id=id), said)
    asked = WantedForm(request.args, data=_first_wish(mission)) if request.args else WantedForm(
        None, data=_first_wish(mission)
    )  # fmt: skip
    wanted = asked.wanted()
    found = queries.proposed(me(), mission, wanted) if wanted else []
    return act.page("missions/propose.html", mission=mission, asked=asked, found=found, most=queries.PROPOSED)


@bp.route("/missions/<int:id>/leads", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def propose_leads(id: int) -> Any:
    """Leads that were judged worth following and that nobody has gone to see yet."""
    mission = _managed(id)
    act = ActForm()
    if act.submitted():
        with act.refusals():
            wanted = _ids(request.form.getlist("ids"))
            rows = leads.visible_to(me()).where(Lead.id.in_(wanted)).order_by(Lead.reported_at, Lead.id)
            chosen = db.session.scalars(rows).all()
            for lead in chosen:
                actions.add_lead(mission, lead, actor=me())
            said = _("已列入 %(n)s 条线索", n=len(chosen)) if chosen else _("没有勾选线索")
            return commit_and_go(act, url_for(".show", id=id), said)
    found = queries.leads_to_visit(me(), mission)
    return act.page("missions/propose_leads.html", mission=mission, found=found)


@bp.route("/leads/<int:id>/mission", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def add_lead(id: int) -> Any:
    """From a lead's page: which mission is to go and see them."""
    lead = db.one_or_404(leads.visible_to(me()).filter_by(id=id))
    open_ = {mission.id: mission for mission in queries.open_missions(me())}
    form = AddLeadForm(mission_id=next(iter(open_)) if len(open_) == 1 else None)
    form.mission_id.offer(
        [(one.id, f"{one.title}（{one.starts_on:%Y-%m-%d}）") for one in open_.values()], _("请选择")
    )
    if form.submitted():
        with form.refusals():
            mission = open_[form.mission_id.data or 0]
            may_skip = leads.may(me(), P.LEAD_JUDGE, lead)
            actions.add_lead(mission, lead, actor=me(), why=form.why.data or "", may_skip=may_skip)
            said = _("“%(name)s”已列入“%(mission)s”", name=lead.title, mission=mission.title)
            return commit_and_go(form, url_for(".show", id=mission.id), said)
    return form.page("missions/add_lead.html", lead=lead, missions=open_)


@bp.post("/missions/<int:id>/stops/<int:stop_id>/drop")
@permit(P.MISSION_MANAGE)
def drop(id: int, stop_id: int) -> Any:
    mission = _managed(id)
    stop = _stop(mission, stop_id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            name = stop.name
            actions.drop(stop, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已从名单里去掉“%(name)s”", name=name))
    return _page(mission, form)


@bp.get("/missions/<int:id>/stops/<int:stop_id>/briefing")
@permit(P.MISSION_VIEW)
def briefing(id: int, stop_id: int) -> Any:
    """One page on one firm, to print and read on the way."""
    mission = _load(id)
    return render_template(
        "missions/briefing.html",
        mission=mission,
        briefings=queries.briefings_of(me(), [_stop(mission, stop_id)]),
        places=queries.places(mission),
        regions=regions,
    )


@bp.get("/missions/<int:id>/briefings")
@permit(P.MISSION_VIEW)
def briefings(id: int) -> Any:
    """All of them, a page each."""
    mission = _load(id)
    every = queries.briefings_of(me(), queries.stops_of(mission))
    return render_template(
        "missions/briefing.html",
        mission=mission,
        briefings=every,
        places=queries.places(mission),
        regions=regions,
    )


# --- what came of it --------------------------------------------------------------------------------------


@bp.route("/missions/<int:id>/stops/<int:stop_id>/tell", methods=["GET", "POST"])
@permit(P.CONTACT_LOG)
def tell(id: int, stop_id: int) -> Any:
    """The result of one visit, from the phone."""
    mission = _load(id)
    if not queries.may_tell(me(), mission):
        abort(403)
    stop = _stop(mission, stop_id)
    about = About(enterprise=stop.enterprise, lead=stop.lead)
    known = contacts.known_people(about)
    ours = contacts.colleagues(me(), also=[*mission.members, *([mission.leader] if mission.leader else [])])
    went = [member.id for member in mission.members] or [me().id]
    form = TellForm(
        **_told_before(stop),
        happened_at=clock.business_now().replace(second=0, microsecond=0),
        colleagues=[*went, *([mission.leader_id] if mission.leader_id else [])],
        place="、".join(queries.places(mission))[:200],
    )
    form.people.offer(
        (person.id, f"{person.name}（{post}）" if post else person.name) for person, post in known
    )
    form.colleagues.offer((one.id, one.name) for one in ours)
    form.follow_user_id.offer(_followers(stop, ours), _("不用跟进"))
    surroundings = contacts.surroundings(me(), about, clock.business_now())
    if form.submitted():
        with form.refusals():
            actions.tell(
                stop,
                form.said(),
                contacts.surroundings(me(), about, form.moment()),
                people=[person for person, _post in known if person.id in form.people.data],
                colleagues=[one for one in ours if one.id in form.colleagues.data],
                uploads=form.uploads(),
                actor=me(),
            )
            said = _("已写下“%(name)s”的结果", name=stop.name)
            return commit_and_go(form, url_for(".show", id=id), said)
    return form.page("missions/tell.html", mission=mission, stop=stop, why=why_needed(surroundings))


@bp.route("/missions/<int:id>/stops/<int:stop_id>/done", methods=["GET", "POST"])
@permit(P.MISSION_VIEW)
def done(id: int, stop_id: int) -> Any:
    """What was given to somebody to do after the visit is done; said by that one, or by who manages the mission."""
    stop = db.one_or_404(queries.stops_visible_to(me()).filter_by(id=stop_id, mission_id=id))
    if stop.follow_user_id != me().id and not queries.may_manage(me(), stop.mission):
        abort(403)
    form = FollowUpForm()
    if form.submitted():
        with form.refusals():
            actions.follow_up(stop, form.said.data or "", actor=me())
            back = url_for(".stops", mine=1, follow="open")
            return commit_and_go(form, back, _("已办结“%(name)s”的跟进", name=stop.name))
    return form.page("missions/done.html", stop=stop)


@bp.route("/missions/<int:id>/close", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def close(id: int) -> Any:
    mission = _managed(id)
    form = CloseForm.of(mission)
    if form.submitted():
        with form.refusals():
            actions.close(mission, form.summary.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已总结“%(name)s”", name=mission.title))
    return form.page("missions/close.html", mission=mission)


@bp.route("/missions/<int:id>/cancel", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def cancel(id: int) -> Any:
    return _with_reason(id, actions.cancel, _("取消活动"), _("已取消“%(name)s”"))


@bp.route("/missions/<int:id>/reopen", methods=["GET", "POST"])
@permit(P.MISSION_MANAGE)
def reopen(id: int) -> Any:
    return _with_reason(id, actions.reopen, _("重新打开"), _("已重新打开“%(name)s”"))


def _with_reason(id: int, verb: Any, title: str, said: str) -> Any:
    mission = _managed(id)
    form = ReasonForm()
    if form.submitted():
        with form.refusals():
            verb(mission, form.why.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), said % {"name": mission.title})
    return form.page("missions/reason.html", mission=mission, title=title)


# --- on the pages of other records ------------------------------------------------------------------------


@bp.app_template_global("missions_of")
def missions_of(subject: Enterprise | Lead) -> Markup:
    """The panel on a firm's or a lead's page: who went to see them, led by whom, and what came of it."""
    if not me().may(P.MISSION_VIEW):
        return Markup("")
    lead = subject if isinstance(subject, Lead) else None
    where = queries.of_lead(lead.id) if lead else queries.of_enterprise(subject.id)
    found, others = queries.stops_about(me(), where, PANEL)
    to_add = lead if lead and lead.state.is_open and me().may(P.MISSION_MANAGE) else None
    if not found and not others and not to_add:
        return Markup("")
    return Markup(render_template("missions/_of.html", lead=to_add, stops=found, others=others))


# --- what the views share ---------------------------------------------------------------------------------


def _page(mission: Mission, form: ActForm | None = None) -> Any:
    every = queries.stops_of(mission)
    user = me()
    firms = [stop.enterprise_id for stop in every if stop.enterprise_id]
    seen = set(db.session.scalars(
        merchants.visible_to(user).with_only_columns(Enterprise.id).where(Enterprise.id.in_(firms))
    )) if firms else set()  # fmt: skip
    form = form or ActForm()
    return form.page(
        "missions/show.html",
        mission=mission,
        stops=every,
        told=sum(stop.outcome is not None for stop in every),
        interested=sum(stop.outcome is Outcome.INTERESTED for stop in every),
        seen=seen,
        seen_leads=leads.seen_by(user, [stop.lead for stop in every if stop.lead]),
        places=queries.places(mission),
        today=clock.today(),
        may_manage=mission.is_open and queries.may_manage(user, mission),
        may_reopen=not mission.is_open and queries.may_manage(user, mission),
        may_tell=mission.is_open and clock.today() >= mission.starts_on and queries.may_tell(user, mission),
    )


def _load(id: int) -> Mission:
    return db.one_or_404(queries.loaded(queries.visible_to(me())).filter_by(id=id))


def _managed(id: int) -> Mission:
    """404 for who may not see it, 403 for who may not change it."""
    mission = _load(id)
    if not queries.may_manage(me(), mission):
        abort(403)
    return mission


def _stop(mission: Mission, id: int) -> Stop:
    return db.one_or_404(queries.stops_loaded(db.select(Stop)).filter_by(id=id, mission_id=mission.id))


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _ids(texts: list[Any]) -> list[int]:
    return [
        int(text) for text in map(str, texts[:200]) if text.isascii() and text.isdecimal() and len(text) < 10
    ]


def _firms(ids: list[Any]) -> list[Enterprise]:
    """Those of the ids that I may see, in the order given."""
    wanted = [id for id in _ids(ids) if id]
    if not wanted:
        return []
    found = db.session.scalars(merchants.visible_to(me()).where(Enterprise.id.in_(wanted))).unique()
    return sorted(found, key=lambda firm: wanted.index(firm.id))


def _offer(form: Any, mission: Mission | None = None) -> None:
    everybody = db.session.scalars(org.people()).all()
    unit_id = mission.unit_id if mission else me().unit_id
    own = [one for one in everybody if one.unit_id == unit_id]
    form.leader_id.offer(org.leader_choices(), _("没有区领导带队"))
    owners = {one.id: one.name for one in [*own, *([mission.owner] if mission and mission.owner else [])]}
    form.owner_id.offer(owners.items())
    form.members.offer((one.id, one.name) for one in own)
    form.guests.offer(
        (one.id, f"{one.name}（{one.unit.name}）") for one in everybody if one.unit_id != unit_id
    )
    if mission and not form.is_submitted():
        form.guests.data = [member.id for member in mission.members if member.unit_id != unit_id]
        form.members.data = [member.id for member in mission.members if member.unit_id == unit_id]


def _chosen(form: Any) -> list[User]:
    ids = {*(form.members.data or ()), *(form.guests.data or ())}
    return list(db.session.scalars(org.people().where(User.id.in_(ids)))) if ids else []


def _first_wish(mission: Mission) -> dict[str, Any]:
    return {
        "place": "、".join(regions.full_name(code) for code in mission.region_codes),
        "direction": mission.direction,
        "idle": IDLE,
    }


def _told_before(stop: Stop) -> dict[str, Any]:
    """A result told again begins with what was told."""
    if stop.outcome is None:
        return {}
    return {
        "outcome": stop.outcome,
        "summary": stop.result,
        "next_step": stop.follow_step,
        "next_due_on": stop.follow_due_on,
        "follow_user_id": stop.follow_user_id,
    }


def _followers(stop: Stop, ours: list[User]) -> list[tuple[int, str]]:
    """Who went, my unit's people, and whoever has it in hand already."""
    now = [stop.follow_user] if stop.follow_user else []
    return [
        (one.id, one.name) for one in {one.id: one for one in [*now, *stop.mission.members, *ours]}.values()
    ]
