"""Own courses of a school in the states of the review, made by the use cases themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.context import Context
from app.models import Course, CourseDraft, CourseOffering, User
from app.rules.courses.assessment import Assessment, Component, Kind
from app.rules.courses.fields import CourseContent
from app.rules.permissions import Role
from app.services.courses.create_and_release import create_own_course
from app.services.courses.drafts import open_draft, save_draft
from app.services.courses.reviews import review_course, submit_course
from app.services.offerings.dates import schedule_offering
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import OPEN, content, dates

MakeCtx = Callable[..., Context]
ASSESSMENT = Assessment((Component(Kind.HOMEWORK, "", 40), Component(Kind.EXAM, "", 60)))


def own_content(**values: Any) -> CourseContent:
    """A course that lacks nothing but its dates."""
    return content(**({"assessment": ASSESSMENT} | values))


@dataclass(frozen=True)
class Own:
    """An own course with its teacher, and the steps of the manual on it."""

    make_ctx: MakeCtx
    school: SchoolInfo
    teacher: User
    course_id: int
    offering_id: int

    def as_teacher(self) -> Context:
        """The teacher who runs the course."""
        return self.make_ctx(self.school, Role.TEACHER, user=self.teacher)

    def edit(self, **values: Any) -> None:
        """The teacher changes the working copy."""
        with unit_of_work(self.as_teacher()) as ctx:
            revision = open_draft(ctx, course_id=self.course_id).revision
            saved = save_draft(ctx, course_id=self.course_id, revision=revision, values=values)
            assert not saved.problems

    def submit(self) -> None:
        """The teacher submits."""
        with unit_of_work(self.as_teacher()) as ctx:
            submit_course(ctx, course_id=self.course_id)

    def decide(self, *, approve: bool = True, reason: str = "") -> None:
        """An administrator decides on what there is now."""
        with unit_of_work(self.make_ctx(self.school)) as ctx:
            revision = open_draft(ctx, course_id=self.course_id).revision
            review_course(ctx, course_id=self.course_id, revision=revision, approve=approve, reason=reason)

    def approved(self) -> Own:
        """Submitted and approved."""
        self.submit()
        self.decide()
        return self

    def course(self) -> Course:
        """The row as it is stored."""
        with school_scope(self.school.id) as session:
            return session.get_one(Course, (self.school.id, self.course_id))

    def states(self) -> tuple[str, str | None, str]:
        """The course's, its working copy's and its offering's."""
        with school_scope(self.school.id) as session:
            course = session.get_one(Course, (self.school.id, self.course_id))
            draft = session.get(CourseDraft, (self.school.id, self.course_id))
            offering = session.get_one(CourseOffering, (self.school.id, self.offering_id))
            return course.status, draft.state if draft else None, offering.status


@pytest.fixture
def own_course(make_ctx: MakeCtx, make_user: Callable[..., User]) -> Callable[..., Own]:
    """Make an own course: ``own_course(school)`` is complete, with dates unless ``dated=False``."""

    def make(school: SchoolInfo, *, dated: bool = True, teacher: User | None = None, **values: Any) -> Own:
        if teacher is None:
            teacher = make_user(school, kind="teacher", real_name="任课教师", must_change_password=False)
        with unit_of_work(make_ctx(school, Role.TEACHER, user=teacher)) as ctx:
            offering = create_own_course(ctx, content=own_content(**values))
        own = Own(make_ctx, school, teacher, offering.course_id, offering.id)
        if dated:
            with unit_of_work(make_ctx(school)) as ctx:
                schedule_offering(
                    ctx,
                    offering_id=offering.id,
                    **dates(*OPEN),
                )
        return own

    return make
