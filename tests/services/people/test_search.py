"""Finding people of a school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.people.search import (
    PeopleFilter,
    PersonSort,
    PersonState,
    entry_years,
    find_people_ids,
    get_person_row,
    search_people,
)
from tenants.registry import SchoolInfo
from tests.support.accounts import add_student
from tests.support.app import NOW

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_all_who_match_are_found_without_their_pages(
    ctx: Context, make_user: MakeUser, school: SchoolInfo
) -> None:
    wanted = {make_user(school, real_name=f"高{n}").id for n in range(25)}
    make_user(school, kind="teacher", real_name="高老师")
    assert set(find_people_ids(ctx, text="高", filters=PeopleFilter(kind="student"))) == wanted


@pytest.fixture
def han(ctx: Context) -> User:
    """A student with everything that the search knows."""
    return add_student(
        ctx,
        real_name="韩梅梅",
        mobile="13900001111",
        id_number="11010519491231002X",
        email="han@example.cn",
        entry_year="2026",
    )


@pytest.mark.parametrize(
    "text",
    ["韩梅", "hanmei", "HMM", "han@example", "临床", "13900001111", "+86 139-0000-1111".replace(" ", ""),
     "11010519491231002x", "梅 临床", " 韩　"],
)  # fmt: skip
def test_any_piece_of_information_finds_the_person(
    ctx: Context, make_user: MakeUser, school: SchoolInfo, han: User, text: str
) -> None:
    make_user(school, real_name="李雷")
    assert [row.id for row in search_people(ctx, text=text).rows] == [han.id]


@pytest.mark.parametrize("text", ["1390000", "0002X", "韩 护理", "%", "_"])
def test_a_part_of_a_number_and_a_wildcard_find_nobody(ctx: Context, han: User, text: str) -> None:
    assert search_people(ctx, text=text).total == 0


def test_the_list_is_narrowed_by_each_filter_and_masks_numbers(
    ctx: Context, make_user: MakeUser, school: SchoolInfo, han: User
) -> None:
    teacher = make_user(school, kind="teacher", last_login_at=NOW)
    shut = make_user(school, status="disabled", entry_year=2025, last_login_at=NOW)
    for filters, found in (
        (PeopleFilter(kind="teacher"), {teacher.id}),
        (PeopleFilter(class_id=han.class_id), {han.id}),
        (PeopleFilter(entry_year=2025), {shut.id}),
        (PeopleFilter(state=PersonState.ACTIVE), {han.id, teacher.id}),
        (PeopleFilter(state=PersonState.DISABLED), {shut.id}),
        (PeopleFilter(state=PersonState.NEVER), {han.id}),
        (PeopleFilter(outside_class_id=han.class_id), {teacher.id, shut.id}),
        (PeopleFilter(unassigned=True, kind="student"), {shut.id}),
    ):
        assert {row.id for row in search_people(ctx, filters=filters).rows} == found
        assert set(find_people_ids(ctx, filters=filters)) == found
    row = get_person_row(ctx, user_id=han.id)
    assert (row.mobile, row.id_number) == ("139****1111", "110105********002X")
    assert list(entry_years(ctx)) == [2026, 2025]


def test_the_list_is_sorted_both_ways_and_who_has_no_value_comes_last(
    ctx: Context, make_user: MakeUser, school: SchoolInfo
) -> None:
    early = make_user(school, student_no="1", name_pinyin="b", last_login_at=NOW - timedelta(days=1))
    late = make_user(school, student_no="2", name_pinyin="c", last_login_at=NOW)
    never = make_user(school, student_no="3", name_pinyin="a")

    def order(sort: PersonSort, descending: bool = False) -> list[int]:
        return [row.id for row in search_people(ctx, sort=sort, descending=descending).rows]

    assert order(PersonSort.NUMBER) == [early.id, late.id, never.id]
    assert order(PersonSort.NAME, descending=True) == [late.id, early.id, never.id]
    assert order(PersonSort.LAST_LOGIN) == [early.id, late.id, never.id]
    assert order(PersonSort.LAST_LOGIN, descending=True) == [late.id, early.id, never.id]


def test_people_are_seen_by_administrators_of_their_school_only(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    user = make_user(school)
    assert search_people(make_ctx(other_school)).total == 0
    with pytest.raises(NotFound):
        get_person_row(make_ctx(other_school), user_id=user.id)
    teacher = make_ctx(school, Role.TEACHER)
    for look in (search_people, find_people_ids, entry_years):
        with pytest.raises(NotAllowed):
            look(teacher)
