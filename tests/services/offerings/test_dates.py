"""The dates and seats of a course at a school in a term."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotAllowed, NotFound
from app.models import (
    AuditEntry,
    User,
)
from app.rules.permissions import Role
from app.services.offerings.dates import schedule_offering
from app.services.offerings.read import get_school_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import dates, put_course, put_offering

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_seats_stay_within_the_licence(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, licence={"seats": 50})
    wished = dates(0, 9, 0, 5)
    for wrong in (0, 51):
        with pytest.raises(Invalid) as refused, unit_of_work(administrator) as ctx:
            schedule_offering(ctx, offering_id=offering.id, seats=wrong, **wished)
        assert refused.value.field == "seats"
    with unit_of_work(administrator) as ctx:
        assert schedule_offering(ctx, offering_id=offering.id, seats=50, **wished).seats == 50


def test_a_teacher_schedules_his_own_schools_course_and_not_the_alliances(
    make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    teacher = make_user(school, "teacher")
    ctx = make_ctx(school, Role.TEACHER, user=teacher)
    wished = dates(0, 9, 0, 5)
    licensed = put_offering(alliance, school, operating_teacher_id=teacher.id)
    with pytest.raises(NotAllowed), unit_of_work(ctx):
        schedule_offering(ctx, offering_id=licensed.id, **wished)
    own = put_course(school)
    undated = {"status": "unhandled", "dated": False}
    mine = put_offering(alliance, school, own, operating_teacher_id=teacher.id, **undated)
    theirs = put_offering(alliance, school, own, term="2026-2027-2", **undated)
    with unit_of_work(ctx):
        schedule_offering(ctx, offering_id=mine.id, **wished)
    with pytest.raises(NotFound), unit_of_work(ctx):
        schedule_offering(ctx, offering_id=theirs.id, **wished)


DATES = {
    "starts_on": date(2026, 9, 20),
    "ends_on": date(2026, 12, 20),
    "registration_starts_on": date(2026, 9, 1),
    "registration_ends_on": date(2026, 9, 19),
}


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("starts_on", None),
        ("ends_on", None),
        ("registration_starts_on", None),
        ("registration_ends_on", None),
        ("ends_on", date(2026, 9, 19)),
        ("registration_ends_on", date(2026, 8, 31)),
        ("registration_ends_on", date(2026, 12, 21)),
        ("starts_on", date(1026, 9, 1)),
        ("ends_on", date(9999, 1, 1)),
    ],
)
def test_a_wrong_date_is_named_and_nothing_is_stored(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, field: str, day: date | None
) -> None:
    offering_id = put_offering(alliance, school, status="unhandled", dated=False).id
    ctx = make_ctx(school)
    with pytest.raises(Invalid) as refused:
        schedule_offering(ctx, offering_id=offering_id, **(DATES | {field: day}))
    assert refused.value.field == field
    assert get_school_course(ctx, offering_id=offering_id).offering.starts_on is None


def test_dates_may_change_while_the_course_is_online_and_the_same_dates_are_no_change(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering_id = put_offering(alliance, school).id
    ctx = make_ctx(school)
    for typed in (DATES, DATES, DATES | {"ends_on": date(2026, 12, 31)}):
        with unit_of_work(ctx):
            schedule_offering(ctx, offering_id=offering_id, **typed)
    entries = ctx.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "offering.scheduled").order_by(AuditEntry.id)
    ).all()
    assert len(entries) == 2
    assert entries[0].data["new"]["starts_on"] == "2026-09-20"
    assert entries[1].data["old"] == entries[0].data["new"]
