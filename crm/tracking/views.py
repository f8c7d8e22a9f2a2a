"""跟踪调查: who is to be contacted, what is missing, who wants to come back; a page for each city and chamber."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.db import db
from crm.files.models import StoredFile
from crm.files.store import hand_out
from crm.lib import clock
from crm.lib.texts import clean_line
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Person
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.reference import regions
from crm.web.forms import commit_and_go

from . import actions, completeness, facts, queries
from .forms import IntentForm
from .lists import INTENTS
from .models import ReturnIntent, Watch
from .queries import Whose

bp = Blueprint("tracking", __name__)
telling.VERBS["enterprise.intent_stated"] = (N_("记回归意愿"), "star")
WORDS = {Whose.MINE: N_("我跟进的"), Whose.UNIT: N_("本单位跟进的"), Whose.ALL: N_("全区")}


@bp.get("/tracking")
@permit(P.MERCHANT_VIEW)
def index() -> Any:
    whose = _whose()
    bands, lacking = queries.numbers_by_completeness(whose)
    return render_template(
        "tracking/index.html",
        tabs=_tabs("tracking.index", whose),
        firms=_followed(whose, Enterprise),
        people=_followed(whose, Person),
        willing=queries.said(queries.number_willing(whose)),
        willing_url=url_for(".intents", intent=["active", "waiting"], **_of_intents(whose)),
        bands=[_figure(number, band.label, whose, complete=band.value) for band, number in bands.items()],
        lacking=sorted(
            (_figure(number, fact.label, whose, lacks=fact.value) for fact, number in lacking.items()),
            key=lambda one: -one["value"],
        ),
        may_set=me().may(P.SETTING_MANAGE),
    )  # fmt: skip


@bp.get("/tracking/intents")
@permit(P.MERCHANT_VIEW)
def intents() -> Any:
    return render_template("tracking/intents.html", listing=context(INTENTS, me()))


@bp.route("/enterprises/<int:id>/intents/new", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def state_intent(id: int) -> Any:
    enterprise = _seen(id)
    if not merchants.may(me(), P.MERCHANT_EDIT, enterprise):
        abort(403)
    form = IntentForm(said_on=clock.today())
    form.contact_log_id.offer(queries.logs_to_choose(me(), id), _("没有记在沟通里"))
    if form.submitted():
        with form.refusals():
            uploads = request.files.getlist("files")
            stated = actions.state_intent(enterprise, form.data, actor=me(), uploads=uploads)
            said = _("已记下：%(name)s %(intent)s", name=enterprise.name, intent=stated.intent.label)
            return commit_and_go(form, url_for("merchants.show", id=id), said)
    return form.page("tracking/intent.html", enterprise=enterprise)


@bp.get("/tracking/intents/<int:id>/files/<int:file_id>")
@permit(P.MERCHANT_VIEW)
def file(id: int, file_id: int) -> Any:
    stated = db.one_or_404(queries.intents_visible_to(me()).where(ReturnIntent.id == id))
    wanted = db.select(StoredFile).filter_by(id=file_id, noun=queries.NOUN, record_id=stated.id)
    return hand_out(db.one_or_404(wanted))


# --- places and chambers ------------------------------------------------------------------------------------


@bp.get("/tracking/places")
@permit(P.MERCHANT_VIEW)
def places() -> Any:
    whose = _whose()
    under = request.args.get("under", "")
    under = under if len(under) == 2 and regions.name(under) else ""
    return render_template(
        "tracking/places.html",
        tabs=_tabs("tracking.places", whose, **({"under": under} if under else {})),
        whose=whose.value,
        under=under,
        province=regions.name(under),
        places=queries.places(whose, under),
        said=queries.said,
    )


@bp.get("/tracking/places/<code>")
@permit(P.MERCHANT_VIEW)
def show_place(code: str) -> Any:
    if not (code.isdecimal() and regions.name(code)):
        abort(404)
    whose = _whose()
    return render_template(
        "tracking/gathering.html",
        title=regions.full_name(code),
        crumbs=[(_("按城市看"), url_for(".places"))],
        tabs=_tabs("tracking.show_place", whose, code=code),
        found=queries.gathering(whose, queries.in_place(code)),
        said=queries.said,
        narrowed={"region": code, **whose.args},
        people=[],
        records=[],
    )


@bp.get("/tracking/chambers")
@permit(P.MERCHANT_VIEW)
def chambers() -> Any:
    whose = _whose()
    words, after = clean_line(request.args.get("q"))[:50].strip(), clean_line(request.args.get("after"))[:200]
    found = queries.chambers(whose, words, after)
    return render_template(
        "tracking/chambers.html",
        tabs=_tabs("tracking.chambers", whose),
        whose=whose.value,
        q=words,
        chambers=found,
        more=url_for(".chambers", q=words or None, after=found[-1][0], whose=whose.value)
        if len(found) == queries.ROWS
        else "",
    )


@bp.get("/tracking/chamber")
@permit(P.MERCHANT_VIEW)
def show_chamber() -> Any:
    """By its name (`?name=`): a chamber is a word that firms and people carry, and only some are records."""
    name = clean_line(request.args.get("name"))[:200]
    whose = _whose()
    if not name:
        abort(404)
    found = queries.gathering(whose, Enterprise.chamber == name)
    people, records = queries.people_of(me(), name), queries.records_of(me(), name)
    if not (found.firms or people or records):
        abort(404)
    return render_template(
        "tracking/gathering.html",
        title=name,
        crumbs=[(_("按商会看"), url_for(".chambers"))],
        tabs=_tabs("tracking.show_chamber", whose, name=name),
        found=found,
        said=queries.said,
        narrowed={"chamber": name, **whose.args},
        people=people,
        records=records,
    )


@bp.app_template_global("tracking_of")
def tracking_of(subject: Any) -> Markup:
    """On the page of a firm or a person: when it is to be contacted; of a firm also what was said of coming back and
    what is missing."""
    due = queries.next_contact_on(subject)
    watch = Watch.of_standing(subject.standing)
    followed = {
        "watch": watch,
        "due": due,
        "days_left": (due - clock.today()).days if due else 0,
        "every": queries.days_of(watch) if watch else 0,
    }
    if not isinstance(subject, Enterprise):
        return Markup(render_template("tracking/_of_person.html", **followed) if watch else "")
    score, lacks = completeness.of([subject.id]).get(subject.id, (0, 0))
    stated = queries.intents_of(subject.id)
    return Markup(
        render_template(
            "tracking/_of.html",
            subject=subject,
            score=score,
            band=facts.band_of(score),
            missing=facts.missing(lacks),
            stated=stated,
            files=queries.files_of(stated),
            may_edit=merchants.may(me(), P.MERCHANT_EDIT, subject),
            **followed,
        )
    )


# --- what the views share -----------------------------------------------------------------------------------


def _seen(id: int) -> Enterprise:
    return db.one_or_404(merchants.visible_to(me()).where(Enterprise.id == id))


def _whose() -> Whose:
    return Whose(me(), request.args.get("whose", ""))


def _tabs(endpoint: str, whose: Whose, **args: Any) -> list[dict[str, Any]]:
    return [
        {"label": _(WORDS[one]), "url": url_for(endpoint, whose=one, **args), "active": one == whose.value}
        for one in Whose.choices(me())
    ]


def _of_intents(whose: Whose) -> dict[str, Any]:
    return {Whose.MINE: {"mine": 1}, Whose.UNIT: {"ours": 1}}.get(whose.value, {})


def _followed(whose: Whose, of: queries.Noun) -> dict[str, Any]:
    """The figures of who is to be contacted, of the firms or of the people."""
    door = "merchants.index" if of is Enterprise else "merchants.people"
    late = [
        _figure(queries.number_late(whose, watch, of), watch.label, whose, door, queries.days_of(watch),
                late=watch.value)
        for watch in Watch
    ]  # fmt: skip
    to_sleep, sleep_days = queries.number_to_sleep(whose, of), settings.get("merchant.sleep_days")
    return {
        "late": late,
        "to_sleep": _figure(to_sleep, _("该转休眠的"), whose, door, sleep_days, to_sleep=1),
        "never_met": _figure(queries.number_never_met(whose, of), _("从未联系"), whose, door, never_met=1),
    }


def _figure(
    number: int, label: str, whose: Whose, door: str = "merchants.index", days: int = 0, **asked: Any
) -> dict[str, Any]:
    """A figure and the list of firms or people that it counts."""
    return {
        "label": label,
        "value": number,
        "text": queries.said(number),
        "days": days,
        "url": url_for(door, **asked, **whose.args),
    }
