"""我的课程 and the days ahead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.me.courses import list_mine
from app.services.registrations.self_service import register
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import TODAY
from tests.support.courses import dates, put_course, put_offering, put_registration
from tests.support.pages import statements

MakeCtx = Callable[..., Context]


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


def test_nobody_has_courses_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    visitor = make_ctx(school, Role.STUDENT)
    with pytest.raises(NotAllowed):
        list_mine(visitor)
