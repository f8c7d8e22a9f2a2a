"""Entries into an iCalendar (RFC 5545). A next step is a whole day; a visit or meeting is the moment it began. Numbers
that people typed into their words are masked: a calendar lies open on other machines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event

from crm.lib.masking import mask_text

MAKER = "-//investment-crm//feed//ZH"
HOURLY = "PT1H"  # how often a calendar may ask again


@dataclass(frozen=True)
class Entry:
    """`key` stays the same as long as it is the same thing, so that a calendar moves it and does not double it."""

    key: str
    title: str
    at: dt.date | dt.datetime
    url: str = ""
    text: str = ""
    place: str = ""
    last_day: dt.date | None = None  # of what takes several days


def ical(name: str, entries: Iterable[Entry], now: dt.datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", HOURLY)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@investment-crm")
        event.add("dtstamp", now)
        event.add("dtstart", entry.at)
        if entry.last_day:
            event.add("dtend", entry.last_day + dt.timedelta(days=1))  # the first day that is free again
        event.add("summary", mask_text(entry.title))
        event.add("transp", "TRANSPARENT")
        for field, value in (("description", entry.text), ("location", entry.place)):
            if value:
                event.add(field, mask_text(value))
        if entry.url:
            event.add("url", entry.url)
        calendar.add_component(event)
    return calendar.to_ical()
