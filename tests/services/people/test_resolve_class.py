"""The class that was typed for a student."""

from __future__ import annotations

from typing import Any

import pytest

from app.context import Context
from app.errors import InvalidFields
from app.services.people.edit import create_account
from app.services.people.resolve_class import choose_class
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.accounts import add_student, find_account, refused_fields, student_values
from tests.support.rows import audit_of
from tests.support.teaching import put_class


def test_classes_of_one_name_are_told_apart_by_year(ctx: Context) -> None:
    first = add_student(ctx, entry_year="2025")
    second = add_student(ctx, student_no=f"{ctx.school.unit_code}2", entry_year="2026")
    assert first.class_id != second.class_id
    third = student_values(ctx.school, student_no=f"{ctx.school.unit_code}3")
    assert "多个同名" in refused_class(ctx, third)
    with unit_of_work(ctx):
        added = create_account(ctx, kind="student", values=third | {"class_name": "临床一班 · 2025"})
    assert find_account(ctx, added.id).class_id == first.class_id


def refused_class(ctx: Context, values: dict[str, Any]) -> str:
    """Why no class was found."""
    return refused_fields(lambda: create_account(ctx, kind="student", values=values))["class_name"]


def test_a_class_is_made_only_where_that_is_meant(ctx: Context) -> None:
    wanted = {"entered": "新班", "entry_year": 2026, "major": "药学"}
    with pytest.raises(InvalidFields) as refusal:
        choose_class(ctx, **wanted, create=False)
    assert "没有这个班级" in str(refusal.value.problems["class_name"])
    with unit_of_work(ctx):
        made = choose_class(ctx, **wanted, create=True)
    again = choose_class(ctx, **wanted, create=True)
    assert (made.created, again.created, again.id) == (True, False, made.id)
    assert [entry.object_id for entry in audit_of(ctx.school, "class.created")] == [made.id]


@pytest.mark.parametrize(
    ("typed", "entry_year", "number"),
    [
        ("一班 · 2025", None, "2025001"),
        ("一班 · 2025", 2026, "2025001"),
        ("一班", 2026, "2026001"),
        ("二班", None, "2026002"),
    ],
)
def test_the_class_that_is_meant_is_found(
    ctx: Context, school: SchoolInfo, typed: str, entry_year: int | None, number: str
) -> None:
    classes = {
        number: put_class(school, number=number, name=name, entry_year=year)
        for number, name, year in (
            ("2025001", "一班", 2025),
            ("2026001", "一班", 2026),
            ("2026002", "二班", 2026),
        )
    }
    found = choose_class(ctx, entered=typed, entry_year=entry_year, major=None, create=False)
    assert found.id == classes[number]
