"""Numbers of classes."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.models import SchoolClass
from app.services.classes.numbering import NewClass, create_classes, next_class_numbers
from app.services.imports.shared.sql import reserve_ids
from tenants.registry import SchoolInfo


def test_numbers_count_up_within_an_entry_year(make_ctx: Callable[..., Context], school: SchoolInfo) -> None:
    ctx = make_ctx(school)
    assert next_class_numbers(ctx, years=[2025, 2026, 2025, None]) == [
        "2025001",
        "2026001",
        "2025002",
        "2026002",
    ]


def test_numbers_go_on_after_the_highest_also_beyond_three_digits(
    make_ctx: Callable[..., Context], school: SchoolInfo
) -> None:
    ctx = make_ctx(school)
    ctx.session.add_all(
        SchoolClass(school_id=school.id, name=number, number=number)
        for number in ("2026999", "20261000", "甲01")
    )
    ctx.session.flush()
    assert next_class_numbers(ctx, years=[2026]) == ["20261001"]


def test_a_class_that_is_there_is_taken(make_ctx: Callable[..., Context], school: SchoolInfo) -> None:
    ctx = make_ctx(school)
    first, second, other = reserve_ids(ctx, "classes_id_seq", 3)
    assert create_classes(ctx, wanted=[NewClass(first, "一班", None, None)]) == {first: first}
    both = [NewClass(second, "一班", None, "药学"), NewClass(other, "一班", 2026, None)]
    assert create_classes(ctx, wanted=both) == {second: first, other: other}
