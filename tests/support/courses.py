"""Courses, licences and offerings for tests, written as rows."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

from app.models import Course, CourseLicence, CourseOffering, PublicOffering, Registration, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY

_numbers = itertools.count(1)


def days(count: int, start: date = TODAY) -> date:
    """A day so many days after (or before) the day on which tests happen."""
    return start + timedelta(days=count)


def put_course(owner: SchoolInfo, **values: Any) -> Course:
    """A course; an alliance's is released unless the test says otherwise."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "title": f"课程{number:04d}",
        "category": "基础医学",
        "teachers": "王教授",
        "summary": "一门课程。",
        "description": "<p>课程的介绍。</p>",
        "hours": 32,
        "released": owner.is_alliance,
        "status": "approved",
    }
    with school_scope(owner.id) as session:
        course = Course(school_id=owner.id, **(defaults | values))
        session.add(course)
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
    licence: dict[str, Any] | None = None,
    **values: Any,
) -> CourseOffering:
    """A course online at a school (licensed, unless it is its own), open for registration unless dates are given.

    Args:
        today: the day around which the default dates lie.
        licence: columns of the licence, e.g. ``{"seats": 1}``.
    """
    course = course or put_course(alliance)
    licence_id = None if course.school_id == school.id else _licence(alliance, school, course, licence or {})
    defaults: dict[str, Any] = {
        "term": "2026-2027-1",
        "status": "online",
        "registration_starts_on": days(-5, today),
        "registration_ends_on": days(5, today),
        "starts_on": days(10, today),
        "ends_on": days(100, today),
    }
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
