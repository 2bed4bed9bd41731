"""慕课列表: own and alliance courses together, each state and filter (manual 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from app.context import Context
from app.errors import NotAllowed
from app.models import CourseOffering, Registration, User, WaitingPlace
from app.rules.permissions import Role
from app.services.courses.recommendations import decline_recommendation, recommend_course
from app.services.licences.single import end_licence
from app.services.offerings.lists import (
    ALLIANCE_STATUSES,
    OWN_STATUSES,
    OfferingFilter,
    list_operating_teachers,
    list_school_courses,
)
from app.services.offerings.publication import take_offline
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY
from tests.support.courses import dates, put_course, put_offering
from tests.support.own_courses import Own

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
MakeOwn = Callable[..., Own]


def found(ctx: Context, **wanted: object) -> set[int]:
    """Ids of the offerings that a filter finds."""
    page = list_school_courses(ctx, wanted=OfferingFilter(**wanted))  # type: ignore[arg-type]
    assert page.total == len(page.rows)
    return {row.offering.id for row in page.rows}


def test_every_status_is_shown_and_found_by_its_filter(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    own = {status: own_course(school) for status in OWN_STATUSES}
    for status in ("pending", "approved", "rejected", "revision"):
        own[status].submit()
    own["rejected"].decide(approve=False, reason="不行")
    for status in ("approved", "revision"):
        own[status].decide()
    own["revision"].edit(summary="改")
    being_revised = own["approved"]
    own["revision"].submit()
    offered = {
        "unhandled": put_offering(alliance, school, status="unhandled", dated=False).id,
        "online": put_offering(alliance, school).id,
        "offline": put_offering(alliance, school).id,
        "declined": put_offering(alliance, school, status="unhandled", dated=False).id,
    }
    ended = put_course(alliance)
    offered["ended"] = put_offering(alliance, school, ended).id
    with unit_of_work(secretariat) as ctx:
        end_licence(ctx, course_id=ended.id, school_id=school.id)
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offered["offline"])
        ctx.session.execute(
            update(CourseOffering).where(CourseOffering.id == offered["declined"]).values(status="declined")
        )
    ctx = make_ctx(school)
    rows = {row.offering.id: row for row in list_school_courses(ctx).rows}
    assert len(rows) == len(OWN_STATUSES) + len(ALLIANCE_STATUSES)
    for status, course in own.items():
        row = rows[course.offering_id]
        assert row.own
        expected = ("approved", "pending") if status == "revision" else (str(status), None)
        assert (row.status, row.revision) == expected
        wanted = {course.offering_id}
        if status == "approved":
            wanted.add(own["revision"].offering_id)
        assert found(ctx, status=str(status)) == wanted
    for status, offering_id in offered.items():
        assert (rows[offering_id].own, rows[offering_id].status) == (False, status)
        assert found(ctx, status=status) == {offering_id}
    assert found(ctx, source="own") == {course.offering_id for course in own.values()}
    assert found(ctx, source="alliance") == set(offered.values())
    being_revised.edit(summary="改")
    row = next(
        r for r in list_school_courses(make_ctx(school)).rows if r.offering.id == being_revised.offering_id
    )
    assert (row.status, row.revision) == ("approved", "draft")
    # What waits for the reader stands first: reviews, then offers.
    order = [row.offering.id for row in list_school_courses(make_ctx(school)).rows]
    assert set(order[:2]) == {own["pending"].offering_id, own["revision"].offering_id}
    assert order[2] == offered["unhandled"]


def test_recommendation_teacher_dates_and_search(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    secretariat: Context,
    own_course: MakeOwn,
) -> None:
    imaging = put_course(alliance, title=f"影像诊断学{school.id}", category="医学影像")
    sound = put_offering(alliance, school, imaging).id
    later = put_offering(alliance, school, **dates(30, 90, 20, 25)).id
    undated = put_offering(alliance, school, status="unhandled", dated=False).id
    own = own_course(school, code=f"MD{school.id}").approved()
    teacher = make_user(school, "teacher", real_name="顾清远", name_pinyin="guqingyuan", name_initials="gqy")
    with unit_of_work(make_ctx(school)) as ctx:
        ctx.session.execute(
            update(CourseOffering).where(CourseOffering.id == sound).values(operating_teacher_id=teacher.id)
        )
    ctx = make_ctx(school)
    for text in ("影像诊断", "yxzd", "yingxiang", "顾清远", "gqy", "GuQing"):
        assert found(ctx, text=text) == {sound}
    assert found(ctx, text=f"md{school.id}") == {own.offering_id}
    assert found(ctx, teacher_id=teacher.id) == {sound}
    assert found(ctx, teacher_id=0) == {later, undated}
    assert {name for _id, name in list_operating_teachers(ctx)} == {"顾清远", "任课教师"}
    assert list_operating_teachers(own.as_teacher()) == []
    assert found(ctx, state="open") == {sound, own.offering_id}
    assert found(ctx, state="upcoming") == {later}
    assert found(ctx, state="ended") == set()
    assert found(ctx, state="undated") == {undated}
    assert found(make_ctx(school, now=ctx.now() + timedelta(days=200)), state="ended") == {
        sound,
        later,
        own.offering_id,
    }
    assert found(ctx, recommendation="none") == {own.offering_id}
    with unit_of_work(make_ctx(school)) as ctx:
        recommendation = recommend_course(ctx, course_id=own.course_id)
    ctx = make_ctx(school)
    assert found(ctx, recommendation="open") == {own.offering_id}
    assert found(ctx, recommendation="none") == set()
    with unit_of_work(secretariat) as ctx:
        decline_recommendation(ctx, school_id=school.id, recommendation_id=recommendation.id, answer="重复")
    ctx = make_ctx(school)
    assert found(ctx, recommendation="declined") == {own.offering_id}
    (row,) = list_school_courses(ctx, wanted=OfferingFilter(source="own")).rows
    assert (row.recommendation, row.operating_teacher) == ("declined", "任课教师")
    assert row.offering.starts_on == TODAY + timedelta(days=10)


def test_registrations_and_those_who_wait_are_found(
    alliance: SchoolInfo, make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo
) -> None:
    some, none, awaited = (put_offering(alliance, school).id for _ in range(3))
    with school_scope(school.id) as session:
        session.add(Registration(offering_id=some, user_id=make_user(school).id))
        session.add(Registration(offering_id=none, user_id=make_user(school).id, withdrawn_at=NOW))
        session.add(WaitingPlace(offering_id=awaited, user_id=make_user(school).id))
        session.commit()
    ctx = make_ctx(school)
    assert found(ctx, registrations="some") == {some}
    assert found(ctx, registrations="none") == {none, awaited}
    assert found(ctx, registrations="waiting") == {awaited}


def test_one_query_however_long_and_the_count_is_right_beyond_the_last_page(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    counts = []
    for _ in range(2):
        put_offering(alliance, school)
        own_course(school)
        ctx = make_ctx(school)
        statements: list[str] = []

        def note(
            _connection: object, _cursor: object, statement: str, *_rest: object, seen: list[str] = statements
        ) -> None:
            if statement.startswith("SELECT"):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        list_school_courses(ctx)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(statements))
    assert counts == [1, 1]
    beyond = list_school_courses(make_ctx(school), page=5)
    assert (len(beyond.rows), beyond.number, beyond.total) == (4, 1, 4)


def test_whose_list_it_is(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    other_school: SchoolInfo,
    own_course: MakeOwn,
) -> None:
    mine, foreign = own_course(school), own_course(other_school)
    elsewhere = put_offering(alliance, other_school).id
    put_offering(alliance, school)
    assert found(make_ctx(school)).isdisjoint({foreign.offering_id, elsewhere})
    assert found(mine.as_teacher()) == {mine.offering_id}
    assert found(make_ctx(school, Role.TEACHER, user=make_user(school, kind="teacher"))) == set()
    for role in (Role.STUDENT, Role.SECRETARY):
        with pytest.raises(NotAllowed):
            list_school_courses(make_ctx(school, role))
