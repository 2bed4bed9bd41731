"""The search by words and by a phrase, the same in every search box."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import Course, School, User
from app.services.people.search import search_people
from app.services.shared.search import course_matches, person_matches, school_matches, words
from tenants.registry import SchoolInfo
from tests.support.courses import put_course
from tests.support.teaching import put_class

NAMES = (User.real_name, User.name_pinyin, User.login_name, User.email)


@pytest.fixture
def ctx(make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User]) -> Context:
    """A context in a school with three people."""
    make_user(
        school,
        "teacher",
        real_name="欧阳思源",
        name_pinyin="ouyangsiyuan",
        name_initials="oysy",
        login_name="OYSY",
    )
    make_user(school, "teacher", real_name="Émile 杜", login_name="e%d", email="emile@example.com")
    make_user(
        school,
        "teacher",
        real_name="欧文",
        name_pinyin="ouwen",
        name_initials="ow",
        login_name="e_d",
        email=None,
    )
    return make_ctx(school)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", {"欧阳思源", "Émile 杜", "欧文"}),
        ("\x00 \u200b", {"欧阳思源", "Émile 杜", "欧文"}),
        ("欧", {"欧阳思源", "欧文"}),
        ("欧 yang", {"欧阳思源"}),
        ("yang\u3000欧", {"欧阳思源"}),
        ("欧 nobody", set()),
        ("OUYANG", {"欧阳思源"}),
        ("ｏｕｙａｎｇ", {"欧阳思源"}),
        ("oysy", {"欧阳思源"}),
        ("émile", {"Émile 杜"}),
        ("ÉMILE", {"Émile 杜"}),
        ("EMILE＠example．COM", {"Émile 杜"}),
        ("欧\x00阳", {"欧阳思源"}),
        ("%", {"Émile 杜"}),
        ("_", {"欧文"}),
        ("\\", set()),
        # Nothing is found across the borders of two columns.
        ("思源ouyang", set()),
        # The sixth word is ignored.
        ("欧 阳 思 源 ou nobody", {"欧阳思源"}),
    ],
)
def test_all_words_must_be_found(ctx: Context, typed: str, found: set[str]) -> None:
    assert set(ctx.session.scalars(select(User.real_name).where(words(typed, *NAMES)))) == found


def test_a_word_may_be_found_elsewhere(ctx: Context) -> None:
    asked: list[tuple[str, ...]] = []

    def is_owen(spellings: tuple[str, ...]) -> list[Any]:
        asked.append(spellings)
        return [User.real_name == "欧文"] if spellings == ("owen",) else []

    found = select(User.real_name).where(words("owen e", *NAMES, also=is_owen))
    assert list(ctx.session.scalars(found)) == ["欧文"]
    assert asked == [("owen",), ("e",)]


@pytest.mark.parametrize("typed", ["（1）班", "(1)班", "（１）班", "#REF!", "1.2E+17", "'20260001"])
def test_people_are_found_by_what_is_in_the_sheets(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User], typed: str
) -> None:
    named = put_class(school, number="1", name="临床（1）班" if "（" in typed else "临床(1)班 #REF! 1.2E+17")
    student = make_user(school, student_no="20260001", class_id=named)
    assert [row.id for row in search_people(make_ctx(school), text=typed).rows] == [student.id]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("欧阳", {"欧阳思源"}),
        ("yangsi", {"欧阳思源"}),
        ("Ou Yang", {"欧阳思源"}),
        ("oy", {"欧阳思源"}),
        ("sy", set()),
        ("o", {"欧阳思源", "欧文"}),
        ("émile\u3000杜", {"Émile 杜"}),
        ("%", set()),
        ("\x00", {"欧阳思源", "Émile 杜", "欧文"}),
    ],
)
def test_people_are_found_by_how_they_sound(ctx: Context, typed: str, found: set[str]) -> None:
    assert set(ctx.session.scalars(select(User.real_name).where(person_matches(typed)))) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ouyangsiyuan", {"欧阳思源"}), ("OW", {"欧文"}), ("ou", set()), ("欧", {"欧阳思源", "欧文"})],
)
def test_where_other_things_are_searched_too_pinyin_is_whole(
    ctx: Context, typed: str, found: set[str]
) -> None:
    wanted = select(User.real_name).where(person_matches(typed, whole_pinyin=True))
    assert set(ctx.session.scalars(wanted)) == found


def test_a_phrase_of_a_title_may_hold_what_nobody_can_type(
    make_ctx: Callable[..., Context], school: SchoolInfo
) -> None:
    course = put_course(school, title="医学 伦理学", code="YX-１")
    for typed in ("医学 伦理", "医学\x00 伦理", "医学\u3000\u3000伦理学"):
        found = make_ctx(school).session.scalars(select(Course.id).where(course_matches(typed)))
        assert list(found) == [course.id], typed


def test_schools_are_found_by_blanks_as_by_nothing(ctx: Context, school: SchoolInfo) -> None:
    every = select(School.id)
    assert set(ctx.session.scalars(every.where(school_matches(" \x00")))) == set(ctx.session.scalars(every))
    assert list(ctx.session.scalars(every.where(school_matches(school.unit_code)))) == [school.id]
