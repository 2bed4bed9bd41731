"""Licences of single courses for schools."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, CourseLicence, CourseOffering
from app.rules.permissions import Role
from app.services.courses.create_and_release import create_course
from app.services.licences.lists import LicensableFilter, all_licensable, list_licences
from app.services.licences.single import end_licence, license_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW, TODAY
from tests.support.courses import content, put_course, put_offering

MakeCtx = Callable[..., Context]


def test_a_licence_brings_the_course_to_the_schools_list_as_unhandled(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    make_school: Callable[..., SchoolInfo],
) -> None:
    schools, other = [make_school() for _ in range(3)], make_school()
    course = put_course(alliance)
    ids = [school.id for school in schools]
    with unit_of_work(secretariat) as ctx:
        done = license_course(ctx, course_id=course.id, school_ids=ids, ends_on=date(2027, 7, 31), seats=50)
    assert (done.granted, done.changed, done.unchanged) == (3, 0, 0)
    for school in schools:
        inside = make_ctx(school).session
        offering = inside.scalars(select(CourseOffering)).one()
        assert (offering.status, offering.term, offering.starts_on) == ("unhandled", "2026-2027-1", None)
        licence = inside.scalars(select(CourseLicence)).one()
        assert (licence.ends_on, licence.seats) == (date(2027, 7, 31), 50)
        entry = inside.scalars(select(AuditEntry).where(AuditEntry.action == "course.licensed")).one()
        assert (entry.object_id, entry.data["seats"], entry.data["granted"]) == (course.id, 50, 1)
    assert make_ctx(other).session.scalar(select(func.count()).select_from(CourseOffering)) == 0
    trail = select(AuditEntry).where(
        AuditEntry.action == "course.licensed", AuditEntry.object_id == course.id
    )
    # One row for the whole action, not one a school: 500 courses × 200 schools are one act.
    assert set(ctx.session.scalars(trail).one().data["school_ids"]) == set(ids)


def test_licensing_again_changes_the_terms_and_nothing_else(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    with unit_of_work(secretariat) as ctx:
        again = license_course(ctx, course_id=course.id, school_ids=[school.id])
        assert (again.granted, again.changed, again.unchanged) == (0, 0, 1)
        changed = license_course(ctx, course_id=course.id, school_ids=[school.id], seats=9)
        assert (changed.granted, changed.changed, changed.unchanged) == (0, 1, 0)
    offering = make_ctx(school).session.scalars(select(CourseOffering)).one()
    assert offering.status == "online"


def test_a_course_that_is_not_released_is_not_licensed(secretariat: Context, school: SchoolInfo) -> None:
    with unit_of_work(secretariat) as ctx:
        draft = create_course(ctx, content=content())
    with pytest.raises(Conflict):
        license_course(secretariat, course_id=draft.id, school_ids=[school.id])
    assert draft.id not in [course.id for course in all_licensable(secretariat, LicensableFilter())]


def test_what_makes_no_sense_is_refused(
    alliance: SchoolInfo, secretariat: Context, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    for field, values in (
        ("school_ids", {"school_ids": []}),
        ("seats", {"seats": 0}),
        ("seats", {"seats": -1}),
        ("seats", {"seats": 10**9}),
        ("ends_on", {"ends_on": TODAY - timedelta(days=1)}),
    ):
        with pytest.raises(Invalid) as refused:
            license_course(secretariat, **({"course_id": course.id, "school_ids": [school.id]} | values))  # type: ignore[arg-type]
        assert refused.value.field == field
    for ids in ([2**60], [school.id, 2**60], [school.alliance_id]):
        with pytest.raises(NotFound):
            license_course(secretariat, course_id=course.id, school_ids=ids)
    with pytest.raises(NotFound):
        license_course(secretariat, course_id=2**60, school_ids=[school.id])


def test_an_ended_licence_can_be_given_again_and_the_school_decides_when_to_go_online(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    with unit_of_work(secretariat) as ctx:
        licence = end_licence(ctx, course_id=course.id, school_id=school.id)
        assert not licence.holds_on(TODAY)
    with pytest.raises(Conflict):
        end_licence(secretariat, course_id=course.id, school_id=school.id)
    assert (
        make_ctx(school).session.scalars(select(AuditEntry.action)).all().count("course.licence_ended") == 1
    )
    with unit_of_work(secretariat) as ctx:
        license_course(ctx, course_id=course.id, school_ids=[school.id])
    assert make_ctx(school).session.scalars(select(CourseOffering.status)).all() == ["offline"]


def test_a_licence_that_does_not_exist_cannot_be_ended(
    alliance: SchoolInfo,
    secretariat: Context,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    with pytest.raises(NotFound):
        end_licence(secretariat, course_id=course.id, school_id=other_school.id)


@pytest.mark.parametrize(
    ("timezone", "moment", "valid"),
    [
        # The licence ends on 10 September; at 17:00 UTC it is 11 September in Shanghai, 10 September in Urumqi + 5.
        ("Asia/Shanghai", datetime(2026, 9, 10, 15, 59, tzinfo=UTC), True),
        ("Asia/Shanghai", datetime(2026, 9, 10, 16, 0, tzinfo=UTC), False),
        ("Asia/Urumqi", datetime(2026, 9, 10, 17, 59, tzinfo=UTC), True),
        ("Asia/Urumqi", datetime(2026, 9, 10, 18, 0, tzinfo=UTC), False),
        ("Pacific/Kiritimati", datetime(2026, 9, 10, 10, 0, tzinfo=UTC), False),
        ("Pacific/Pago_Pago", datetime(2026, 9, 11, 10, 59, tzinfo=UTC), True),
    ],
)
def test_the_last_day_is_the_schools_own(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    timezone: str,
    moment: datetime,
    valid: bool,
) -> None:
    school = make_school(timezone=timezone)
    put_offering(alliance, school, licence={"ends_on": date(2026, 9, 10)})
    rows = list_licences(make_ctx(alliance, Role.SECRETARY, now=moment), school_id=school.id).rows
    assert [row.ended for row in rows] == [not valid]
    there = make_ctx(school, now=moment)
    assert there.session.scalars(select(CourseLicence)).one().holds_on(there.today()) is valid


def test_the_list_is_searched_by_course_and_school(
    alliance: SchoolInfo, secretariat: Context, school: SchoolInfo
) -> None:
    course = put_course(alliance, title=f"独一无二的课程{school.unit_code}")
    put_offering(alliance, school, course)
    for text in (school.unit_code, school.name, f"独一无二的课程{school.unit_code}"):
        assert [row.school.id for row in list_licences(secretariat, text=text).rows] == [school.id]
    assert list_licences(secretariat, course_id=course.id).total == 1
    assert list_licences(secretariat, course_id=course.id, school_id=school.id + 1).total == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_a_school_does_not_license_itself(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, role: Role
) -> None:
    course = put_course(alliance)
    ctx = make_ctx(school, role)
    for attempt in (
        lambda: license_course(ctx, course_id=course.id, school_ids=[school.id]),
        lambda: end_licence(ctx, course_id=course.id, school_id=school.id),
        lambda: list_licences(ctx),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_database_itself_refuses_a_licence_that_a_school_writes_for_itself(
    make_ctx: MakeCtx, school: SchoolInfo, alliance: SchoolInfo
) -> None:
    course = put_course(alliance)
    session = make_ctx(school).session
    with pytest.raises(DBAPIError):
        session.execute(
            insert(CourseLicence).values(
                school_id=school.id, course_owner_id=alliance.id, course_id=course.id
            )
        )


def test_an_offering_needs_the_licence_of_its_own_school_and_course(
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    alliance: SchoolInfo,
) -> None:
    licensed, unlicensed = put_course(alliance), put_course(alliance)
    put_offering(alliance, school, licensed)
    put_offering(alliance, other_school, unlicensed)
    mine = make_ctx(school).session.scalars(select(CourseLicence.id)).one()
    foreign = make_ctx(other_school).session.scalars(select(CourseLicence.id)).one()
    for course, licence_id in (
        (unlicensed, mine),
        (unlicensed, foreign),
        (unlicensed, None),
        (licensed, foreign),
    ):
        session = make_ctx(school).session
        with pytest.raises(IntegrityError):
            session.execute(
                insert(CourseOffering).values(
                    school_id=school.id,
                    course_owner_id=alliance.id,
                    course_id=course.id,
                    licence_id=licence_id,
                    term="2027-2028-1",
                )
            )


def test_the_school_of_today_is_the_term_of_its_offering(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    moment = NOW + timedelta(days=180)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY, now=moment)) as ctx:
        license_course(ctx, course_id=course.id, school_ids=[school.id])
    assert make_ctx(school).session.scalars(select(CourseOffering.term)).one() == "2026-2027-2"
