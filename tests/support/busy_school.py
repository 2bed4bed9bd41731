"""A school in which every act that locks rows has something to do, and those acts.

Ids run against every other order: the students of the first class have the highest ids, and so has the lowest
学号. Acts that lock rows in any other order than by id cross each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Select, select

from app.context import Context
from app.models import (
    ClassCourse,
    ClassSelection,
    CourseOffering,
    Registration,
    SchoolSettings,
    User,
    WaitingPlace,
)
from app.rules.permissions import Role
from app.services.courses.reviews import take_off
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent
from tests.support.busy_acts import (
    Act,
    Made,
    acts_on_classes,
    acts_on_offerings,
    acts_on_people,
    acts_on_registrations,
)
from tests.support.courses import days, put_offering
from tests.support.own_courses import Own
from tests.support.rosters import Importer, plain_rows
from tests.support.teaching import put_class

COHORT = 2015
TERMS = ("2026-2027-1", "2026-2027-2", "2027-2028-1")
MOBILE = "13800000000"


@dataclass
class BusySchool:
    """The school, a query for a student in the middle of all, and the acts by name."""

    school: SchoolInfo
    gate: Select[int]
    acts: dict[str, Act] = field(default_factory=dict)


def put_terms(school: SchoolInfo, first: CourseOffering, terms: Sequence[str]) -> list[int]:
    """Further terms of an offering's course, 待提交."""
    with school_scope(school.id) as session:
        rows = [
            CourseOffering(
                course_owner_id=first.course_owner_id,
                course_id=first.course_id,
                licence_id=first.licence_id,
                term=term,
            )
            for term in terms
        ]
        session.add_all(rows)
        session.commit()
        return [row.id for row in rows]


@pytest.fixture
def busy(
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_ctx: Callable[..., Context],
    make_user: Callable[..., User],
    own_course: Callable[..., Own],
    sent: Sent,
) -> BusySchool:
    """Build the school."""
    here, there, empty = (
        put_class(school, number=f"{COHORT}{number}", name=f"{mark}班", entry_year=COHORT)
        for number, mark in (("002", "甲"), ("001", "乙"), ("003", "丙"))
    )
    students = [
        make_user(
            school,
            student_no=f"{school.unit_code}{20 - number:06d}",
            class_id=here if number < 4 else there,
            entry_year=COHORT,
            study_years=5,
            email=f"s{number}@example.com",
            last_login_at=None,
        )
        for number in range(8)
    ]
    teacher = make_user(school, kind="teacher", real_name="任课教师", email="t@example.com")
    administrators = [
        make_user(school, kind="administrator", email=f"a{number}@example.com") for number in range(3)
    ]
    with school_scope(school.id) as session:
        session.add(SchoolSettings(initial_password="random"))
        session.commit()
    full = put_offering(alliance, school, seats=4)
    wide = put_offering(alliance, school, operating_teacher_id=teacher.id)
    first = put_offering(alliance, school, status="unhandled", term=TERMS[0])
    unhandled = [first.id, *put_terms(school, first, TERMS[1:2])]
    ended = put_offering(alliance, school, operating_teacher_id=teacher.id, licence={"ends_on": days(-1)})
    own = own_course(school, teacher=teacher).approved()
    with school_scope(school.id) as session:
        live = session.get_one(CourseOffering, (school.id, own.offering_id))
        session.expunge(live)
    (again,) = put_terms(school, live, TERMS[1:2])
    with unit_of_work(make_ctx(school)) as ctx:
        take_off(ctx, course_id=own.course_id, reason="内容过时")
    own.edit(title=f"新名称{own.course_id}")
    own.submit()
    second = own_course(school, teacher=teacher).approved()
    roster = _import(Importer(school, sent), students)
    selection = _register(school, full, wide, there, students)
    requests = [_ask(make_ctx, school, students[number], "乙班 · 2015") for number in (3, 1)]
    made = Made(
        students, teacher, administrators, here, there, empty, full, wide, unhandled, own, again, second, ended.id,
        selection, requests, roster,
    )  # fmt: skip
    busy = BusySchool(school, select(User.id).where(User.id == students[3].id))
    busy.acts = {
        **acts_on_people(school, made, make_ctx),
        **acts_on_classes(school, made, make_ctx),
        **acts_on_registrations(school, made, make_ctx),
        **acts_on_offerings(school, alliance, made, make_ctx),
    }
    return busy


def _register(
    school: SchoolInfo, full: CourseOffering, wide: CourseOffering, class_id: int, students: Sequence[User]
) -> int:
    """Two are registered, one of them with the class; two wait; the class is followed by later joiners."""
    with school_scope(school.id) as session:
        selection = ClassSelection(
            class_id=class_id, offering_id=full.id, registered=1, already=0, created_by_name="教务"
        )
        session.add(selection)
        session.flush()
        session.add(Registration(offering_id=full.id, user_id=students[0].id))
        session.add(
            Registration(
                offering_id=full.id, user_id=students[6].id, source="class", selection_id=selection.id
            )
        )
        session.add(Registration(offering_id=wide.id, user_id=students[7].id))
        for offering in (full, wide):
            session.add(ClassCourse(class_id=class_id, offering_id=offering.id, later_joiners="follow"))
            for student in (students[5], students[2]):
                session.add(WaitingPlace(offering_id=offering.id, user_id=student.id))
                session.flush()
        session.commit()
        return selection.id


def _ask(make_ctx: Callable[..., Context], school: SchoolInfo, student: User, class_name: str) -> int:
    with unit_of_work(make_ctx(school, Role.STUDENT, user=student)) as ctx:
        return submit_request(ctx, entered={"class_name": class_name}, reason="转班").id


def _import(importer: Importer, students: Sequence[User]) -> int:
    """A roster that creates some and gives others new addresses, from the highest id to the lowest; applied."""
    new = [{**row, "class_name": f"新{row['class_name']}"} for row in plain_rows(importer.school, 3)]
    columns = {**dict.fromkeys(new[0], "")}
    known = [
        {
            **columns,
            "student_no": student.student_no or "",
            "real_name": student.real_name,
            "class_name": "甲班" if number < 4 else "乙班",
            "entry_year": str(COHORT),
            "email": f"neu{number}@example.com",
        }
        for number, student in enumerate(students)
    ]
    return importer.do([*new, *reversed(known)])
