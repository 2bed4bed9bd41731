"""Lists of the visits of the secretariat, for the school and for the alliance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, NotFound
from app.models import Notice, User
from app.rules.permissions import Role
from app.services.alliance.visit_lists import get_visit, list_visits
from app.services.alliance.visits import (
    OfferedVisit,
    end_visit,
    get_running,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.visits import REASON, begin

MakeCtx = Callable[..., Context]


def test_the_school_sees_it_and_ends_it(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
    offered: OfferedVisit,
) -> None:
    administrator = make_user(school, "administrator")
    make_user(school, "teacher")
    begin(make_ctx(school, Role.STUDENT), offered)
    notices = make_ctx(school).session.scalars(select(Notice)).all()
    assert [notice.user_id for notice in notices] == [administrator.id]
    assert REASON in str(notices[0].body)
    (row,) = list_visits(make_ctx(school)).rows
    assert (row.secretary_name, row.reason, row.state) == ("林静", REASON, "running")
    assert list_visits(make_ctx(other_school)).rows == ()
    secretary = make_ctx(alliance, Role.SECRETARY)
    pages = range(1, list_visits(secretary).pages + 1)
    seen = [one for page in pages for one in list_visits(secretary, page=page).rows if one.id == row.id]
    assert [one.school_name for one in seen] == [school.name]
    with pytest.raises(NotFound):
        end_visit(make_ctx(other_school), visit_id=row.id)
    with unit_of_work(make_ctx(school)) as ctx:
        end_visit(ctx, visit_id=row.id)
    assert get_running(make_ctx(school), visit_id=row.id) is None
    with pytest.raises(Conflict):
        end_visit(make_ctx(school), visit_id=row.id)
    shown, acts = get_visit(make_ctx(school), visit_id=row.id)
    assert shown.state == "ended"
    assert [entry.action for entry in acts] == ["visit.started"]
