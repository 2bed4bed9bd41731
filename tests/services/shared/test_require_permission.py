"""The permission check at the head of a use case, and whose account acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Action, Role, may
from app.services.shared.require_permission import account_here, acting_user, acting_user_id, require
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]


@pytest.mark.parametrize("role", Role)
def test_an_act_goes_on_exactly_where_the_table_allows_it(
    make_ctx: MakeCtx, school: SchoolInfo, role: Role
) -> None:
    ctx = make_ctx(school, role)
    for action in Action:
        if may(role, action):
            require(ctx, action)
        else:
            with pytest.raises(NotAllowed):
                require(ctx, action)


def test_the_acting_account_is_one_of_this_school(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school)
    ctx = make_ctx(school, Role.STUDENT, user=user)
    assert account_here(ctx) == acting_user_id(ctx) == acting_user(ctx).id == user.id
    assert acting_user(ctx, lock=True).id == user.id
    visitor = replace(ctx, actor=replace(ctx.actor, school_id=other_school.id))
    nobody = replace(ctx, actor=replace(ctx.actor, user_id=None))
    for stranger in (visitor, nobody):
        assert account_here(stranger) is None
        for ask in (acting_user_id, acting_user):
            with pytest.raises(NotAllowed, match="请先登录"):
                ask(stranger)


def test_an_account_that_is_gone_is_not_found(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    ctx = make_ctx(school, Role.STUDENT, user=make_user(school))
    gone = replace(ctx, actor=replace(ctx.actor, user_id=10**12))
    with pytest.raises(NotFound):
        acting_user(gone)
