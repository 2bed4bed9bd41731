"""The form of an account, read by the rules of the imports."""

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

#: The kinds of accounts that a form can add (manual 4.1, 5.1, 6.1: 用户类型).
KINDS = ("student", "teacher", "administrator")

#: Fields that only a file has: its pictures are uploaded beside it.
_FILE_ONLY = ("picture",)


@dataclass(frozen=True, slots=True)
class TypedAccount:
    """The normalised values and the messages of wrong fields, both by field."""

    values: Mapping[str, Any]
    wrong: Mapping[str, Message]


@dataclass(frozen=True, slots=True)
class _Row:
    """A form in the shape of a row, for the rules of the imports."""

    cells: Mapping[str, Cell]
    row_no: int = 0


def labels_of(kind: str) -> dict[str, str]:
    """Return the fields of a kind of account with their labels, in the order of the manual's template."""
    labels = LABELS if kind == "student" else TEACHER_LABELS
    return {field: label for field, label in labels.items() if field not in _FILE_ONLY}


def required_of(kind: str) -> frozenset[str]:
    """Return the fields that are marked ``*``."""
    return frozenset(REQUIRED_OF_STUDENTS if kind == "student" else REQUIRED_OF_TEACHERS)


def read_account(kind: str, cells: Mapping[str, Cell], *, unit_code: str, today: date) -> TypedAccount:
    """Read and check a whole account by the rules for a row of a file.

    Args:
        kind: student, teacher or administrator; the last two have the same fields.
        cells: the entered texts by field; absent fields are empty.
        unit_code: the school's five digits.
        today: the school's date.
    """
    names = {field: field for field in labels_of(kind)}
    row = _Row({field: cell for field, cell in cells.items() if field in names})
    if kind == "student":
        student = check_student(row, unit_code=unit_code, today=today, labels=names)
        return TypedAccount(
            asdict(student.values), {problem.column_label: problem.message for problem in student.problems}
        )
    teacher = check_teacher(row, today=today, labels=names)
    values = {field: value for field, value in asdict(teacher.values).items() if field not in _FILE_ONLY}
    return TypedAccount(values, {problem.column_label: problem.message for problem in teacher.problems})
