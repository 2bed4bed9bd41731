"""Setting the platform up: one alliance, and its secretaries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict
from app.models import User
from app.rules.permissions import Role
from app.services.alliance.setup import add_secretary, provisional_alliance, set_up_alliance
from app.uow import unit_of_work
from tests.support.app import next_unit_code

MakeCtx = Callable[..., Context]


def test_there_is_one_alliance_only(secretariat: Context, make_ctx: MakeCtx) -> None:
    other = make_ctx(provisional_alliance(2**40), Role.OPERATOR)
    with pytest.raises(Conflict):
        set_up_alliance(other, name="另一个联盟")


def test_a_secretary_has_a_login_of_his_own(secretariat: Context) -> None:
    with unit_of_work(secretariat) as ctx:
        secretary = add_secretary(ctx, name="秦书敏", login=f"S-{next_unit_code()}")
    user = secretariat.session.scalars(select(User).where(User.id == secretary.user_id)).one()
    assert (user.kind, user.login_name) == ("secretary", secretary.login)
    assert user.must_change_password
    with pytest.raises(Conflict):
        add_secretary(secretariat, name="秦书敏", login=secretary.login.upper())
