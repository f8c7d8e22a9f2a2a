"""create_app: the only file that knows every feature."""

from __future__ import annotations

import logging
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from babel import Locale
from flask import Flask, Response, current_app, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from crm import cli, config, navigation, recurring
from crm.agreements import views as agreements
from crm.approvals import views as approvals
from crm.approvals.catalogue import views as catalogue
from crm.approvals.joint import views as joint
from crm.audit.trail import client_address
from crm.backups import views as backups
from crm.bulletins import views as bulletins
from crm.calendars import views as calendars
from crm.campaigns import views as campaigns
from crm.capital import views as capital
from crm.contacts import views as contacts
from crm.contests import views as contests
from crm.dashboards import views as dashboards
from crm.db import db, options_for, set_reading
from crm.deals import history
from crm.deals import views as deals
from crm.delivery import views as delivery
from crm.delivery.rolls import views as rolls
from crm.desk import views as desk
from crm.digests import views as digests
from crm.disputes import views as disputes
from crm.duplicates import views as duplicates
from crm.duplicates.engine import views as engine
from crm.entry import views as entry
from crm.entry.standards import views as standards
from crm.financing import views as financing
from crm.health import views as health
from crm.holidays import views as holidays
from crm.imports import views as imports
from crm.indicators import views as indicators
from crm.jobs import queue
from crm.jobs import views as jobs
from crm.land import views as land
from crm.land.clearance import views as clearance
from crm.layouts import views as layouts
from crm.leads import views as leads
from crm.lib import clock, words
from crm.lists.exports import views as lists
from crm.logs import JsonLines
from crm.meetings import views as meetings
from crm.merchants import views as merchants
from crm.missions import views as missions
from crm.needs import views as needs
from crm.org import settings
from crm.org import views as org
from crm.org.guard import deny_by_default, login_manager
from crm.partners import views as partners
from crm.pipeline import views as pipeline
from crm.prospects import views as prospects
from crm.referrals import views as referrals
from crm.reminders import views as reminders
from crm.report_table import views as report_table
from crm.reporting import views as reporting
from crm.reports import views as reports
from crm.reserve import views as reserve
from crm.review import views as review
from crm.slips import views as slips
from crm.slips.inspections import views as inspections
from crm.slips.rounds import views as slip_rounds
from crm.supervision.cases import views as supervision
from crm.supervision.commitments import views as commitments
from crm.supervision.honours import views as honours
from crm.supervision.stories import views as stories
from crm.targets import views as targets
from crm.tracking import views as tracking
from crm.transfers import views as transfers
from crm.translations.compile import compile_catalogues
from crm.watchers import views as watchers
from crm.web import display, errors
from crm.yields import views as yields

HERE = Path(__file__).parent
BLUEPRINTS = (
    org.bp,
    holidays.bp,
    jobs.bp,
    backups.bp,
    lists.bp,
    layouts.bp,
    merchants.bp,
    leads.bp,
    disputes.bp,
    deals.bp,
    contacts.bp,
    reporting.bp,
    delivery.bp,
    rolls.bp,
    contests.bp,
    campaigns.bp,
    watchers.bp,
    approvals.bp,
    catalogue.bp,
    joint.bp,
    entry.bp,
    standards.bp,
    bulletins.bp,
    slips.bp,
    slip_rounds.bp,
    inspections.bp,
    supervision.bp,
    commitments.bp,
    honours.bp,
    stories.bp,
    missions.bp,
    capital.bp,
    health.bp,
    referrals.bp,
    report_table.bp,
    reports.bp,
    reserve.bp,
    indicators.bp,
    needs.bp,
    land.bp,
    clearance.bp,
    targets.bp,
    yields.bp,
    financing.bp,
    prospects.bp,
    partners.bp,
    tracking.bp,
    calendars.bp,
    pipeline.bp,
    transfers.bp,
    review.bp,
    dashboards.bp,
    meetings.bp,
    agreements.bp,
    duplicates.bp,
    engine.bp,
    imports.bp,
    reminders.bp,
    digests.bp,
    desk.bp,
)
LOCALES = ("zh_CN", "en")
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)

