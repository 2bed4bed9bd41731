"""我的课程, the next dates, the calendar and its key, and a teacher's courses and classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.me.calendar import my_days, my_subscription, renew_subscription, subscribed_days
from app.services.me.courses import list_mine
from app.services.me.teaching import list_headed, list_taught
from app.services.registrations.self_service import register
from app.uow import unit_of_work
from app.vault import Vault
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY, VAULT_KEY
from tests.support.courses import dates, put_course, put_offering, put_registration
from tests.support.pages import statements
from tests.support.teaching import Teaching

MakeCtx = Callable[..., Context]


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """A student."""
    return make_user(school)


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo, student: User) -> Context:
    """The student at work."""
    return make_ctx(school, Role.STUDENT, user=student)


def test_my_courses_are_sorted_by_what_they_are_today(
    alliance: SchoolInfo,
    school: SchoolInfo,
    student: User,
    ctx: Context,
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
) -> None:
    around = {
        "进行中": dates(-10, 50, -30, -20),
        "边学边选": dates(-2, 60, -5, 5),
        "将开始": dates(10, 70, -5, 5),
        "结束了": dates(-70, -1, -90, -80),
    }
    for title, values in around.items():
        offering = put_offering(
            alliance, school, put_course(alliance, title=title + str(student.id)), **values
        )
        put_registration(school, offering, student)
    hidden = put_offering(alliance, school, status="offline")
    put_registration(school, hidden, student)
    full = put_offering(alliance, school, seats=1)
    for user in (make_user(school), student):
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as one:
            register(one, offering_id=full.id)
    with statements(db.engine) as seen:
        mine = list_mine(ctx)
    assert len(seen) == 2
    lists = (mine.current, mine.upcoming, mine.ended)
    titles = [[item.title.removesuffix(str(student.id)) for item in items] for items in lists]
    assert sorted(titles[0]) == ["边学边选", "进行中"]
    assert titles[1:] == [["将开始"], ["结束了"]]
    assert [item.id for item in mine.hidden] == [hidden.id]
    assert [(one.item.id, one.position) for one in mine.waiting] == [(full.id, 1)]
    assert mine.registered == 5
    agenda = [(day.day - TODAY).days for day, _ in mine.agenda]
    assert agenda == sorted(agenda) == [5, 5, 10, 50, 60, 70]


def test_the_calendar_holds_ones_own_days_and_those_of_one_course(
    alliance: SchoolInfo, school: SchoolInfo, student: User, ctx: Context
) -> None:
    first, second, offline = (put_offering(alliance, school) for _ in range(3))
    for offering in (first, second):
        put_registration(school, offering, student)
    assert len(my_days(ctx)) == 6
    one = my_days(ctx, offering_id=first.id)
    assert [(day.key.partition(".")[0], day.day) for day in one] == [
        ("registration_ends_on", first.registration_ends_on),
        ("starts_on", first.starts_on),
        ("ends_on", first.ends_on),
    ]
    assert len({day.key for day in my_days(ctx)}) == 6
    with pytest.raises(NotFound):
        my_days(ctx, offering_id=offline.id)


def test_a_subscription_is_one_persons_at_one_school_and_can_be_made_anew(
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    student: User,
    ctx: Context,
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
) -> None:
    put_registration(school, put_offering(alliance, school), student)
    visitor = make_ctx(school, Role.STUDENT)
    assert my_subscription(ctx) is None
    # Before one has made an address there is none, not even the key of the number 0.
    with pytest.raises(NotFound):
        subscribed_days(
            visitor, user_id=student.id, key=Vault(VAULT_KEY).calendar_key(school.id, student.id, 0)
        )
    with unit_of_work(ctx):
        key = renew_subscription(ctx)
    assert my_subscription(ctx) == key
    assert len(key) == 32
    assert len(subscribed_days(make_ctx(school, Role.STUDENT), user_id=student.id, key=key)) == 3
    other = make_user(school)
    for where, user_id, tried in (
        (school, other.id, key),
        (school, 2**40, key),
        (school, student.id, key[:-1]),
        (school, student.id, "日" * 32),
        (other_school, student.id, key),
    ):
        with pytest.raises(NotFound):
            subscribed_days(make_ctx(where, Role.STUDENT), user_id=user_id, key=tried)
    with unit_of_work(ctx):
        again = renew_subscription(ctx)
    assert again != key
    with pytest.raises(NotFound):
        subscribed_days(make_ctx(school, Role.STUDENT), user_id=student.id, key=key)
    with school_scope(school.id) as session:
        session.execute(update(User).where(User.id == student.id).values(status="disabled"))
        session.commit()
    with pytest.raises(NotFound):
        subscribed_days(make_ctx(school, Role.STUDENT), user_id=student.id, key=again)


def test_nobody_has_courses_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    visitor = make_ctx(school, Role.STUDENT)
    for act in (list_mine, my_days, my_subscription, renew_subscription, list_taught, list_headed):
        with pytest.raises(NotAllowed):
            act(visitor)


def test_a_teacher_sees_what_he_runs_assists_in_and_heads(
    school: SchoolInfo, make_ctx: MakeCtx, make_teaching: Callable[..., Teaching]
) -> None:
    mine, _ = make_teaching(school, "甲"), make_teaching(school, "乙")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    (course,) = list_taught(ctx)
    assert (course.offering_id, course.operates, course.registrations) == (mine.offering.id, True, 1)
    (headed,) = list_headed(ctx)
    assert (headed.id, headed.students) == (mine.class_id, 3)


def test_the_key_is_bound_to_school_person_and_number() -> None:
    vault = Vault(VAULT_KEY)
    keys = {
        vault.calendar_key(*each)
        for each in [(1, 2, 3), (1, 2, 4), (1, 3, 3), (2, 2, 3), (12, 3, 1), (1, 23, 1)]
    }
    assert len(keys) == 6
    assert Vault(bytes(32)).calendar_key(1, 2, 3) not in keys
