"""The number of students in a class, as a part of other queries."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.context import Context
from app.models import SchoolClass, User
from app.services.shared.class_sizes import class_size
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.teaching import put_class


def test_the_students_of_each_class_are_counted_and_nobody_else(
    make_ctx: Callable[..., Context],
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    first, empty = (put_class(school, number=f"202600{n}", name=f"{n}班") for n in (1, 2))
    foreign = put_class(other_school, number="2026001", name="别校的班")
    make_user(school, class_id=first, last_login_at=NOW)
    make_user(school, class_id=first)
    make_user(school)
    make_user(other_school, class_id=foreign)
    ctx = make_ctx(school)

    def counted(*conditions: object) -> dict[int, int]:
        size = class_size(*conditions).scalar_subquery()  # type: ignore[arg-type]
        return {row[0]: row[1] for row in ctx.session.execute(select(SchoolClass.id, size))}

    assert counted() == {first: 2, empty: 0}
    assert counted(User.last_login_at.is_(None)) == {first: 1, empty: 0}
