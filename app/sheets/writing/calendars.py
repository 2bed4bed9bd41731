"""Calendars (RFC 5545) of all-day events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

#: The interval at which calendar programs should refresh a subscription.
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class WholeDay:
    """An all-day event; ``uid`` stays the same when the day changes, so that calendars move the event."""

    uid: str
    day: date
    summary: str
    url: str


def calendar_file(name: str, timezone: str, days: Iterable[WholeDay], made_at: datetime) -> bytes:
    """Return a calendar file for import or subscription.

    Args:
        name: the name of the calendar.
        timezone: the school's time zone; the events are days at the school and have no zone of their own.
        made_at: the time of writing, with a zone.
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
    for whole_day in days:
        event = Event()
        event.add("uid", whole_day.uid)
        event.add("dtstamp", made_at)
        event.add("dtstart", whole_day.day)
        event.add("dtend", whole_day.day + timedelta(days=1))
        event.add("summary", whole_day.summary)
        event.add("url", whole_day.url)
        # the event is a reminder and does not make its owner busy
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
