"""Settings of the alliance for all schools."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.rules.permissions import Role
from app.services.alliance.settings import get_policy, set_policy
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.rows import audit_of

MakeCtx = Callable[..., Context]


@pytest.fixture
def decide(make_ctx: MakeCtx, alliance: SchoolInfo) -> Iterator[Callable[[bool], None]]:
    """Decide for the alliance, which all tests share: afterwards nothing is asked."""

    def work(required: bool) -> None:
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            set_policy(ctx, requires_operating_teacher=required)

    work(False)
    yield work
    work(False)


def test_a_change_is_kept_and_noted_once(
    make_ctx: MakeCtx, alliance: SchoolInfo, decide: Callable[[bool], None]
) -> None:
    noted = len(audit_of(alliance, "alliance.policy_set"))
    decide(True)
    assert get_policy(make_ctx(alliance, Role.SECRETARY)) is True
    decide(True)
    entries = audit_of(alliance, "alliance.policy_set")[noted:]
    assert [entry.data for entry in entries] == [{"requires_operating_teacher": True}]
    decide(False)
    assert get_policy(make_ctx(alliance, Role.SECRETARY)) is False


def test_only_the_secretariat_decides(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo) -> None:
    for ctx in (make_ctx(school), make_ctx(school, Role.SECRETARY), make_ctx(alliance, Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            get_policy(ctx)
        with pytest.raises(NotAllowed):
            set_policy(ctx, requires_operating_teacher=True)
