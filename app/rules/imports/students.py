"""The rules of a student roster (manual 4.2), row by row and across a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.errors import Message, msg
from app.rules.imports.class_names import read_class_name, refuse_damaged
from app.rules.imports.duplicates import find_repeated
from app.rules.imports.roster_rows import RowCells, blank_word_problem, problems_of_row
from app.rules.shared import person_lengths as lengths
from app.rules.shared.birth_dates import read_birth_date
from app.rules.shared.cells import Cell, Unreadable, code_text
from app.rules.shared.contacts import read_email, read_mobile
from app.rules.shared.gender_and_years import read_entry_year, read_gender, read_study_years
from app.rules.shared.id_numbers import Gender, IdNumber, read_id_number
from app.rules.shared.masking import mask_date, mask_email, mask_id_number, mask_mobile
from app.rules.shared.problems import Problem
from app.rules.shared.texts import read_line, read_name, read_real_name, read_student_no

#: The columns of the template in the manual's order and words; the mobile number is an addition of ours.
LABELS: Mapping[str, str] = {
    "student_no": "学号",
    "email": "邮箱",
    "nickname": "昵称",
    "real_name": "真实姓名",
    "id_number": "身份证号",
    "birth_date": "出生年月",
    "gender": "性别",
    "entry_year": "入学年份",
    "study_years": "学制",
    "class_name": "所属班级",
    "major": "所属专业",
    "mobile": "手机号",
}
REQUIRED = ("student_no", "real_name", "class_name")
_NO_CODES: Mapping[str, Mapping[str, str]] = {}

_UNIQUE = ("student_no", "id_number", "mobile", "email")
_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": mask_id_number,
    "birth_date": mask_date,
    "mobile": mask_mobile,
    "email": mask_email,
}


def _read_major(cell: Cell) -> str | None:
    refuse_damaged(cell)
    return read_line(cell, lengths.MAJOR)


_READERS: tuple[tuple[str, Callable[[Cell, date], Any]], ...] = (
    ("student_no", lambda cell, _: read_student_no(cell)),
    ("email", lambda cell, _: read_email(cell)),
    ("nickname", lambda cell, _: read_name(cell, lengths.NICKNAME)),
    ("real_name", lambda cell, _: read_real_name(cell)),
    ("id_number", read_id_number),
    ("birth_date", read_birth_date),
    ("gender", lambda cell, _: read_gender(cell)),
    ("entry_year", read_entry_year),
    ("study_years", lambda cell, _: read_study_years(cell)),
    ("class_name", lambda cell, _: read_class_name(cell)),
    ("major", lambda cell, _: _read_major(cell)),
    ("mobile", lambda cell, _: read_mobile(cell)),
)


@dataclass(frozen=True, slots=True)
class StudentValues:
    """The normalised values of a row. A required text that is missing or wrong is "", any other such value None."""

    student_no: str
    real_name: str
    nickname: str
    class_name: str
    id_number: str | None
    birth_date: date | None
    gender: Gender | None
    entry_year: int | None
    study_years: int | None
    major: str | None
    email: str | None
    mobile: str | None


@dataclass(frozen=True, slots=True)
class CheckedStudent:
    """A row with its problems; it can be imported when there are none.

    Args:
        blanked: the number of cells whose word means that there is no value.
    """

    row_no: int
    values: StudentValues
    problems: tuple[Problem, ...]
    blanked: int = 0


def check_student(
    row: RowCells,
    *,
    unit_code: str,
    today: date,
    add_unit_code: bool = False,
    labels: Mapping[str, str] = LABELS,
    codes: Mapping[str, Mapping[str, str]] = _NO_CODES,
) -> CheckedStudent:
    """Read and check a single row.

    An empty nickname becomes the real name (manual 4.2). Birth date and gender are checked against the ID
    number, and filled in from it when their cells are empty.

    Args:
        row: the cells by field.
        unit_code: the school's five digits, with which every 学号 begins.
        today: the school's date, the latest possible birthday.
        add_unit_code: put the unit code before a 学号 that lacks it instead of refusing it.
        labels: headers as the person wrote them, for the problems.
        codes: the meanings of coded values by field, as a person has explained them.
    """
    found: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    blanked = 0
    cells = row.cells
    for field, read in _READERS:
        cell = cells.get(field)
        if cell is None:
            continue
        if field in codes:
            cell = codes[field].get(code_text(cell), cell)
        if (blank := blank_word_problem(cell)) is not None:
            if field in REQUIRED:
                wrong[field] = blank
            else:
                blanked += 1
            continue
        try:
            found[field] = read(cell, today)
        except Unreadable as unreadable:
            wrong[field] = unreadable.message
    for field in REQUIRED:
        if not found.get(field) and field not in wrong:
            wrong[field] = msg("不能为空")
    if found.get("student_no") and "student_no" not in wrong:
        _check_unit_code(found, wrong, unit_code, add=add_unit_code)
    identity: IdNumber | None = found.get("id_number")
    if identity is not None:
        _compare_with_identity(identity, found, wrong)
    problems = problems_of_row(row, wrong, columns=LABELS, labels=labels, masks=_MASKS) if wrong else ()
    return CheckedStudent(row.row_no, _values(found), problems, blanked)


def _check_unit_code(found: dict[str, Any], wrong: dict[str, Message], unit_code: str, *, add: bool) -> None:
    number: str = found["student_no"]
    if not number.startswith(unit_code):
        if not add:
            wrong["student_no"] = msg("没有以本校单位代码 %(code)s 开头", code=unit_code)
            return
        number = found["student_no"] = unit_code + number
        if len(number) > lengths.STUDENT_NO:
            wrong["student_no"] = msg("超过 %(limit)s 个字符", limit=lengths.STUDENT_NO)
    elif number == unit_code:
        wrong["student_no"] = msg("单位代码后面缺少学生自己的号码")


def _compare_with_identity(identity: IdNumber, found: dict[str, Any], wrong: dict[str, Message]) -> None:
    found["id_number"] = identity.number
    if "birth_date" not in wrong:
        if (found.get("birth_date") or identity.birth_date) != identity.birth_date:
            wrong["birth_date"] = msg("与身份证号中的出生日期不一致")
        found["birth_date"] = identity.birth_date
    if "gender" not in wrong:
        if (found.get("gender") or identity.gender) != identity.gender:
            wrong["gender"] = msg("与身份证号中的性别不一致")
        found["gender"] = identity.gender


def _values(found: Mapping[str, Any]) -> StudentValues:
    get = found.get
    real_name = get("real_name") or ""
    return StudentValues(
        get("student_no") or "",
        real_name,
        get("nickname") or real_name,
        get("class_name") or "",
        get("id_number"),
        get("birth_date"),
        get("gender"),
        get("entry_year"),
        get("study_years"),
        get("major"),
        get("email"),
        get("mobile"),
    )


def find_duplicates(
    checked: Sequence[CheckedStudent],
    *,
    labels: Mapping[str, str] = LABELS,
    row_name: Callable[[int], str] | None = None,
) -> list[Problem]:
    """Find 学号, ID numbers, phone numbers and mail addresses that occur in several rows.

    Args:
        checked: the rows of one file, in its order.
        labels: headers as the person wrote them.
        row_name: returns the name of a row where its number alone says too little.
    Returns:
        The problems in order of row; each names the other rows, five at most.
    """
    return find_repeated(checked, _UNIQUE, labels={**LABELS, **labels}, masks=_MASKS, row_name=row_name)
