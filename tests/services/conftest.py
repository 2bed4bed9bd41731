"""Courses and offerings for tests of what schools do with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import CourseOffering
from app.rules.permissions import Role
from app.services.courses.create_and_release import CourseContent, create_course, release_course
from app.services.licences.single import license_course
from app.services.offerings.schedule import put_online, schedule_offering
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import TODAY

MakeCtx = Callable[..., Context]
_titles = itertools.count(1)


def content(**values: object) -> CourseContent:
    """A complete course."""
    complete = {
        "title": f"测试课程{next(_titles)}",
        "category": "临床医学",
        "source_name": "测试医学院",
        "teachers": "甲、乙",
        "summary": "一门课程。",
        "description": "第一段\n\n第二段",
        "hours": 32,
        "credit": Decimal(2),
    }
    return CourseContent(**(complete | values))  # type: ignore[arg-type]


@pytest.fixture
def secretariat(make_ctx: MakeCtx, alliance: SchoolInfo) -> Context:
    """The secretariat at work."""
    return make_ctx(alliance, Role.SECRETARY)


@pytest.fixture
def release(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[..., int]:
    """Make a released course of the alliance."""

    def make(**values: object) -> int:
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            course_id = create_course(ctx, content=content(**values)).id
            release_course(ctx, course_id=course_id)
        return course_id

    return make


@pytest.fixture
def offer(make_ctx: MakeCtx, alliance: SchoolInfo, release: Callable[..., int]) -> Callable[..., int]:
    """License a course to a school: 待提交; with ``days`` (four, from today) it is dated and online."""

    def make(
        school: SchoolInfo,
        course_id: int | None = None,
        *,
        days: tuple[int, int, int, int] | None = (10, 90, -5, 5),
        ends_on: date | None = None,
        seats: int | None = None,
        online: bool = True,
    ) -> int:
        course_id = course_id or release()
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            license_course(ctx, course_id=course_id, school_ids=[school.id], ends_on=ends_on, seats=seats)
        with unit_of_work(make_ctx(school)) as ctx:
            offering_id = ctx.session.scalars(
                select(CourseOffering.id).where(CourseOffering.course_id == course_id)
            ).one()
            if days is not None:
                dates = [TODAY + timedelta(days=offset) for offset in days]
                schedule_offering(
                    ctx,
                    offering_id=offering_id,
                    starts_on=dates[0],
                    ends_on=dates[1],
                    registration_starts_on=dates[2],
                    registration_ends_on=dates[3],
                )
                if online:
                    put_online(ctx, offering_id=offering_id)
        return offering_id

    return make
