"""A person's courses (我的课程): registered, waiting, and the next dates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.context import Context
from app.models import CourseOffering, WaitingPlace
from app.rules.me.agenda import UpcomingDay, days_ahead
from app.rules.offerings.phase import CourseState
from app.services.catalogue.school import CatalogueItem, as_item, is_shown, items_query, my_courses
from app.services.shared.require_permission import acting_user_id

#: The number of days listed under 接下来.
AGENDA = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """A course that the person waits for, and the place on its list, from 1."""

    item: CatalogueItem
    position: int


@dataclass(frozen=True, slots=True)
class MyCourses:
    """A person's courses.

    Args:
        current: begun and not over.
        upcoming: not begun.
        ended: over.
        hidden: offline by now.
        waiting: 候补.
        agenda: the next days of all shown courses, each with its course, the next one first.
    """

    current: list[CatalogueItem]
    upcoming: list[CatalogueItem]
    ended: list[CatalogueItem]
    hidden: list[CatalogueItem]
    waiting: list[Waiting]
    agenda: list[tuple[UpcomingDay, CatalogueItem]]

    @property
    def registered(self) -> int:
        """The number of courses for which the person is registered."""
        return sum(map(len, (self.current, self.upcoming, self.ended, self.hidden)))


def list_mine(ctx: Context) -> MyCourses:
    """Return the acting person's courses, in two queries.

    Raises:
        NotAllowed: nobody is logged in.
    """
    today = ctx.today()
    courses = my_courses(ctx)
    shown = [item for item in courses if item.shown]
    ended = [item for item in shown if item.state is CourseState.ENDED]
    ahead = [item for item in shown if item.state is not CourseState.ENDED]
    begun = [item for item in ahead if item.starts_on is not None and item.starts_on <= today]
    days = chain.from_iterable(
        ((day, item) for day in days_ahead(item.offering.dates, today)) for item in ahead
    )
    return MyCourses(
        current=begun,
        upcoming=[item for item in ahead if item not in begun],
        ended=ended,
        hidden=[item for item in courses if not item.shown],
        waiting=list_waiting_for(ctx),
        agenda=sorted(days, key=lambda each: (each[0].day, each[1].id))[:AGENDA],
    )


def list_waiting_for(ctx: Context) -> list[Waiting]:
    """Return the courses that the acting person waits for, in one query.

    Raises:
        NotAllowed: nobody is logged in.
    """
    other = aliased(WaitingPlace)
    position = (
        select(func.count())
        .select_from(other)
        .where(
            other.school_id == WaitingPlace.school_id,
            other.offering_id == WaitingPlace.offering_id,
            other.id <= WaitingPlace.id,
        )
        .correlate(WaitingPlace)
        .scalar_subquery()
    )
    same = (
        WaitingPlace.school_id == CourseOffering.school_id,
        WaitingPlace.offering_id == CourseOffering.id,
    )
    query = (
        items_query(ctx)
        .add_columns(is_shown(ctx), position)
        .join(WaitingPlace, same[0] & same[1])
        .where(WaitingPlace.user_id == acting_user_id(ctx))
        .order_by(WaitingPlace.id)
    )
    return [Waiting(as_item(ctx, *row[:-1]), row[-1]) for row in ctx.session.execute(query)]
