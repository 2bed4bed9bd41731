"""Duplicates within a file."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import msg
from app.rules.imports.duplicates import find_repeated
from app.rules.shared.masking import mask_mobile
from app.rules.shared.problems import Problem


@dataclass(frozen=True)
class Values:
    """A row put right."""

    code: str | None
    mobile: str | None = None


@dataclass(frozen=True)
class Row:
    """A checked row."""

    row_no: int
    values: Values
    problems: tuple[Problem, ...] = ()


LABELS = {"code": "编号", "mobile": "电话"}


def test_every_row_of_a_group_names_the_others_masked_where_it_is_personal() -> None:
    rows = [
        Row(3, Values("A1", "13800000001")),
        Row(4, Values("a1")),
        Row(7, Values("B2", "13800000001")),
        Row(8, Values(None)),
        Row(9, Values(None)),
    ]
    assert find_repeated(rows, ("mobile", "code"), labels=LABELS, masks={"mobile": mask_mobile}) == [
        Problem(3, "电话", msg("与第 %(rows)s 行重复", rows=(7,)), "138****0001"),
        Problem(3, "编号", msg("与第 %(rows)s 行重复", rows=(4,)), "A1"),
        Problem(4, "编号", msg("与第 %(rows)s 行重复", rows=(3,)), "a1"),
        Problem(7, "电话", msg("与第 %(rows)s 行重复", rows=(3,)), "138****0001"),
    ]


def test_five_others_are_named_at_most() -> None:
    rows = [Row(number, Values("A1")) for number in range(1, 8)]
    first, *_, last = (str(one.message) for one in find_repeated(rows, ("code",), labels=LABELS, masks={}))
    assert (first, last) == ("与第 2、3、4、5、6 等行重复", "与第 1、2、3、4、5 等行重复")
    six = find_repeated(rows[:6], ("code",), labels=LABELS, masks={})
    assert str(six[0].message) == "与第 2、3、4、5、6 行重复"


def test_rows_of_several_sheets_are_named_by_their_sheets() -> None:
    rows = [Row(3, Values("A1")), Row(100_004, Values("A1"))]
    found = find_repeated(
        rows,
        ("code",),
        labels=LABELS,
        masks={},
        row_name=lambda row_no: f"表{row_no // 100_000}第{row_no % 100_000}行",
    )
    assert [str(problem.message) for problem in found] == ["与表1第4行重复", "与表0第3行重复"]
