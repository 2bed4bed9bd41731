"""The class of a row, and the classes to be created."""

from __future__ import annotations

import pytest

from app.services.imports.shared.summary import OtherYear, PlannedClass
from app.services.imports.students.classes import ClassBook, KnownClass

KNOWN = (
    KnownClass(1, "2025001", "一班", 2025),
    KnownClass(2, "2026001", "一班", 2026),
    KnownClass(3, "2026002", "二班", 2026),
)


@pytest.mark.parametrize(
    ("name", "entry_year", "current", "found"),
    [
        ("一班", 2026, None, 2),
        ("一班", 2026, 1, 2),
        # Who is in a class of this name stays there, whatever year the row says.
        ("一班", 2030, 1, 1),
        ("一班", None, 2, 2),
        ("二班", None, None, 3),
        ("二班", None, 1, 3),
    ],
)
def test_a_class_that_is_there_is_found(
    name: str, entry_year: int | None, current: int | None, found: int
) -> None:
    book = ClassBook(KNOWN)
    assert book.find(name, entry_year, None, current).id == found
    assert book.wanted == []


def test_other_classes_are_planned_once_with_those_of_the_same_name_in_other_years() -> None:
    book = ClassBook(KNOWN)
    for name, year, major in (
        ("一班", None, "药学"),
        ("二班", 2027, "护理学"),
        ("二班", 2027, "护理学"),
        ("三班", 2026, "药学"),
        ("三班", 2026, "护理学"),
    ):
        book.find(name, year, major, None)
    for number, wanted in enumerate(book.wanted, start=10):
        wanted.id = number
    others = (OtherYear(1, "2025001", 2025), OtherYear(2, "2026001", 2026))
    assert book.planned() == (
        PlannedClass(10, "一班", None, "药学", 1, others),
        PlannedClass(11, "二班", 2027, "护理学", 2, (OtherYear(3, "2026002", 2026),)),
        # Two majors are none that the class could be said to have.
        PlannedClass(12, "三班", 2026, None, 2, ()),
    )


def test_spellings_of_one_class_are_one_class_and_are_named() -> None:
    book = ClassBook([KnownClass(1, "2024001", "护理2411班", 2024)])
    found = [book.find(name, 2024, None, None) for name in ("护理 2411班", "护理（2411）班", "护理2411班")]
    assert {school_class.id for school_class in found} == {1}
    new = [book.find(name, 2025, None, None) for name in ("临床24（1）", "临床24(1)", "临床241")]
    assert [school_class.name for school_class in new] == ["临床24（1）", "临床24（1）", "临床241"]
    assert book.spellings == {"护理2411班": ["护理 2411班", "护理（2411）班"], "临床24（1）": ["临床24(1)"]}
