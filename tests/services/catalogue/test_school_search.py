"""The search of the catalogue: filters with their counts, orders, pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from app.services.catalogue.school_search import CARDS_ON_A_PAGE, Wanted, search_catalogue
from tenants.registry import SchoolInfo
from tests.support.courses import days, list_offerings, put_course, put_offering, put_registration

MakeCtx = Callable[..., Context]
RUNNING = {
    "registration_starts_on": days(-30),
    "registration_ends_on": days(-20),
    "starts_on": days(-10),
    "ends_on": days(50),
}


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    return make_ctx(school, Role.STUDENT)


def test_each_filter_counts_what_it_would_leave_beside_the_others(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, category="基础医学"))
    put_offering(alliance, school, put_course(alliance, category="临床医学"))
    put_offering(alliance, school, put_course(alliance, category="临床医学"), **RUNNING)
    _, facets = search_catalogue(ctx, Wanted(category="临床医学", state="running"))
    assert facets.categories == {"临床医学": 1}
    assert facets.states == {"open": 1, "running": 1}
    assert facets.sources == {"alliance": 1}
    assert facets.total == 1
    _, everything = search_catalogue(ctx, Wanted())
    assert everything.categories == {"基础医学": 1, "临床医学": 2}
    assert (everything.states, everything.total) == ({"open": 2, "running": 1}, 3)


def test_beyond_the_last_page_stands_the_last_page(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    for _ in range(CARDS_ON_A_PAGE + 1):
        put_offering(alliance, school)
    for number, shown in ((1, CARDS_ON_A_PAGE), (2, 1), (3, 1), (9999, 1)):
        page, _ = search_catalogue(ctx, Wanted(), page=number)
        assert (len(page.rows), page.total, page.pages) == (shown, CARDS_ON_A_PAGE + 1, 2)


def test_courses_are_found_by_code_subject_and_the_school_s_own_teacher(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    teacher = make_user(school, "teacher", real_name="裴思齐", name_pinyin="peisiqi", name_initials="psq")
    course = put_course(alliance, code=f"MED{school.id}", subject="神经科学")
    wanted = put_offering(alliance, school, course, operating_teacher_id=teacher.id)
    put_offering(alliance, school)
    for text in (f"med{school.id}", "神经", "裴思", "peisiqi", "psq", "PSQ"):
        assert [item.id for item in list_offerings(ctx, text=text).rows] == [wanted.id], text
    assert list_offerings(ctx, text="没有").total == 0


def test_own_courses_and_those_of_the_alliance_are_told_apart(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    shared = put_offering(alliance, school)
    own = put_offering(alliance, school, put_course(school))
    assert [item.id for item in list_offerings(ctx, source="own").rows] == [own.id]
    assert [item.id for item in list_offerings(ctx, source="alliance").rows] == [shared.id]
    assert list_offerings(ctx, source="nonsense").total == 2


def test_the_orders(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    by_title = {"title_pinyin": "b"}, {"title_pinyin": "c"}, {"title_pinyin": "a"}
    courses = [put_course(alliance, **values) for values in by_title]
    late = put_offering(alliance, school, courses[0], registration_ends_on=days(9)).id
    soon = put_offering(alliance, school, courses[1], registration_ends_on=days(2))
    over = put_offering(alliance, school, courses[2], **RUNNING).id
    put_registration(school, soon, make_user(school))

    def order(sort: str) -> list[int]:
        return [item.id for item in list_offerings(ctx, sort=sort).rows]

    assert order("closing") == [soon.id, late, over]
    assert order("popular")[0] == soon.id
    assert order("title") == [over, late, soon.id]
    assert order("new") == [over, soon.id, late]
    assert order("") == order("nonsense") == [late, soon.id, over]
