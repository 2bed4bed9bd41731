"""Own courses that wait for a review, and what the page of one offers."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.rules.permissions import Role
from app.services.courses.review_pages import (
    DECIDED,
    count_waiting,
    get_own_status,
    list_reviews,
)
from tenants.registry import SchoolInfo
from tests.support.own_courses import Own
from tests.support.recommendations import recommend

MakeOwn = Callable[..., Own]
MakeCtx = Callable[..., Context]


def test_the_list_of_what_waits_and_of_what_was_decided(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    written, waits, decided = own_course(school), own_course(school), own_course(school).approved()
    waits.submit()
    decided.edit(title=f"修订的标题{school.id}")
    decided.submit()
    ctx = make_ctx(school)
    found = list_reviews(ctx)
    assert [row.course_id for row in found.rows] == [waits.course_id, decided.course_id]
    assert [row.first for row in found.rows] == [True, False]
    assert list_reviews(ctx, text=f"修订的标题{school.id}").total == 1
    assert list_reviews(ctx, state=DECIDED).total == 0
    assert list_reviews(ctx, page=9).total == 2
    waits.decide(approve=False, reason="不行")
    (row,) = list_reviews(make_ctx(school), state=DECIDED).rows
    assert (row.course_id, row.step.reason) == (waits.course_id, "不行")
    assert written.course_id not in [row.course_id for row in list_reviews(ctx).rows]


def test_the_page_of_an_own_course_offers_each_person_what_they_may_do(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school)

    def offered() -> tuple[list[str], list[str]]:
        """To the teacher, and to an administrator."""
        found = (get_own_status(ctx, course_id=own.course_id) for ctx in (own.as_teacher(), make_ctx(school)))
        names = ("submit", "review", "take_off", "recommend", "withdraw")
        teacher, office = ([name for name in names if getattr(one, f"may_{name}")] for one in found)
        return teacher, office

    assert offered() == (["submit"], ["submit"])
    own.submit()
    assert offered() == ([], ["review"])
    own.decide()
    assert offered() == ([], ["take_off", "recommend"])
    recommend(own)
    assert offered() == ([], ["take_off", "withdraw"])


def test_what_waits_is_counted_for_those_who_review(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, own_course: MakeOwn
) -> None:
    own_course(school).submit()
    own_course(school)
    own_course(school).approved()
    assert count_waiting(make_ctx(school)) == 1
    assert count_waiting(make_ctx(school, Role.TEACHER)) == count_waiting(make_ctx(other_school)) == 0
