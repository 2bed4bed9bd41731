"""推荐: from a school to the secretariat, and the decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Course, CourseRecommendation, CourseVersion, Notice, User
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.courses.recommendation_pages import (
    count_open_recommendations,
    count_recommendations,
    get_recommendation,
    get_recommended_cover,
    list_recommendations,
    list_recommending_schools,
)
from app.services.courses.recommendations import (
    accept_recommendation,
    decline_recommendation,
    recommend_course,
    withdraw_recommendation,
)
from app.services.courses.review_pages import get_own_status
from app.services.courses.reviews import take_off
from app.services.licences.bulk import license_courses
from app.services.licences.lists import LicensableFilter, all_licensable
from app.services.licences.rows import CourseRef
from app.services.offerings.lists import list_school_courses
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.own_courses import Own

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
MakeOwn = Callable[..., Own]


def recommend(own: Own, note: str = "") -> int:
    """An administrator recommends the course."""
    with unit_of_work(own.make_ctx(own.school)) as ctx:
        return recommend_course(ctx, course_id=own.course_id, note=note).id


def accept(secretariat: Context, own: Own, recommendation_id: int) -> None:
    with unit_of_work(secretariat) as ctx:
        accept_recommendation(
            ctx, school_id=own.school.id, recommendation_id=recommendation_id, answer="很好"
        )


@pytest.fixture
def secretary(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[[], Context]:
    """The secretariat at work, with a session of its own each time."""
    return lambda: make_ctx(alliance, Role.SECRETARY)


def test_accepted_it_is_released_with_the_school_as_its_source_and_stays_the_schools(
    secretary: Callable[[], Context],
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    other_school: SchoolInfo,
    alliance: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    administrator = make_user(school, kind="administrator")
    own = own_course(school).approved()
    recommendation_id = recommend(own, "国家级一流课程")
    status = get_own_status(make_ctx(school), course_id=own.course_id)
    assert status.recommendation is not None
    assert (status.recommendation.state, status.may_recommend, status.may_withdraw) == ("open", False, True)
    assert count_open_recommendations(secretary()) >= 1
    shown = get_recommendation(secretary(), school_id=school.id, recommendation_id=recommendation_id)
    assert (shown.school, shown.content.summary, shown.recommendation.note) == (
        school.name, "一门课程。", "国家级一流课程",
    )  # fmt: skip
    # Before the answer, the course itself is nobody else's to see.
    with school_scope(alliance.id) as session:
        assert session.scalar(select(Course).where(Course.id == own.course_id)) is None
    # Somebody edits it meanwhile: the source reaches the working copy, too.
    own.edit(audience="住院医师")
    accept(secretary(), own, recommendation_id)
    course = own.course()
    assert (course.released, course.source_name, course.school_id) == (True, school.name, school.id)
    with school_scope(other_school.id) as session:
        seen = session.scalars(select(Course).where(Course.id == own.course_id)).one()
        version = session.scalars(select(CourseVersion).where(CourseVersion.course_id == own.course_id)).one()
        assert (seen.source_name, version.content["source_name"]) == (school.name, school.name)
    with school_scope(school.id) as session:
        told = session.scalars(select(Notice.subject).where(Notice.user_id == administrator.id)).all()
        assert "推荐的课程已被联盟采纳" in [subject["text"] for subject in told]
    for scope in (school, alliance):
        with school_scope(scope.id) as session:
            acts = select(AuditEntry).where(
                AuditEntry.action == "course.accepted", AuditEntry.object_id == own.course_id
            )
            assert session.scalars(acts).one()
    # The alliance licenses it like its own, to any school but its owner.
    with unit_of_work(secretary()) as ctx:
        assert own.course_id in [course.ref.course_id for course in all_licensable(ctx, LicensableFilter())]
        ref = CourseRef(school.id, own.course_id)
        given = license_courses(
            ctx, course_refs=[ref], school_ids=[school.id, other_school.id], terms=Terms()
        )
        assert given.granted == 1
    (listed,) = list_school_courses(make_ctx(other_school)).rows
    assert (listed.own, listed.status, listed.offering.course_id) == (False, "unhandled", own.course_id)
    own.submit()
    own.decide()
    with school_scope(other_school.id) as session:
        newer = session.scalars(select(Course).where(Course.id == own.course_id)).one()
        assert (newer.audience, newer.source_name, newer.version) == ("住院医师", school.name, 2)
    # Its source stays what the alliance accepted.
    own.edit(source_name="别的单位", audience="护士")
    own.submit()
    own.decide()
    with school_scope(other_school.id) as session:
        newest = session.scalars(select(Course).where(Course.id == own.course_id)).one()
        assert (newest.audience, newest.source_name, newest.version) == ("护士", school.name, 3)


def test_taken_off_at_its_school_it_stays_recommended_and_live_for_the_others(
    secretary: Callable[[], Context],
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    own = own_course(school).approved()
    recommendation_id = recommend(own)
    with unit_of_work(make_ctx(school)) as ctx:
        take_off(ctx, course_id=own.course_id, reason="本校停开")
    assert own.states()[0] == "rejected"
    accept(secretary(), own, recommendation_id)
    with school_scope(other_school.id) as session:
        assert session.scalars(select(Course.released).where(Course.id == own.course_id)).one()
    own.edit(summary="还没有审核")
    with school_scope(other_school.id) as session:
        assert session.scalars(select(Course.summary).where(Course.id == own.course_id)).one() == "一门课程。"
    status = get_own_status(make_ctx(school), course_id=own.course_id)
    assert status.recommendation is not None
    assert (status.recommendation.state, status.may_recommend) == ("accepted", False)


def test_declined_with_a_reason_it_may_be_recommended_again(
    secretary: Callable[[], Context],
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    administrator = make_user(school, kind="administrator")
    own = own_course(school).approved()
    recommendation_id = recommend(own)
    with pytest.raises(Conflict, match="已经推荐"):
        recommend(own)
    with pytest.raises(Invalid), unit_of_work(secretary()) as ctx:
        decline_recommendation(ctx, school_id=school.id, recommendation_id=recommendation_id, answer=" ")
    with unit_of_work(secretary()) as ctx:
        decline_recommendation(
            ctx, school_id=school.id, recommendation_id=recommendation_id, answer="内容重复"
        )
    assert not own.course().released
    with school_scope(school.id) as session:
        notice = session.scalars(select(Notice).where(Notice.user_id == administrator.id)).all()[-1]
        assert (notice.subject["text"], notice.body["params"]["reason"]) == ("推荐的课程未被采纳", "内容重复")
    with pytest.raises(Conflict, match="已经处理"):
        accept(secretary(), own, recommendation_id)
    again = recommend(own)
    assert again != recommendation_id
    with unit_of_work(make_ctx(school)) as ctx:
        withdraw_recommendation(ctx, course_id=own.course_id)
    with pytest.raises(Conflict, match="撤回"):
        accept(secretary(), own, again)
    with pytest.raises(NotFound), unit_of_work(make_ctx(school)) as ctx:
        withdraw_recommendation(ctx, course_id=own.course_id)
    assert get_own_status(make_ctx(school), course_id=own.course_id).may_recommend


def test_only_what_is_approved_is_recommended_and_an_accepted_one_is_not_withdrawn(
    secretary: Callable[[], Context], make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school)
    with pytest.raises(Conflict, match="已通过"):
        recommend(own)
    own.approved()
    recommendation_id = recommend(own)
    accept(secretary(), own, recommendation_id)
    with pytest.raises(Conflict, match="不能撤回"), unit_of_work(make_ctx(school)) as ctx:
        withdraw_recommendation(ctx, course_id=own.course_id)


def test_who_may_and_what_other_schools_see(
    secretary: Callable[[], Context],
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    own = own_course(school).approved()
    with pytest.raises(NotAllowed):
        recommend_course(own.as_teacher(), course_id=own.course_id)
    with pytest.raises(NotFound):
        recommend_course(make_ctx(other_school), course_id=own.course_id)
    recommendation_id = recommend(own)
    with school_scope(other_school.id) as session:
        assert session.scalars(select(CourseRecommendation.id)).all() == []
    key = {"school_id": school.id, "recommendation_id": recommendation_id}
    for ctx in (make_ctx(school), make_ctx(other_school, Role.SECRETARY)):
        for attempt in (
            lambda ctx=ctx: accept_recommendation(ctx, **key),
            lambda ctx=ctx: decline_recommendation(ctx, **key, answer="x"),
            lambda ctx=ctx: get_recommendation(ctx, **key),
            lambda ctx=ctx: list_recommendations(ctx),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    with pytest.raises(NotFound):
        accept_recommendation(secretary(), school_id=other_school.id, recommendation_id=recommendation_id)
    with pytest.raises(NotFound):
        get_recommended_cover(secretary(), **key)


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
