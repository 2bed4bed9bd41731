"""Calendars (RFC 5545) of whole days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

#: How often a program should ask again.
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class WholeDay:
    """An event of one whole day; ``uid`` stays the same when the day moves, so that it moves in the calendar, too."""

    uid: str
    day: date
    summary: str
    url: str


def calendar_file(name: str, timezone: str, days: Iterable[WholeDay], made_at: datetime) -> bytes:
    """A calendar as programs import it or subscribe to it.

    Args:
        name: of the calendar.
        timezone: of the school; the days are days there, so the events themselves have none.
        made_at: the moment of writing, with a zone.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//SPOC//Course dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", timezone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for one in days:
        event = Event()
        event.add("uid", one.uid)
        event.add("dtstamp", made_at)
        event.add("dtstart", one.day)
        event.add("dtend", one.day + timedelta(days=1))
        event.add("summary", one.summary)
        event.add("url", one.url)
        # It says what is due and takes no time.
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
