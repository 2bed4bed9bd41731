"""The courses that schools recommended, as the secretariat lists and reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.rules.permissions import Role
from app.services.courses.recommendation_pages import (
    count_recommendations,
    get_recommendation,
    list_recommendations,
    list_recommending_schools,
)
from tenants.registry import SchoolInfo
from tests.support.own_courses import Own
from tests.support.recommendations import recommend

MakeCtx = Callable[..., Context]
MakeOwn = Callable[..., Own]


def test_the_secretariats_list(
    secretary: Callable[[], Context], school: SchoolInfo, other_school: SchoolInfo, own_course: MakeOwn
) -> None:
    mine, theirs = own_course(school).approved(), own_course(other_school).approved()
    before = count_recommendations(secretary())["open"]
    first, second = recommend(mine), recommend(theirs)
    assert count_recommendations(secretary())["open"] == before + 2
    here = list_recommendations(secretary(), state="open", school_id=school.id)
    assert [row.recommendation.id for row in here.rows] == [first]
    named = list_recommendations(secretary(), text=theirs.course().title)
    assert [(row.recommendation.id, row.school) for row in named.rows] == [(second, other_school.name)]
    assert list_recommendations(secretary(), text=school.slug).total == 1
    assert list_recommendations(secretary(), state="accepted", school_id=school.id).total == 0
    assert list_recommendations(secretary(), school_id=school.id, page=7).total == 1
    assert (school.id, school.name) in list_recommending_schools(secretary())


def test_what_was_recommended_is_read_as_it_was_then(
    secretary: Callable[[], Context], school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    key = {"school_id": school.id, "recommendation_id": recommend(own, "一流课程")}
    own.edit(summary="改过的简介")
    shown = get_recommendation(secretary(), **key)
    assert (shown.school, shown.content.summary, shown.recommendation.note) == (
        school.name,
        "一门课程。",
        "一流课程",
    )


def test_only_the_secretariat_reads_and_each_under_its_own_school(
    secretary: Callable[[], Context],
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    number = recommend(own_course(school).approved())
    for ctx in (make_ctx(school), make_ctx(other_school, Role.SECRETARY)):
        for attempt in (
            list_recommendations,
            list_recommending_schools,
            count_recommendations,
            lambda ctx: get_recommendation(ctx, school_id=school.id, recommendation_id=number),
        ):
            with pytest.raises(NotAllowed):
                attempt(ctx)
    with pytest.raises(NotFound):
        get_recommendation(secretary(), school_id=other_school.id, recommendation_id=number)
