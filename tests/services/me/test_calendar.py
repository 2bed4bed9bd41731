"""One's own days, and the address under which a calendar program subscribes to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.me.calendar import my_days, my_subscription, renew_subscription, subscribed_days
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY
from tests.support.courses import put_offering, put_registration

MakeCtx = Callable[..., Context]


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


def test_nobody_has_a_calendar_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    for act in (my_days, my_subscription, renew_subscription):
        with pytest.raises(NotAllowed):
            act(make_ctx(school, Role.STUDENT))
