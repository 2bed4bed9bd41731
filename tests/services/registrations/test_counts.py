"""The number of registrations of an offering as a part of other queries."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.context import Context
from app.models import CourseOffering, User
from app.rules.permissions import Role
from app.services.registrations.counts import registrations_of_offering
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering


def test_those_are_counted_who_are_registered_now_for_the_offering_of_the_row(
    make_ctx: Callable[..., Context], alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    full, empty = put_offering(alliance, school, seats=2), put_offering(alliance, school)
    students = [make_user(school, real_name=name) for name in ("甲", "乙", "丙")]
    contexts = [make_ctx(school, Role.STUDENT, user=user) for user in students]
    for ctx in contexts:
        with unit_of_work(ctx):
            register(ctx, offering_id=full.id)
    ctx = make_ctx(school)

    def counted(*of_whom: object) -> dict[int, int]:
        found = select(CourseOffering.id, registrations_of_offering(*of_whom))  # type: ignore[arg-type]
        return {row[0]: row[1] for row in ctx.session.execute(found)}

    # The third waits.
    assert counted() == {full.id: 2, empty.id: 0}
    assert counted(User.real_name == "甲") == {full.id: 1, empty.id: 0}
    with unit_of_work(contexts[2]):
        register(contexts[2], offering_id=empty.id)
        withdraw(contexts[2], offering_id=empty.id)
    assert counted() == {full.id: 2, empty.id: 0}
