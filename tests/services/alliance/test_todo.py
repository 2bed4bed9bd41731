"""The secretariat's open tasks, counted for its first page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.rules.permissions import Role
from app.services.alliance.todo import count_tasks
from app.services.courses.recommendations import recommend_course
from app.services.offerings.publication import decline_offer
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_offering
from tests.support.own_courses import Own

MakeCtx = Callable[..., Context]


def test_each_thing_that_waits_is_counted_once(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    own_course: Callable[..., Own],
) -> None:
    before = count_tasks(make_ctx(alliance, Role.SECRETARY))
    own = own_course(school).approved()
    with unit_of_work(make_ctx(school)) as ctx:
        recommend_course(ctx, course_id=own.course_id)
    put_offering(alliance, school, licence={"ends_on": days(7)})
    declined = put_offering(alliance, school, status="unhandled").id
    with unit_of_work(make_ctx(school)) as ctx:
        decline_offer(ctx, offering_id=declined, reason="本学期不开设")
    now = count_tasks(make_ctx(alliance, Role.SECRETARY))
    assert (
        now.recommendations - before.recommendations,
        now.ending - before.ending,
        now.declined - before.declined,
    ) == (1, 1, 1)


def test_only_the_secretariat_is_told(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo) -> None:
    for ctx in (make_ctx(school), make_ctx(alliance, Role.TEACHER)):
        with pytest.raises(NotAllowed):
            count_tasks(ctx)
