"""The matrix of courses and schools, and the licences that were given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import (
    CourseLicence,
    LicenceAnswer,
)
from app.rules.licences.conditions import LicenceState, Terms
from app.rules.permissions import Role
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.lists import LicensableFilter, list_licences, list_matrix
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY
from tests.support.courses import days, put_course, put_offering
from tests.support.licences import refs_of
from tests.support.pages import statements

MakeSchool = Callable[..., SchoolInfo]
MakeCtx = Callable[..., Context]


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