csrf = CSRFProtect()
babel = Babel()
parsed = cache(Locale.parse)  # it looks through a thousand names each time
catalogues_read: dict[str, Any] = {}


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The application. `overrides` stand in for the environment (tests); without them it is read."""
    app = Flask("crm", root_path=str(HERE), template_folder="../templates", static_folder="../static")
    app.config.from_mapping(config.DEFAULTS)
    app.config.from_mapping(config.from_environment() if overrides is None else overrides)
    app.config.setdefault(
        "SQLALCHEMY_ENGINE_OPTIONS", options_for(app.config["SQLALCHEMY_DATABASE_URI"])
    )  # fmt: skip
    # No record has a larger number than a column of ids can hold: such an address leads nowhere (404).
    app.url_map.converters["int"] = partial(IntegerConverter, max=2**31 - 1)  # type: ignore[assignment]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if hops := app.config["PROXY_HOPS"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]

    JsonLines.install(app.config.get("LOG_LEVEL", "INFO"))
    db.init_app(app)
    Migrate(app, db, directory=str(HERE.parent / "migrations"), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    login_manager.init_app(app)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(
        compile_catalogues(HERE / "translations", app.config["CRM_DATA"] / "translations")
    )
    catalogues_read.clear()
    babel.init_app(app, locale_selector=lambda: parsed(locale()))
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        translate,
        lambda one, _many, count: translate_one_or_many(one, count),
        newstyle=True,
        pgettext=translate_in_context,
    )
    words.install(translate, translate_one_or_many, translate_in_context, display.iso_day)
    clock.install_business_day(settings.business_day)
    history.watch()
    queue.init_app(app)

    app.before_request(open_the_door)
    app.before_request(deny_by_default)
    app.after_request(close_the_door)
    errors.init_app(app)
    display.init_app(app)
    navigation.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", "healthz", healthz)
    cli.init_app(app)
    recurring.init_app(app)
    return app


SOURCE = "zh"


def translate(msgid: str) -> str:
    """The catalogue's sentence; the msgid, which is the Chinese one, where there is none to ask."""
    return str(said_in.ugettext(msgid)) if (said_in := other_language()) else msgid


def translate_one_or_many(msgid: str, count: int) -> str:
    """The same with the form for so many. Chinese has one form, so the msgid stands for both."""
    return str(said_in.ungettext(msgid, msgid, count)) if (said_in := other_language()) else msgid


def translate_in_context(context: str, msgid: str) -> str:
    return str(said_in.upgettext(context, msgid)) if (said_in := other_language()) else msgid


def other_language() -> Any:
    """The reader's catalogue. None for those who read Chinese, which is looked up nowhere, and outside an application
    (the pure ground alone). Kept here, because a page asks hundreds of times and Babel goes a long way each time."""
    reader = get_locale()
    if reader is None or reader.language == SOURCE:
        return None
    if reader.language not in catalogues_read:
        catalogues_read[reader.language] = get_translations()
    return catalogues_read[reader.language]


def locale() -> str:
    """The user's own language, else the one chosen before signing in, else what the browser prefers.

    Jobs and the command line speak Chinese.
    """
    if not has_request_context():
        return LOCALES[0]
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    best = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh")
    return "en" if best == "en" else "zh_CN"


def open_the_door() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    set_reading(request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, "only_reads", False))
    client_address.set((request.remote_addr or "")[:64])


def close_the_door(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def healthz() -> tuple[dict[str, str], int]:
    """Alive, and so is the database."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        logging.getLogger(__name__).exception("health")
        return {"status": "database unavailable"}, 503
    return {"status": "ok"}, 200


healthz.permission = None  # type: ignore[attr-defined]
