"""A person's own information."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.me.information import get_my_information
from app.services.requests.student import withdraw_request
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.accounts import seal_into
from tests.support.pages import statements
from tests.support.requests import ask_for_change
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_ones_own_data_are_read_in_one_query_with_numbers_masked(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    class_id = put_class(school, number="2026001", name="临床一班", entry_year=2026)
    user = make_user(school, real_name="张三丰", class_id=class_id, major="临床医学", email="z@example.cn")
    seal_into(school, user, mobile="13800138000", id_number="11010519491231002X")
    with statements(db.engine) as seen:
        mine = get_my_information(make_ctx(school, Role.STUDENT, user=user))
    assert len(seen) == 1
    assert (mine.real_name, mine.class_name, mine.major, mine.email) == (
        "张三丰",
        "临床一班",
        "临床医学",
        "z@example.cn",
    )
    assert (mine.masked_mobile, mine.masked_id_number) == ("138****8000", "110105********002X")


def test_an_open_request_is_said_until_it_is_withdrawn(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    user, other = make_user(school), make_user(school)
    request_id = ask_for_change(make_ctx, school, user)
    assert get_my_information(make_ctx(school, Role.STUDENT, user=user)).request_open
    assert not get_my_information(make_ctx(school, Role.STUDENT, user=other)).request_open
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        withdraw_request(ctx, request_id=request_id)
    assert not get_my_information(make_ctx(school, Role.STUDENT, user=user)).request_open


def test_nobody_has_information_without_an_account_and_none_without_being_here(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser
) -> None:
    with pytest.raises(NotAllowed):
        get_my_information(make_ctx(school, Role.STUDENT))
    with pytest.raises(NotFound):
        get_my_information(make_ctx(school, Role.STUDENT, user=make_user(other_school)))
