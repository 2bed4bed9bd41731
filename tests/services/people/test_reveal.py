"""Showing a number in full, for a reason that the log keeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Invalid, NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.people.reveal import REASON_LENGTH, reveal_value
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.accounts import seal_into
from tests.support.rows import audit_of

MakeCtx = Callable[..., Context]


NUMBERS = {"id_number": "11010519491231002X", "mobile": "13800138000"}


@pytest.fixture
def person(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """Somebody whose numbers are stored."""
    user = make_user(school)
    seal_into(school, user, **NUMBERS)
    return user


@pytest.mark.parametrize("field", NUMBERS)
def test_one_number_is_shown_and_the_reason_is_noted_without_it(
    make_ctx: MakeCtx, school: SchoolInfo, person: User, field: str
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        assert reveal_value(ctx, user_id=person.id, field=field, reason=" 核对 ") == NUMBERS[field]
    (entry,) = audit_of(school, "user.revealed")
    assert (entry.object_id, entry.data) == (person.id, {"field": field, "reason": "核对"})


@pytest.mark.parametrize("reason", ["", "  ", "长" * (REASON_LENGTH + 1)])
def test_without_a_reason_nothing_is_shown(
    make_ctx: MakeCtx, school: SchoolInfo, person: User, reason: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        reveal_value(make_ctx(school), user_id=person.id, field="mobile", reason=reason)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT, Role.VISITOR])
def test_only_administrators_look(make_ctx: MakeCtx, school: SchoolInfo, person: User, role: Role) -> None:
    with pytest.raises(NotAllowed):
        reveal_value(make_ctx(school, role), user_id=person.id, field="mobile", reason="核对")


def test_what_is_not_there_and_what_is_another_schools_answer_alike(
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    person: User,
    make_user: Callable[..., User],
) -> None:
    for where, user_id, field in (
        (other_school, person.id, "mobile"),
        (school, make_user(school).id, "mobile"),
        (school, person.id, "password_hash"),
        (school, 10**12, "mobile"),
    ):
        with pytest.raises(NotFound):
            reveal_value(make_ctx(where), user_id=user_id, field=field, reason="核对")
