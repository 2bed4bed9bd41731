"""Notices to many people: a few statements and one job, whatever their number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import msg
from app.jobs import JobName
from app.models import CourseVersion, Mail, MailOutbox, Notice, OfferingAssistant, Registration, User
from app.rules.permissions import Role
from app.services.courses.reviews import review_course, submit_course
from app.services.courses.version_news import tell_schools
from app.services.courses.versions import announce_version
from app.services.licences.bulk import CourseRef, extend_licences
from app.services.licences.expiry import tend_licences
from app.services.messages.notices import News, notify_administrators, notify_many
from app.services.offerings.staff import add_assistants
from app.services.registrations.by_staff import add_students, remove_students
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent
from tests.support.courses import days, put_offering
from tests.support.own_courses import Own
from tests.support.pages import statements

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
#: Readers of the small and of the large case.
FEW, MANY = 3, 300


def put_people(school: SchoolInfo, count: int, kind: str) -> list[int]:
    """So many accounts with addresses."""
    with school_scope(school.id) as session:
        people = [
            User(
                kind=kind,
                real_name=f"{kind}{number}",
                nickname="",
                email=f"{kind}{number}@example.com",
                student_no=f"{school.unit_code}{number:06d}" if kind == "student" else None,
                login_name=None if kind == "student" else f"reader{number}",
            )
            for number in range(count)
        ]
        session.add_all(people)
        session.commit()
        return [person.id for person in people]


class Telling:
    """An act that writes to so many, at a school of its own, and what it costs."""

    def __init__(
        self,
        alliance: SchoolInfo,
        make_school: Callable[..., SchoolInfo],
        make_ctx: MakeCtx,
        own_course: Callable[..., Own],
        sent: Sent,
    ) -> None:
        self._alliance, self._make_school = alliance, make_school
        self._make_ctx, self._own_course, self._sent = make_ctx, own_course, sent

    def cost(self, act: str, readers: int) -> tuple[int, Sent]:
        """Statements and jobs of the act named."""
        school = self._make_school()
        ctx, do = getattr(self, f"_{act}")(school, readers)
        self._sent.clear()
        with statements(db.engine) as seen, unit_of_work(ctx):
            do(ctx)
        with school_scope(school.id) as session:
            assert session.scalar(select(func.count()).select_from(Notice)) == readers
            assert session.scalar(select(func.count()).select_from(Mail)) == readers
            waiting = select(func.count()).where(MailOutbox.school_id == school.id)
            assert session.scalar(waiting) == readers
        return len(seen), Sent(self._sent)

    def _add(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        people = put_people(school, readers, "student")
        offering = put_offering(self._alliance, school)
        return self._make_ctx(school), lambda c: add_students(c, offering_id=offering.id, user_ids=people)

    def _remove(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        people = put_people(school, readers, "student")
        offering = put_offering(self._alliance, school)
        with school_scope(school.id) as session:
            session.add_all(Registration(offering_id=offering.id, user_id=one) for one in people)
            session.commit()
        return self._make_ctx(school), lambda c: remove_students(
            c, offering_id=offering.id, user_ids=people, reason="退学"
        )

    def _end(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        put_people(school, readers, "administrator")
        put_offering(self._alliance, school, licence={"ends_on": days(-1)})
        return self._make_ctx(school, Role.SYSTEM), tend_licences

    def _license(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        put_people(school, readers, "administrator")
        offering = put_offering(self._alliance, school)
        ref = CourseRef(offering.course_owner_id, offering.course_id)
        return self._make_ctx(self._alliance, Role.SECRETARY), lambda c: extend_licences(
            c, course_refs=[ref], school_ids=[school.id], ends_on=date(2030, 1, 1)
        )

    def _publish(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        put_people(school, readers, "administrator")
        offering = put_offering(self._alliance, school)
        with unit_of_work(self._make_ctx(self._alliance, Role.SECRETARY)) as ctx:
            version = CourseVersion(
                course_id=offering.course_id,
                number=2,
                content={"title": "一门课程"},
                changed=["summary"],
                released=True,
                published_by_name="秘书处",
            )
            ctx.session.add(version)
            ctx.session.flush()
            announce_version(ctx, version)
        return self._make_ctx(self._alliance, Role.SYSTEM), lambda c: tell_schools(c, version.id)

    def _assist(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        people = put_people(school, readers, "teacher")
        offering = put_offering(self._alliance, school)
        return self._make_ctx(school), lambda c: add_assistants(c, offering_id=offering.id, user_ids=people)

    def _submit(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        put_people(school, readers, "administrator")
        own = self._own_course(school)
        return own.as_teacher(), lambda c: submit_course(c, course_id=own.course_id)

    def _review(self, school: SchoolInfo, readers: int) -> tuple[Context, Callable[[Context], object]]:
        # The teacher who made the course is the one who has no address.
        people = put_people(school, readers, "teacher")
        own = self._own_course(school)
        own.submit()
        with school_scope(school.id) as session:
            session.get_one(User, (school.id, own.teacher.id)).status = "disabled"
            session.add_all(OfferingAssistant(offering_id=own.offering_id, user_id=one) for one in people)
            session.commit()
        return self._make_ctx(school), lambda c: review_course(
            c, course_id=own.course_id, revision=own.course().revision, approve=True
        )


@pytest.fixture
def telling(
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    make_ctx: MakeCtx,
    own_course: Callable[..., Own],
    sent: Sent,
) -> Telling:
    """Acts that tell many."""
    return Telling(alliance, make_school, make_ctx, own_course, sent)


@pytest.mark.parametrize("act", ["add", "remove", "end", "license", "publish", "assist", "submit", "review"])
def test_telling_many_costs_what_telling_few_costs(telling: Telling, alliance: SchoolInfo, act: str) -> None:
    few, job = telling.cost(act, FEW)
    many, same = telling.cost(act, MANY)
    assert many == few
    assert job == same == [(JobName.WAKE_MAILS, alliance.id, {})]


def test_several_messages_of_one_act_go_out_together(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser, sent: Sent
) -> None:
    first, second = (make_user(school, email=f"s{number}@example.com") for number in range(2))
    silent = make_user(school)
    shut = make_user(school, email="shut@example.com", status="disabled")
    ctx = make_ctx(school)
    with statements(db.engine) as seen, unit_of_work(ctx):
        told = notify_many(
            ctx,
            [
                News([second.id, first.id, second.id], msg("甲"), msg("正文甲"), "/me"),
                News([silent.id, shut.id, first.id], msg("乙"), msg("正文乙")),
            ],
        )
    assert told == 5
    assert len(seen) == 4
    assert sent == [(JobName.WAKE_MAILS, school.alliance_id, {})]
    notices = make_ctx(school).session.scalars(select(Notice).order_by(Notice.user_id, Notice.id)).all()
    assert [(one.user_id, one.subject["text"], one.link) for one in notices] == [
        (first.id, "甲", "/me"),
        (first.id, "乙", None),
        (second.id, "甲", "/me"),
        (silent.id, "乙", None),
        (shut.id, "乙", None),
    ]
    mails = make_ctx(school).session.scalars(select(Mail)).all()
    assert sorted((one.recipient, one.params["body"]["text"], one.params["link"]) for one in mails) == [
        ("s0@example.com", "正文乙", "/messages"),
        ("s0@example.com", "正文甲", "/me"),
        ("s1@example.com", "正文甲", "/me"),
    ]
    assert {one.params["name"] for one in mails} == {first.real_name, second.real_name}


def test_nobody_to_tell_costs_nothing(make_ctx: MakeCtx, school: SchoolInfo, sent: Sent) -> None:
    ctx = make_ctx(school)
    with statements(db.engine) as seen, unit_of_work(ctx):
        assert notify_many(ctx, [News([], msg("甲"), msg("乙"))]) == 0
    assert (seen, sent) == ([], [])


def test_the_acting_administrator_is_not_told(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    acting, other = (make_user(school, kind="administrator") for _ in range(2))
    make_user(school, kind="administrator", status="disabled")
    make_user(school, kind="teacher")
    with unit_of_work(make_ctx(school, user=acting)) as ctx:
        assert notify_administrators(ctx, subject=msg("甲"), body=msg("乙")) == 1
    assert make_ctx(school).session.scalars(select(Notice.user_id)).all() == [other.id]
