"""Courses, licences and offerings for tests: the only way to make them, as rows like those of the use cases."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.context import Context
from app.models import (
    Course,
    CourseLicence,
    CourseOffering,
    CourseVersion,
    PublicOffering,
    Registration,
    User,
)
from app.rules.courses.fields import CourseContent, as_json
from app.rules.shared.pinyin import pinyin_of_title
from app.services.catalogue.school import CatalogueItem
from app.services.catalogue.school_search import Wanted, search_catalogue
from app.services.courses.fields import live_content
from app.services.shared.paging import Page
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY

_numbers = itertools.count(1)

#: Days from today: the course begins and ends, its registration opens and closes; registration is open today.
OPEN = (10, 100, -5, 5)


def days(count: int, start: date = TODAY) -> date:
    """A day so many days after (or before) the day on which tests happen."""
    return start + timedelta(days=count)


def dates(starts: int, ends: int, opens: int, closes: int, *, today: date = TODAY) -> dict[str, date]:
    """The four dates of an offering, each given as days from today."""
    return {
        "starts_on": days(starts, today),
        "ends_on": days(ends, today),
        "registration_starts_on": days(opens, today),
        "registration_ends_on": days(closes, today),
    }


def content(**values: Any) -> CourseContent:
    """What a course is made from, for tests that call the use cases; nothing is missing."""
    return CourseContent(**(_complete() | {"credit": Decimal(2)} | values))


def _complete() -> dict[str, Any]:
    return {
        "title": f"课程{next(_numbers):04d}",
        "category": "基础医学",
        "teachers": "王教授",
        "summary": "一门课程。",
        "description": "<p>第一段</p><p>第二段</p>",
        "hours": 32,
    }


def put_course(owner: SchoolInfo, **values: Any) -> Course:
    """A course with its first version; an alliance's is released unless the test says otherwise."""
    values = _complete() | {"released": owner.is_alliance, "status": "approved", "version": 1} | values
    full, initials = pinyin_of_title(values["title"])
    values = {"title_pinyin": full, "title_initials": initials} | values
    with school_scope(owner.id) as session:
        course = Course(school_id=owner.id, **values)
        session.add(course)
        session.flush()
        session.add(
            CourseVersion(
                course_id=course.id,
                number=1,
                content=as_json(live_content(course)),
                released=course.released,
                published_by_name="秘书处",
            )
        )
        session.commit()
        session.refresh(course)
        session.expunge(course)
    return course


def put_offering(
    alliance: SchoolInfo,
    school: SchoolInfo,
    course: Course | None = None,
    *,
    today: date = TODAY,
    dated: bool = True,
    licence: dict[str, Any] | None = None,
    **values: Any,
) -> CourseOffering:
    """A course online at a school (licensed, unless it is its own), open for registration unless dates are given.

    Args:
        today: the day around which the default dates lie.
        dated: whether it has dates at all; a course that has just been licensed has none.
        licence: columns of the licence, e.g. ``{"seats": 1}``.
        values: columns of the offering; other dates come from ``dates()``.
    """
    course = course or put_course(alliance)
    licence_id = None if course.school_id == school.id else _licence(alliance, school, course, licence or {})
    defaults: dict[str, Any] = {"term": "2026-2027-1", "status": "online"}
    defaults |= dates(*OPEN, today=today) if dated else {}
    with school_scope(school.id) as session:
        offering = CourseOffering(
            course_owner_id=course.school_id,
            course_id=course.id,
            licence_id=licence_id,
            **(defaults | values),
        )
        session.add(offering)
        session.flush()
        if offering.status == "online":
            session.add(_showing(school, offering))
        session.commit()
        session.refresh(offering)
        session.expunge(offering)
    return offering


def _licence(alliance: SchoolInfo, school: SchoolInfo, course: Course, values: dict[str, Any]) -> int:
    with school_scope(alliance.id) as session:
        permission = CourseLicence(
            school_id=school.id,
            course_owner_id=course.school_id,
            course_id=course.id,
            licensor_id=alliance.id,
            **values,
        )
        session.add(permission)
        session.commit()
        return permission.id


def _showing(school: SchoolInfo, offering: CourseOffering) -> PublicOffering:
    copied = ("course_owner_id", "course_id", "starts_on", "ends_on")
    copied += ("registration_starts_on", "registration_ends_on")
    values = {name: getattr(offering, name) for name in copied}
    return PublicOffering(offering_id=offering.id, alliance_id=school.alliance_id, **values)


def put_registration(school: SchoolInfo, offering: CourseOffering, user: User) -> None:
    """Register a person, as the database keeps it."""
    with school_scope(school.id) as session:
        session.add(Registration(offering_id=offering.id, user_id=user.id))
        session.commit()


def list_offerings(ctx: Context, *, page: int = 1, **wanted: str) -> Page[CatalogueItem]:
    """A school's catalogue without the counts; the keywords are those of ``Wanted``."""
    return search_catalogue(ctx, Wanted(**wanted), page=page)[0]
