"""Bulk licences: sets of courses × schools, written and skipped pairs, and the matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import (
    AuditEntry,
    Course,
    CourseLicence,
    CourseOffering,
    LicenceAnswer,
    Mail,
    Notice,
    User,
)
from app.rules.licences.conditions import LicenceState, Terms
from app.rules.permissions import Role
from app.services.licences.bulk import Act, end_licences, extend_licences, license_courses, preview_licences
from app.services.licences.lists import LicensableFilter, get_licence, list_licences, list_matrix
from app.services.licences.rows import CourseRef, Licensing
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY
from tests.support.courses import days, put_course, put_offering
from tests.support.pages import statements

MakeCtx = Callable[..., Context]
MakeSchool = Callable[..., SchoolInfo]
TERMS = Terms(starts_on=TODAY, ends_on=days(300), seats=50, term="2026-2027-2", local_assessment=True)


def refs_of(*courses: Course) -> list[CourseRef]:
    return [CourseRef(course.school_id, course.id) for course in courses]


def declined(school: SchoolInfo, alliance: SchoolInfo, reason: str) -> None:
    with school_scope(school.id) as session:
        licence_id = session.scalars(
            select(CourseLicence.id).where(CourseLicence.school_id == school.id)
        ).first()
        session.add(
            LicenceAnswer(
                licence_id=licence_id, licensor_id=alliance.id, reason=reason, answered_by_name="方明远"
            )
        )
        session.commit()


def test_courses_times_schools_are_licensed_by_reference_in_one_action(
    secretariat: Context,
    alliance: SchoolInfo,
    make_school: MakeSchool,
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
) -> None:
    courses, schools, outside = (
        [put_course(alliance) for _ in range(3)],
        [make_school() for _ in range(2)],
        make_school(),
    )
    for school in schools:
        make_user(school, "administrator", email=f"a{school.id}@example.com")
    content = func.count(Course.id)
    before = secretariat.session.scalar(select(content))
    with unit_of_work(secretariat) as ctx:
        done = license_courses(
            ctx, course_refs=refs_of(*courses), school_ids=[s.id for s in schools], terms=TERMS
        )
    assert done == Licensing(6, 0, 0)
    assert secretariat.session.scalar(select(content)) == before
    for school in schools:
        inside = make_ctx(school).session
        licences = inside.scalars(select(CourseLicence)).all()
        assert {(one.course_id, one.seats, one.local_assessment, one.licensor_id) for one in licences} == {
            (course.id, 50, True, alliance.id) for course in courses
        }
        offered = inside.execute(
            select(CourseOffering.course_id, CourseOffering.status, CourseOffering.term)
        ).all()
        assert sorted(offered) == sorted((course.id, "unhandled", "2026-2027-2") for course in courses)
        # One row of the log and one notice for the whole action, however many courses.
        entry = inside.scalars(select(AuditEntry).where(AuditEntry.action == "course.licensed")).one()
        assert entry.data["granted"] == 3
        notice = inside.scalars(select(Notice)).one()
        assert notice.subject["params"] == {"n": 3}
        assert sorted(notice.body["params"]["titles"]) == sorted(f"“{course.title}”" for course in courses)
        assert inside.scalar(select(func.count()).select_from(Mail)) == 1
    assert make_ctx(outside).session.scalar(select(func.count()).select_from(CourseOffering)) == 0
    latest = select(AuditEntry).where(AuditEntry.action == "course.licensed").order_by(AuditEntry.id.desc())
    assert secretariat.session.scalars(latest).first().data["school_ids"] == [s.id for s in schools]  # type: ignore[union-attr]


def test_the_preview_counts_what_is_then_written_and_the_rest_stays_untouched(
    secretariat: Context, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    courses, schools = [put_course(alliance) for _ in range(3)], [make_school() for _ in range(3)]
    ids = [school.id for school in schools]
    with unit_of_work(secretariat) as ctx:
        license_courses(ctx, course_refs=refs_of(courses[0]), school_ids=ids[:2], terms=TERMS)
        license_courses(ctx, course_refs=refs_of(courses[1]), school_ids=ids[:1], terms=Terms())
    selection: dict[str, Any] = {"course_refs": refs_of(*courses), "school_ids": ids}
    expected = preview_licences(secretariat, act=Act.LICENSE, terms=TERMS, **selection)
    assert expected == Licensing(granted=6, changed=1, unchanged=2)
    with unit_of_work(secretariat) as ctx:
        assert license_courses(ctx, terms=TERMS, expected=expected, **selection) == expected
        assert preview_licences(ctx, act=Act.LICENSE, terms=TERMS, **selection) == Licensing(0, 0, 9)
    with pytest.raises(Conflict):
        license_courses(secretariat, terms=TERMS, expected=expected, **selection)


def test_the_number_of_statements_does_not_grow_with_the_courses(
    secretariat: Context, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    schools = [make_school().id for _ in range(2)]
    costs = []
    for number in (1, 30):
        courses = [put_course(alliance) for _ in range(number)]
        with statements(db.engine) as seen, unit_of_work(secretariat) as ctx:
            license_courses(ctx, course_refs=refs_of(*courses), school_ids=schools, terms=TERMS)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert costs[0] < 40


def test_a_schools_accepted_course_goes_to_all_others_and_never_to_itself(
    secretariat: Context,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    course, private = put_course(school, released=True), put_course(school, released=False)
    both = [school.id, other_school.id]
    with unit_of_work(secretariat) as ctx:
        done = license_courses(ctx, course_refs=refs_of(course), school_ids=both, terms=Terms())
    assert done == Licensing(1, 0, 0)
    licence = make_ctx(other_school).session.scalars(select(CourseLicence)).one()
    assert (licence.course_owner_id, licence.licensor_id) == (school.id, alliance.id)
    assert (
        make_ctx(school).session.scalar(
            select(func.count()).select_from(CourseLicence).where(CourseLicence.school_id == school.id)
        )
        == 0
    )
    with pytest.raises(NotFound):
        license_courses(secretariat, course_refs=refs_of(private), school_ids=both, terms=Terms())
    matrix = list_matrix(secretariat, courses=LicensableFilter(text=course.title, source="school"))
    (row,) = [one for one in matrix.courses.rows if one.id == course.id]
    assert row.source == school.name
    assert matrix.cell(row, school) is None
    with pytest.raises(NotFound):
        get_licence(secretariat, ref=row.ref, school_id=school.id)


def test_ending_and_extending_concern_only_what_is_there(
    secretariat: Context,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    first, second = put_course(alliance), put_course(alliance)
    refs, ids = refs_of(first, second), [school.id, other_school.id]
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx, course_refs=refs[:1], school_ids=ids[:1], terms=replace(TERMS, starts_on=days(20))
        )
        assert end_licences(ctx, course_refs=refs, school_ids=ids) == Licensing(0, 1, 0)
        assert end_licences(ctx, course_refs=refs, school_ids=ids) == Licensing(0, 0, 0)
    licence = make_ctx(school).session.scalars(select(CourseLicence)).one()
    # One that had not begun ends as well; its beginning moves to where the database's check allows it.
    assert (licence.starts_on, licence.ends_on) == (days(-1), days(-1))
    with unit_of_work(secretariat) as ctx:
        done = extend_licences(ctx, course_refs=refs, school_ids=ids, ends_on=days(100))
    assert done == Licensing(0, 1, 0, renewed=1)
    licence = make_ctx(school).session.scalars(select(CourseLicence)).one()
    assert (licence.ends_on, licence.seats) == (days(100), 50)
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx, course_refs=refs[:1], school_ids=ids[:1], terms=replace(TERMS, starts_on=days(60))
        )
    with pytest.raises(Invalid) as refused:
        extend_licences(secretariat, course_refs=refs, school_ids=ids, ends_on=days(50))
    assert refused.value.field == "ends_on"
    trail = make_ctx(school).session.scalars(select(AuditEntry.action)).all()
    assert [trail.count(action) for action in ("course.licence_ended", "course.licence_extended")] == [1, 1]


def test_a_renewed_licence_leaves_the_course_offline_until_the_school_says_so(
    alliance: SchoolInfo,
    secretariat: Context,
    school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    ref = [CourseRef(secretariat.school.id, course.id)]
    with unit_of_work(secretariat) as ctx:
        end_licences(ctx, course_refs=ref, school_ids=[school.id])
        extend_licences(ctx, course_refs=ref, school_ids=[school.id], ends_on=None)
    assert make_ctx(school).session.scalars(select(CourseOffering.status)).all() == ["offline"]


def test_a_selection_that_makes_no_sense_is_refused(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    refs = refs_of(put_course(alliance))
    for field, values in (
        ("course", {"course_refs": []}),
        ("school_ids", {"school_ids": []}),
        ("term", {"terms": Terms(term="2026-2028-1")}),
        ("ends_on", {"terms": Terms(ends_on=TODAY - timedelta(days=1))}),
        ("course", {"course_refs": [CourseRef(1, n) for n in range(3000)]}),
    ):
        wanted: dict[str, Any] = {"course_refs": refs, "school_ids": [school.id], "terms": TERMS} | values
        with pytest.raises(Invalid) as refused:
            license_courses(secretariat, **wanted)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        license_courses(
            secretariat,
            course_refs=[CourseRef(school.id, refs[0].course_id)],
            school_ids=[school.id],
            terms=TERMS,
        )


def test_the_matrix_costs_the_same_few_queries_whatever_its_size_and_says_every_state(
    secretariat: Context, alliance: SchoolInfo, make_school: MakeSchool, make_ctx: MakeCtx
) -> None:
    mark = f"矩阵{TODAY:%j}"
    schools = [make_school(name=f"{mark}学院{number}", name_pinyin=f"juzhen{number}") for number in range(6)]
    course = put_course(alliance, title=f"{mark}课程")
    terms = {
        LicenceState.VALID: Terms(),
        LicenceState.ENDING: Terms(ends_on=days(7)),
        LicenceState.UPCOMING: Terms(starts_on=days(7)),
        LicenceState.DECLINED: Terms(),
        LicenceState.ENDED: Terms(),
    }
    of_state = dict(zip(terms, schools, strict=False))
    with unit_of_work(secretariat) as ctx:
        for state, school in of_state.items():
            license_courses(ctx, course_refs=refs_of(course), school_ids=[school.id], terms=terms[state])
        end_licences(ctx, course_refs=refs_of(course), school_ids=[of_state[LicenceState.ENDED].id])
    declined(of_state[LicenceState.DECLINED], alliance, "本学期已有同类课程")
    with statements(db.engine) as seen:
        matrix = list_matrix(
            make_ctx(alliance, Role.SECRETARY), courses=LicensableFilter(text=mark), school_text="juzhen"
        )
    assert len(seen) <= 5
    assert (matrix.courses.total, matrix.schools.total) == (1, 6)
    (row,) = matrix.courses.rows
    found = {school.id: matrix.cell(row, school) for school in schools}
    for state, school in of_state.items():
        cell = found[school.id]
        assert cell is not None
        assert cell.state is state
        assert [
            one.school.id for one in list_licences(secretariat, course_id=course.id, state=state).rows
        ] == [school.id]
    blank = found[schools[5].id]
    assert blank is not None
    assert (blank.state, blank.terms) == (LicenceState.NONE, None)
    assert found[of_state[LicenceState.DECLINED].id].reason == "本学期已有同类课程"  # type: ignore[union-attr]
    # Beyond the last page of either stands its last one.
    wanted = LicensableFilter(text=mark)
    beyond = list_matrix(secretariat, courses=wanted, school_text="juzhen", page=9, school_page=9)
    assert beyond == list_matrix(secretariat, courses=wanted, school_text="juzhen")
    assert list_licences(secretariat, course_id=course.id, page=9).total == 5


def test_a_change_by_the_owner_is_there_for_all_at_once_and_a_schools_change_is_its_own(
    secretariat: Context,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    course = put_course(alliance)
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx, course_refs=refs_of(course), school_ids=[school.id, other_school.id], terms=Terms()
        )
    with school_scope(alliance.id) as session:
        session.get_one(Course, (alliance.id, course.id)).summary = "改过的简介"
        session.commit()
    with unit_of_work(make_ctx(school)) as inside:
        inside.session.scalars(select(CourseOffering)).one().seats = 7
        # Its licence is the alliance's to write, and so is the shared course.
        for shared in (
            update(CourseLicence.__table__).values(seats=999),
            update(Course.__table__).values(summary="篡改"),
        ):
            assert inside.session.execute(shared).rowcount == 0  # type: ignore[attr-defined]
    for one, seats in ((school, 7), (other_school, None)):
        inner = make_ctx(one).session
        offering = inner.scalars(select(CourseOffering)).one()
        seen = inner.scalars(select(Course).where(Course.id == offering.course_id)).one()
        assert (seen.summary, offering.seats) == ("改过的简介", seats)
        assert inner.scalar(select(func.count()).select_from(Course).where(Course.school_id == one.id)) == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_nobody_of_a_school_licenses(
    make_ctx: MakeCtx, school: SchoolInfo, alliance: SchoolInfo, role: Role
) -> None:
    ctx, refs = make_ctx(school, role), refs_of(put_course(alliance))
    for attempt in (
        lambda: license_courses(ctx, course_refs=refs, school_ids=[school.id], terms=Terms()),
        lambda: end_licences(ctx, course_refs=refs, school_ids=[school.id]),
        lambda: extend_licences(ctx, course_refs=refs, school_ids=[school.id], ends_on=date(2027, 1, 1)),
        lambda: list_matrix(ctx, courses=LicensableFilter()),
    ):
        with pytest.raises(NotAllowed):
            attempt()
