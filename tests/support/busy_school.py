"""A school in which every act that locks rows has something to do, and those acts.

Ids run against every other order: the students of the first class have the highest ids, and so has the lowest
学号. Acts that lock rows in any other order than by id cross each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

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
from app.services.auth.slips import SlipChoice, SlipGroup, print_slips
from app.services.classes.edit import archive_class, create_class, delete_class, edit_class
from app.services.classes.head_teachers import set_head_teacher
from app.services.classes.later_joiners import answer_later_joiners
from app.services.classes.members import associate, dissociate
from app.services.classes.merge_classes import move_class
from app.services.classes.select_courses import select_classes, select_courses, undo_selection
from app.services.courses.drafts import open_draft
from app.services.courses.recommendations import recommend_course
from app.services.courses.reviews import review_course, take_off
from app.services.imports.pages.undo import undo_import
from app.services.licences.bulk import CourseRef, end_licences, extend_licences
from app.services.licences.expiry import tend_licences
from app.services.me.changes import change_own_information
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import take_offline
from app.services.offerings.repeat_and_cancel import drop_term, offer_again
from app.services.offerings.staff import add_assistants, set_operating_teacher
from app.services.people.edit import create_account, edit_account
from app.services.people.graduates import delete_graduates
from app.services.people.reset_and_disable import change_role, disable_accounts, reset_passwords
from app.services.registrations.by_staff import add_students, admit_waiting, remove_students, remove_waiting
from app.services.registrations.self_service import leave_waiting, register, withdraw
from app.services.requests.review import decide_many
from app.services.requests.student import submit_request
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent
from tests.support.courses import days, put_offering
from tests.support.own_courses import Own
from tests.support.rosters import Importer, plain_rows
from tests.support.teaching import put_class

COHORT = 2015
TERMS = ("2026-2027-1", "2026-2027-2", "2027-2028-1")
MOBILE = "13800000000"


@dataclass(frozen=True)
class Act:
    """An act, and who does it."""

    do: Callable[[Context], object]
    ctx: Callable[[], Context]


@dataclass
class BusySchool:
    """The school, a query for a student in the middle of all, and the acts by name."""

    school: SchoolInfo
    gate: Select[int]
    acts: dict[str, Act] = field(default_factory=dict)


@dataclass(frozen=True)
class _Made:
    """What stands in the school."""

    students: Sequence[User]
    teacher: User
    administrators: Sequence[User]
    here: int
    there: int
    empty: int
    full: CourseOffering
    wide: CourseOffering
    unhandled: Sequence[int]
    own: Own
    again: int
    second: Own
    ended: int
    selection: int
    requests: Sequence[int]
    roster: int


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
    made = _Made(
        students, teacher, administrators, here, there, empty, full, wide, unhandled, own, again, second, ended.id,
        selection, requests, roster,
    )  # fmt: skip
    busy = BusySchool(school, select(User.id).where(User.id == students[3].id))
    busy.acts = {
        **_acts_on_people(school, made, make_ctx),
        **_acts_on_classes(school, made, make_ctx),
        **_acts_on_registrations(school, made, make_ctx),
        **_acts_on_offerings(school, alliance, made, make_ctx),
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
        return submit_request(ctx, typed={"class_name": class_name}, reason="转班").id


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


def _acts_on_people(school: SchoolInfo, made: _Made, make_ctx: Callable[..., Context]) -> dict[str, Act]:
    ids = [student.id for student in made.students]

    def admin() -> Context:
        return make_ctx(school, user=made.administrators[0])

    def student() -> Context:
        return make_ctx(school, Role.STUDENT, user=made.students[1])

    return {
        "print slips": Act(lambda c: print_slips(c, choice=SlipChoice(group=SlipGroup.STUDENTS)), admin),
        "reset passwords": Act(lambda c: reset_passwords(c, user_ids=ids), admin),
        "disable": Act(lambda c: disable_accounts(c, user_ids=[ids[6], ids[2]]), admin),
        "change a role": Act(
            lambda c: change_role(c, user_id=made.administrators[2].id, role="teacher"), admin
        ),
        "add an account": Act(
            lambda c: create_account(
                c,
                kind="student",
                values={
                    "student_no": f"{school.unit_code}777777",
                    "real_name": "新来的",
                    "class_name": "乙班 · 2015",
                    "entry_year": str(COHORT),
                },
            ),
            admin,
        ),
        "add an account and a class": Act(
            lambda c: create_account(
                c,
                kind="student",
                values={
                    "student_no": f"{school.unit_code}888888",
                    "real_name": "新来的",
                    "class_name": "丁班",
                    "entry_year": str(COHORT),
                },
                new_class=True,
            ),
            admin,
        ),
        "move a student": Act(
            lambda c: edit_account(
                c, user_id=ids[3], changes={"class_name": "乙班 · 2015", "mobile": MOBILE}
            ),
            admin,
        ),
        "give a phone": Act(lambda c: edit_account(c, user_id=ids[2], changes={"mobile": MOBILE}), admin),
        "own information": Act(
            lambda c: change_own_information(c, nickname="别名", mobile="13900000000"), student
        ),
        "approve requests": Act(
            lambda c: decide_many(c, request_ids=list(made.requests), approve=True), admin
        ),
        "reject requests": Act(
            lambda c: decide_many(c, request_ids=list(made.requests), approve=False, answer="不行"), admin
        ),
        "delete graduates": Act(
            lambda c: delete_graduates(
                c, entry_year=COHORT, study_years=5, students=8, typed_year=str(COHORT)
            ),
            admin,
        ),
        "undo an import": Act(lambda c: undo_import(c, import_id=made.roster), admin),
    }


def _acts_on_classes(school: SchoolInfo, made: _Made, make_ctx: Callable[..., Context]) -> dict[str, Act]:
    ids = [student.id for student in made.students]
    values = {"name": "甲二班", "entry_year": str(COHORT), "major": "护理学", "head_teacher": "任课教师"}

    def admin() -> Context:
        return make_ctx(school, user=made.administrators[1])

    return {
        "associate": Act(
            lambda c: associate(c, class_id=made.there, user_ids=[ids[3], ids[1]], leaving=2), admin
        ),
        "dissociate": Act(lambda c: dissociate(c, class_id=made.there, user_ids=[ids[7], ids[4]]), admin),
        "move a class": Act(
            lambda c: move_class(c, source_id=made.here, target_id=made.there, students=4, archive=True),
            admin,
        ),
        "create a class": Act(
            lambda c: create_class(c, values={"name": "戊班", "entry_year": str(COHORT)}), admin
        ),
        "edit a class": Act(lambda c: edit_class(c, class_id=made.here, values=values), admin),
        "archive a class": Act(lambda c: archive_class(c, class_id=made.there), admin),
        "delete a class": Act(lambda c: delete_class(c, class_id=made.empty), admin),
        "set a head teacher": Act(
            lambda c: set_head_teacher(c, class_id=made.there, teacher_id=made.teacher.id), admin
        ),
        "select courses": Act(
            lambda c: select_courses(
                c, class_id=made.there, offering_ids=[made.wide.id, made.full.id, made.second.offering_id]
            ),
            admin,
        ),
        "select classes": Act(
            lambda c: select_classes(c, offering_id=made.wide.id, class_ids=[made.there, made.here]), admin
        ),
        "undo a selection": Act(
            lambda c: undo_selection(c, class_id=made.there, selection_id=made.selection), admin
        ),
        "register later joiners": Act(
            lambda c: answer_later_joiners(c, class_id=made.there, offering_id=made.wide.id, follow=True),
            admin,
        ),
    }


def _acts_on_registrations(
    school: SchoolInfo, made: _Made, make_ctx: Callable[..., Context]
) -> dict[str, Act]:
    ids, full = [student.id for student in made.students], made.full.id

    def admin() -> Context:
        return make_ctx(school, user=made.administrators[2])

    def student(number: int) -> Callable[[], Context]:
        return lambda: make_ctx(school, Role.STUDENT, user=made.students[number])

    return {
        "register": Act(lambda c: register(c, offering_id=full), student(3)),
        "withdraw": Act(lambda c: withdraw(c, offering_id=full), student(6)),
        "leave the list": Act(lambda c: leave_waiting(c, offering_id=full), student(2)),
        "add students": Act(lambda c: add_students(c, offering_id=full, user_ids=[ids[7], ids[1]]), admin),
        "remove students": Act(
            lambda c: remove_students(c, offering_id=full, user_ids=[ids[6], ids[0]], reason="退学"), admin
        ),
        "admit": Act(lambda c: admit_waiting(c, offering_id=full, user_ids=[ids[2], ids[5]]), admin),
        "strike from the list": Act(
            lambda c: remove_waiting(c, offering_id=full, user_ids=[ids[5], ids[2]]), admin
        ),
    }


def _acts_on_offerings(
    school: SchoolInfo, alliance: SchoolInfo, made: _Made, make_ctx: Callable[..., Context]
) -> dict[str, Act]:
    ref = CourseRef(made.full.course_owner_id, made.full.course_id)

    def admin() -> Context:
        return make_ctx(school, user=made.administrators[1])

    def secretary() -> Context:
        return make_ctx(alliance, Role.SECRETARY)

    def schedule(offering_id: int) -> Act:
        dates = {"starts_on": days(12), "ends_on": days(80)}
        dates |= {"registration_starts_on": days(-4), "registration_ends_on": days(4)}
        return Act(lambda c: schedule_offering(c, offering_id=offering_id, **dates, seats=9), admin)

    def review(ctx: Context) -> None:
        revision = open_draft(ctx, course_id=made.own.course_id).revision
        review_course(ctx, course_id=made.own.course_id, revision=revision, approve=True)

    return {
        "schedule": schedule(made.full.id),
        "schedule an own course": schedule(made.own.offering_id),
        "schedule its next term": schedule(made.again),
        "put offline": Act(lambda c: take_offline(c, offering_id=made.wide.id), admin),
        "offer again": Act(lambda c: offer_again(c, offering_id=made.unhandled[0], term=TERMS[2]), admin),
        "offer an own course again": Act(
            lambda c: offer_again(c, offering_id=made.own.offering_id, term=TERMS[2]), admin
        ),
        "drop a term": Act(lambda c: drop_term(c, offering_id=made.unhandled[0]), admin),
        "drop the other term": Act(lambda c: drop_term(c, offering_id=made.unhandled[1]), admin),
        "drop a term of an own course": Act(lambda c: drop_term(c, offering_id=made.again), admin),
        "review": Act(review, admin),
        "take off": Act(lambda c: take_off(c, course_id=made.second.course_id, reason="内容过时"), admin),
        "recommend": Act(lambda c: recommend_course(c, course_id=made.second.course_id), admin),
        "name a teacher": Act(
            lambda c: set_operating_teacher(c, offering_id=made.full.id, user_id=made.teacher.id), admin
        ),
        "add assistants": Act(
            lambda c: add_assistants(
                c, offering_id=made.full.id, user_ids=[made.administrators[2].id, made.teacher.id]
            ),
            admin,
        ),
        "tend licences": Act(tend_licences, admin),
        "extend licences": Act(
            lambda c: extend_licences(c, course_refs=[ref], school_ids=[school.id], ends_on=date(2030, 1, 1)),
            secretary,
        ),
        "end licences": Act(lambda c: end_licences(c, course_refs=[ref], school_ids=[school.id]), secretary),
    }
