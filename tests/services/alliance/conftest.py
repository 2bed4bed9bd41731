"""A visit of the secretariat: its secretary, its link, and the same begun."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from app.services.alliance.visits import (
    OfferedVisit,
    begin_visit,
    offer_visit,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.visits import REASON

MakeCtx = Callable[..., Context]


@pytest.fixture
def secretary(make_user: Callable[..., User], alliance: SchoolInfo) -> User:
    """A secretary with an account."""
    return make_user(alliance, "secretary", real_name="林静")


@pytest.fixture
def offered(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, secretary: User) -> OfferedVisit:
    """A visit to the school whose link has not been followed."""
    with unit_of_work(make_ctx(alliance, Role.SECRETARY, user=secretary)) as ctx:
        return offer_visit(ctx, school_id=school.id, reason=f"  {REASON} ")


@pytest.fixture
def begun(make_ctx: MakeCtx, school: SchoolInfo, offered: OfferedVisit) -> int:
    """The same, begun."""
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx:
        return begin_visit(ctx, token=offered.token)
