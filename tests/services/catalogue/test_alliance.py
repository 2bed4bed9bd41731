"""The public catalogue of the alliance."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotFound
from app.rules.permissions import Role
from app.services.catalogue.alliance import (
    count_alliance,
    count_alliance_facets,
    get_released_course,
    list_released_courses,
)
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.pages import statements

MakeCtx = Callable[..., Context]


def test_the_search_knows_accepted_courses_and_counts_what_runs(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    mark = f"莲{school.unit_code}"
    put_offering(alliance, school, put_course(alliance, title=f"{mark}甲", category="药学"))
    put_course(alliance, title=f"{mark}乙", category="护理学")
    put_offering(alliance, school, put_course(school, title=f"{mark}丙", category="药学", released=True))
    put_offering(alliance, school, put_course(school, title=f"{mark}丁", category="药学"))
    ctx = make_ctx(alliance, Role.SECRETARY)
    shelf = count_alliance_facets(ctx, text=mark)
    assert (shelf.total, shelf.running, shelf.categories) == (3, 2, {"药学": 2, "护理学": 1})
    assert count_alliance_facets(ctx, text=mark, running=True, category="护理学").total == 0
    rows = {row.course.title[-1]: row for row in list_released_courses(ctx, text=mark).rows}
    assert [row.school.id for row in rows["甲"].showings] == [school.id]
    assert rows["乙"].showings == []
    assert rows["丙"].source == school.name
    assert set(rows) == {"甲", "乙", "丙"}
    assert count_alliance(ctx).running >= 2


def test_only_released_courses_are_read_and_by_their_owners_name(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    ctx = make_ctx(alliance, Role.STUDENT)
    released = put_course(alliance, source_name="示例医学院")
    accepted = put_course(school, released=True)
    assert get_released_course(ctx, course_id=released.id).source == "示例医学院"
    assert get_released_course(ctx, course_id=accepted.id).source == school.name
    for hidden in (put_course(alliance, released=False), put_course(school)):
        with pytest.raises(NotFound):
            get_released_course(ctx, course_id=hidden.id)


def test_the_figures_count_what_is_there_in_one_query(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    ctx = make_ctx(alliance, Role.STUDENT)
    before = count_alliance(ctx)
    put_offering(alliance, school, put_course(alliance, category=f"学科{school.id}"))
    put_course(alliance, released=False)
    with statements(db.engine) as seen:
        now = count_alliance(ctx)
    assert len(seen) == 1
    grown = [
        getattr(now, name) - getattr(before, name)
        for name in ("members", "courses", "categories", "licences", "running")
    ]
    assert grown == [0, 1, 1, 1, 1]
