"""A school keeps an administrator, whoever acts on whom at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict
from app.models import User
from app.services.people.last_administrator import keep_an_administrator
from app.services.people.reset_and_disable import (
    change_role,
    disable_accounts,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.accounts import at_once

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_the_last_administrator_stays(ctx: Context, make_user: MakeUser, school: SchoolInfo) -> None:
    last = make_user(school, kind="administrator")
    make_user(school, kind="administrator", status="disabled")
    for work in (
        lambda: disable_accounts(ctx, user_ids=[last.id]),
        lambda: change_role(ctx, user_id=last.id, role="teacher"),
    ):
        with pytest.raises(Conflict, match="至少要保留一位"):
            work()


@pytest.mark.parametrize("act", ["demote", "disable"])
def test_of_two_administrators_who_act_on_each_other_one_stays(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, act: str
) -> None:
    for _ in range(5):
        pair = [make_user(school, kind="administrator") for _ in range(2)]

        outcomes = at_once(make_ctx, school, *(against(act, user) for user in pair))
        assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True]
        ctx = make_ctx(school)
        active = User.kind == "administrator", User.status == "active"
        (left,) = ctx.session.scalars(select(User.id).where(*active))
        with unit_of_work(ctx):
            # The next round begins without this one's survivor; the guard itself forbids that.
            ctx.session.get_one(User, (school.id, left)).kind = "teacher"


def against(act: str, user: User) -> Callable[[Context], object]:
    """What takes an administrator his rights."""
    if act == "demote":
        return lambda ctx: change_role(ctx, user_id=user.id, role="teacher")
    return lambda ctx: disable_accounts(ctx, user_ids=[user.id])


def test_others_may_go_while_one_in_use_is_left(
    ctx: Context, make_user: MakeUser, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    first, second = (make_user(school, kind="administrator") for _ in range(2))
    make_user(school, kind="administrator", status="disabled")
    make_user(other_school, kind="administrator")
    keep_an_administrator(ctx, without=[])
    keep_an_administrator(ctx, without=[first.id])
    with pytest.raises(Conflict, match="至少要保留一位"):
        keep_an_administrator(ctx, without=[first.id, second.id])
