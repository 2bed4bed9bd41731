"""The students of a class as its head teacher sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.context import Context
from app.models import User
from app.services.classes.students import StudentSort, list_class_students
from app.services.people.edit import create_account
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW


@pytest.fixture
def students(school: SchoolInfo, class_id: int, make_user: Callable[..., User]) -> None:
    """Three students of the class, and others who are not."""
    for number, name, pinyin, logged_in in (
        ("101", "陈一", "chenyi", NOW),
        ("102", "安三", "ansan", None),
        ("103", "白二", "baier", NOW - timedelta(days=1)),
    ):
        make_user(
            school,
            class_id=class_id,
            student_no=school.unit_code + number,
            real_name=name,
            name_pinyin=pinyin,
            last_login_at=logged_in,
        )
    make_user(school, real_name="陈无班")
    make_user(school, kind="teacher", real_name="陈老师")


def names(ctx: Context, class_id: int, **how: object) -> list[str]:
    """The names of the list, in its order."""
    return [row.real_name for row in list_class_students(ctx, class_id=class_id, **how).rows]  # type: ignore[arg-type]


@pytest.mark.usefixtures("students")
def test_students_are_sorted_both_ways_and_who_has_no_value_comes_last(ctx: Context, class_id: int) -> None:
    assert names(ctx, class_id) == ["陈一", "安三", "白二"]
    assert names(ctx, class_id, descending=True) == ["白二", "安三", "陈一"]
    assert names(ctx, class_id, sort=StudentSort.NAME) == ["安三", "白二", "陈一"]
    assert names(ctx, class_id, sort=StudentSort.LAST_LOGIN) == ["白二", "陈一", "安三"]
    assert names(ctx, class_id, sort=StudentSort.LAST_LOGIN, descending=True) == ["陈一", "白二", "安三"]


@pytest.mark.usefixtures("students")
def test_all_words_are_found_in_name_pinyin_or_number(ctx: Context, class_id: int) -> None:
    assert names(ctx, class_id, text="陈") == ["陈一"]
    assert names(ctx, class_id, text="BAI 103") == ["白二"]
    assert names(ctx, class_id, text="白 101") == []
    assert list_class_students(ctx, class_id=class_id, text="10").total == 3


def test_the_phone_is_masked(ctx: Context, school: SchoolInfo, class_id: int) -> None:
    typed = {
        "student_no": f"{school.unit_code}104",
        "real_name": "丁四",
        "mobile": "13812345678",
        "class_name": "一班",
        "entry_year": "2026",
    }
    with unit_of_work(ctx):
        create_account(ctx, kind="student", values=typed)
    (row,) = list_class_students(ctx, class_id=class_id).rows
    assert row.mobile == "138****5678"
