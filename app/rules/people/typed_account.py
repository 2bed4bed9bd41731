"""The values of an account typed into a form, read by the rules of the imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.errors import Message
from app.rules.imports.students import LABELS, check_student
from app.rules.imports.students import REQUIRED as REQUIRED_OF_STUDENTS
from app.rules.imports.teachers import LABELS as TEACHER_LABELS
from app.rules.imports.teachers import REQUIRED as REQUIRED_OF_TEACHERS
from app.rules.imports.teachers import check_teacher
from app.rules.shared.cells import Cell

#: What may be added in a form (manual 4.1, 5.1, 6.1: 用户类型).
KINDS = ("student", "teacher", "administrator")

#: What only a file names: the picture lies beside it.
_NOT_TYPED = ("picture",)


@dataclass(frozen=True, slots=True)
class TypedAccount:
    """Typed values put right, by field, and what is wrong, by field."""

    values: Mapping[str, Any]
    wrong: Mapping[str, Message]


@dataclass(frozen=True, slots=True)
class _Row:
    """A form as the rules of the files see it."""

    cells: Mapping[str, Cell]
    row_no: int = 0


def labels_of(kind: str) -> dict[str, str]:
    """The fields of a kind of account with their labels, in the order of the manual's template."""
    labels = LABELS if kind == "student" else TEACHER_LABELS
    return {field: label for field, label in labels.items() if field not in _NOT_TYPED}


def required_of(kind: str) -> frozenset[str]:
    """The fields that are marked ``*``."""
    return frozenset(REQUIRED_OF_STUDENTS if kind == "student" else REQUIRED_OF_TEACHERS)


def read_account(kind: str, cells: Mapping[str, Cell], *, unit_code: str, today: date) -> TypedAccount:
    """Read and check a whole account as a row of a file would be.

    Args:
        kind: student, teacher or administrator; the last two have the same fields.
        cells: by field, as typed; absent ones are empty.
        unit_code: the school's five digits.
        today: the school's date.
    """
    names = {field: field for field in labels_of(kind)}
    row = _Row({field: cell for field, cell in cells.items() if field in names})
    if kind == "student":
        student = check_student(row, unit_code=unit_code, today=today, labels=names)
        return TypedAccount(
            asdict(student.values), {one.column_label: one.message for one in student.problems}
        )
    teacher = check_teacher(row, today=today, labels=names)
    values = {field: value for field, value in asdict(teacher.values).items() if field not in _NOT_TYPED}
    return TypedAccount(values, {one.column_label: one.message for one in teacher.problems})
