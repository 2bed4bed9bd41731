"""注册学生: who is registered, of which class, and since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.context import Context
from app.models import User
from app.services.registrations.lists import (
    RegistrationSort,
    class_figures,
    list_registered,
    registrations_in_time,
)
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import TODAY
from tests.support.courses import put_offering
from tests.support.pages import statements
from tests.support.registrations import put_registrations
from tests.support.teaching import put_class

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_the_list_is_searched_filtered_sorted_and_paged(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    first, second = (put_class(school, number=n, name=n, entry_year=2026) for n in ("一班", "二班"))
    people = [make_user(school, real_name=f"王{n}", class_id=first) for n in range(3)]
    other = make_user(school, real_name="李四", name_pinyin="li si", class_id=second)
    loose = make_user(school, real_name="赵六")
    put_registrations(school, offering, *people)
    put_registrations(school, offering, other, days=-1, source="class")
    put_registrations(school, offering, loose, source="staff")
    every = list_registered(desk, offering_id=offering.id)
    assert [row.real_name for row in every.rows] == ["王0", "王1", "王2", "李四", "赵六"]
    assert every.rows[3].source == "class"
    assert [row.real_name for row in list_registered(desk, offering_id=offering.id, text="li").rows] == [
        "李四"
    ]
    for class_id, count in ((first, 3), (second, 1), (0, 1), (2**40, 0)):
        assert list_registered(desk, offering_id=offering.id, class_id=class_id).total == count
    earliest = list_registered(desk, offering_id=offering.id, sort=RegistrationSort.REGISTERED).rows[0]
    assert earliest.user_id == other.id
    beyond = list_registered(desk, offering_id=offering.id, page=9)
    assert (len(beyond.rows), beyond.total, beyond.number, beyond.pages) == (5, 5, 1, 1)
    figures = class_figures(desk, offering_id=offering.id)
    assert [(one.name, one.registered, one.students) for one in figures] == [
        ("一班", 3, 3), ("二班", 1, 1), (None, 1, None),
    ]  # fmt: skip
    days = registrations_in_time(desk, offering_id=offering.id)
    assert [(one.day, one.new, one.total) for one in days] == [
        (TODAY - timedelta(1), 1, 1), (TODAY, 4, 5),
    ]  # fmt: skip


def test_a_list_costs_the_same_for_any_number_of_people(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    put_registrations(school, offering, *(make_user(school) for _ in range(8)))
    with statements(db.engine) as seen:
        list_registered(desk, offering_id=offering.id)
    assert len(seen) == 2


def test_days_are_the_schools_own(
    alliance: SchoolInfo, make_school: Callable[..., SchoolInfo], make_ctx: MakeCtx, make_user: MakeUser
) -> None:
    # Noon in Shanghai is the same day's evening in Kiritimati, and the day before in Pago Pago.
    for zone, day in (("Pacific/Kiritimati", TODAY), ("Pacific/Pago_Pago", TODAY - timedelta(1))):
        school = make_school(timezone=zone)
        offering = put_offering(alliance, school)
        put_registrations(school, offering, make_user(school))
        ctx = make_ctx(school)
        assert [one.day for one in registrations_in_time(ctx, offering_id=offering.id)] == [day]
