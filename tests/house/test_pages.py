"""A walk through the whole demo district by its links, in both languages.

Every page that somebody is led to opens, is a good page (tests/pages.py), and changes nothing; no link leads to
a closed door; and there is no page that nobody is led to.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.support.statements import count_statements

RECORDS, QUESTIONS = 3, 3
"""How many addresses of one door an administrator opens: plain ones, and ones with new words behind the question mark.
(All of them would be tens of thousands: each filter is a link, and each opens on more.)"""
FEWER = 1, 1
"""The same for everybody else, who sees a part of those pages; and for an administrator in Chinese."""

WRITES = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.I)
SIGNS_OF_LIFE = {"signed_in"}
"""Tables that a GET may touch: when somebody was last seen."""

NOT_BY_LINK = {
    "static": "files of pages",
    "healthz": "asked by machines",
    "org.sign_in": "redirects who is signed in",
    "org.setup": "only in an empty house",
    "deals.investors": "asked by the script of a field while a name is typed",
    "deals.names": "asked by the script of a field while a name is typed",
    "delivery.names": "asked by the script of a field while a name is typed",
    "capital.edit": "the walk opens a few rows of the register; those that came back are not among them",
    "capital.adjust": "the walk opens the newest rows, and their month is not closed yet",
    "capital.recognise": "the demo district has judged all that was declared",
    "capital.send_back": "the demo district has judged all that was declared",
    "capital.file": "the demo district has no attachments",
    "delivery.report": "only from a key project that is being built, and the walk opens the first few",
    "delivery.step_back": "only from a key project that has started, and the walk opens the first few",
    "approvals.file": "the demo district has no papers of approvals; tests/approvals opens one",
    "approvals.resume": "no item of the demo district is being corrected; tests/approvals opens it",
    "approvals.correct": "only from an item that is being handled, and the walk opens the first few",
    "approvals.decide": "only from an item that is being handled, and the walk opens the first few",
    "approvals.accept": "only from an item that is not accepted, and the walk opens the first few",
    "entry.file": "the demo district has no papers of reviews; tests/entry opens one",
    "entry.edit": "every review of the demo district is decided; tests/entry opens it",
    "entry.ask": "every review of the demo district is decided",
    "entry.answer": "every review of the demo district is decided",
    "entry.hear": "every review of the demo district is decided",
    "entry.conclude": "every review of the demo district is decided",
    "entry.allow": "only from a deal that nobody has let in, and the walk opens the first few",
    "entry.recheck": "no deal of the demo district produces yet; tests/entry opens it",
    "standards.edit": "the demo district has no standards: the report prints none",
    "delivery.file": "the demo district has no photos",
    "rolls.issue": "every list of the demo district is issued; tests/delivery/test_lists.py opens it",
    "prospects.list_result": "only from a need of know-how that is solved; tests/needs opens it",
    "reserve.unlink": "the demo district's list does not say which deals its plans have become",
    "land.release": "only from a parcel that is kept, and the walk opens the first few",
    "jobs.progress": "asked by the script of a page while a job runs",
    "jobs.under_way": "asked by the script of the page of jobs",
    "jobs.ring": "asked by the script of every page",
    "duplicates.show_merge": "the demo district has merged nothing yet; tests/duplicates/test_merge_log.py opens it",
    "engine.progress": "asked by the script of a page while a scan runs",
    "engine.holders": "the demo district has no key that more than sixty records share",
    "desk.find": "the search box, a form",
    "desk.suggest": "asked by the script of the search box",
    "contacts.candidates": "asked by the script of a picker",
    "merchants.regions": "asked by the script of the region picker",
    "contacts.timeline": "only behind a record with more than a page of happenings",
    "contacts.file": "the demo district has no attachments",
    "indicators.redefine": "only from an indicator of the district's own, and the walk opens the first few",
    "imports.show": "the demo district has imported nothing",
    "imports.correct": "the demo district has imported nothing",
    "imports.result_file": "the demo district has imported nothing",
    "imports.result": "the demo district has imported nothing",
    "calendars.feed": "a calendar asks for it by its secret address",
    "merchants.card": "only after the button that reveals the numbers",
    "merchants.card_file": "only after the button that reveals the numbers",
    "layouts.edit": "the demo district has copied no layout",
    "lists.export_file": "only after an export so large that a job makes it",
    "referrals.show": "the demo district has asked for no introduction yet",
    "referrals.end": "the demo district has asked for no introduction yet",
    "missions.close": "only when each firm of a mission has a result",
    "missions.reopen": "only from a mission that is over, and the walk opens a few of them",
    "leads.feed_back": "only from a lead that was judged, and the walk opens a few of them",
    "disputes.raise_dispute": "only from a report that was taken for another's, and the walk opens a few of them",
    "leads.file": "the demo district has no attachments",
    "leads.convert": "only from a lead that is followed, and the walk opens a few of them",
    "meetings.show": "the demo district has held no meeting; tests/meetings opens it",
    "meetings.item": "the demo district has held no meeting",
    "meetings.minutes": "the demo district has held no meeting",
    "meetings.task": "the demo district has held no meeting",
    "agreements.show": "the demo district holds no agreement; tests/agreements opens it",
    "agreements.edit": "the demo district holds no agreement",
    "reports.changes": "the demo district has corrected no report; tests/reports opens it",
    "reports.give_back": "no report of the demo district waits for a check; tests/reports opens it",
    "reports.write": "no report of the demo district is being drafted; tests/reports opens it",
    "indicators.type_value": "only of a month that has no figure yet, and the walk opens a few of them",
    "supervision.file": "the demo district has no attachments; tests/supervision opens one",
    "commitments.file": "the demo district has no attachments; tests/supervision opens one",
    "supervision.explain": "only from a case that waits for its unit, and the walk opens the newest, which nobody has verified",
    "stories.file": "the demo district has no attachments; tests/supervision opens one",
    "slips.turn_down": "no problem of the demo district waits for a round; tests/slips opens it",
    "targets.issue": "only from a task that is a draft, and the walk opens a few of them",
    "targets.of_unit": "only from a target that is split among units, and the walk opens a few of them",
    "slips.edit": "every problem of the demo district is on a list already; tests/slips opens it",
    "slips.file": "the demo district has no attachments",
    "slips.settle": "the leader's side alone, and no slip of the demo district waits for it; tests/slips opens it",
    "slips.return_claim": "the leader's side alone, and no slip of the demo district waits for it",
    "slips.answer_postponement": "no unit of the demo district has asked for more time",
    "slips.instruct": "the leader's side alone, which an administrator is not",
    "slips.escalate": "the leader's side alone, which an administrator is not",
    "tracking.file": "what is said of coming back in the demo district has no attachments; tests/tracking opens one",
    "partners.file": "the demo district's agreements with partners hold no files; tests/partners opens one",
    "campaigns.finish": "all land on the demo district's campaign is in the register; tests/campaigns opens it",
    "watchers.show": "leads on to the project or deal at once; tests/watchers opens it",
    "watchers.reopen": "only from a request that was answered, and the walk opens a few of them",
    "watchers.answer": "only from a request that waits, and the walk opens a few of them",
    "pipeline.resume": "only from a deal that stands still, and the walk opens a few of them",
}
"""Doors that answer GET and that no page of the demo district has a link to, each with its reason."""


def walk(
    app: Any, client: Any, most: tuple[int, int] = FEWER, start: str = "/"
) -> tuple[set[str], list[str]]:
    """(endpoints opened, faults) of following all links from `start`."""
    waiting, queued, opened, faults = deque([(start, "the start")]), {start}, set(), []
    alike: Counter[Any] = Counter()
    adapter = app.url_map.bind("localhost")
    while waiting:
        url, found_on = waiting.popleft()
        parts = urlsplit(url)
        try:
            endpoint, _values = adapter.match(parts.path, method="GET")
        except Exception as error:  # the router says in its own words why it leads nowhere
            faults.append(f"{found_on} has a link to {url}: {type(error).__name__}")
            continue
        question = tuple(sorted(set(re.findall(r"(?:^|&)([^=&]+)", parts.query))))
        alike[endpoint, question] += 1
        if question and alike[endpoint, question] > 1:
            continue
        alike[endpoint, bool(question)] += 1
        if alike[endpoint, bool(question)] > most[bool(question)]:
            continue
        try:
            with count_statements() as statements:
                answer = client.get(url)
        except Exception as error:  # a fault of the page or of its view: all of them are told at the end
            faults.append(f"GET {url} (found on {found_on}): {type(error).__name__}: {error}")
            continue
        opened.add(endpoint)
        if answer.status_code not in (200, 303, 302):
            faults.append(f"{found_on} has a link to {url}, which answers {answer.status}")
        for statement in statements:
            if (written := WRITES.match(statement)) and written[2].lower() not in SIGNS_OF_LIFE:
                faults.append(f"GET {url} writes: {statement[:120]}")
        led_to = [answer.location] if answer.location else []
        if answer.status_code == 200 and answer.is_page:
            led_to = answer.page.links
        for link in led_to:
            target = urljoin(url, link).split("#")[0]
            there = urlsplit(target)
            if there.path and not there.scheme and not there.netloc and target not in queued:
                queued.add(target)
                waiting.append((target, url))
    return opened, faults


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("login", "locale"),
    [("promoter", "en"), ("manager", "zh_CN"), ("leader", "en"), ("auditor", "zh_CN"), ("admin", "zh_CN")],
)
def test_every_link_leads_to_a_good_page(
    app: Any, district: dict[str, Any], as_user: Callable[..., Any], login: str, locale: str
) -> None:
    district[login].locale = locale
    _opened, faults = walk(app, as_user(district[login]))
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:25])


@pytest.mark.on("sqlite")
def test_an_administrator_is_led_to_every_page(
    app: Any, district: dict[str, Any], as_user: Callable[..., Any]
) -> None:
    """In English, where also a sentence that was left in Chinese is a fault; in Chinese see above."""
    district["admin"].locale = "en"
    opened, faults = walk(app, as_user(district["admin"]), (RECORDS, QUESTIONS))
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:25])
    doors = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    unseen = doors - opened - set(NOT_BY_LINK)
    assert not unseen, f"no link leads to {sorted(unseen)}; if that is right, say why in NOT_BY_LINK"
    gone = set(NOT_BY_LINK) - doors
    assert not gone, f"take them off NOT_BY_LINK: {gone}"


@pytest.mark.on("sqlite")
def test_an_empty_house_has_good_pages_too(app: Any, cast: Any, as_user: Callable[..., Any]) -> None:
    """Nothing entered yet: every list says so, whatever else is asked of it."""
    for user in (cast.wang, cast.admin):
        _opened, faults = walk(app, as_user(user), (1, 1))
        assert not faults, f"{user.name}: {len(faults)} faults:\n" + "\n".join(faults[:25])


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_who_is_not_signed_in_sees_good_pages(
    app: Any, district: dict[str, Any], client: Any, locale: str
) -> None:
    page = client.see("/sign-in", headers={"Accept-Language": locale})
    assert page.lang == locale
