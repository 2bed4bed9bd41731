"""The columns of a licence sheet, and the reading of their cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.errors import msg
from app.rules.licences.conditions import MOST_SEATS
from app.rules.offerings.semesters import is_term
from app.rules.shared.cells import Cell, Unreadable, code_text, display_text, normalised_text
from app.rules.shared.problems import Problem
from app.rules.shared.whole_numbers import whole_number

#: The header of each field, in the order of the columns of an export.
LABELS: Mapping[str, str] = {
    "title": "课程名称",
    "code": "课程代码",
    "school": "学校",
    "unit_code": "单位代码",
    "starts_on": "开始",
    "ends_on": "截止",
    "seats": "名额",
    "term": "学期",
    "local_assessment": "允许本校设置评价",
}
#: Groups of columns of which at least one must exist.
REQUIRED_ALTERNATIVES = (("title", "code"), ("school", "unit_code"))

_DAY = re.compile(
    r"(\d{4})\s?[-/.年]?\s?(\d{1,2})\s?[-/.月]?\s?(\d{1,2})\s?日?(?:[ T]0?0:00(?::00)?)?", re.ASCII
)
_TERM = re.compile(r"(\d{4})\D+(\d{4})\D*(?:第)?([12一二])(?:学期)?")
_HALVES = {"一": "1", "二": "2"}
_YES = frozenset({"是", "允许", "yes", "y", "true", "1", "√", "✓"})
_NO = frozenset({"", "否", "不允许", "no", "n", "false", "0", "×"})


def read_day(cell: Cell) -> date | None:
    """Read a day: a date cell, 2027-01-31, 2027/1/31, 20270131, 2027年1月31日; empty is ``None``.

    Raises:
        Unreadable: the day does not exist, or the spelling is unknown.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = normalised_text(cell).strip()
    if not text:
        return None
    match = _DAY.fullmatch(text)
    if match is None:
        raise Unreadable(msg("日期写法无法识别，请按 2027-01-31 的写法填写"))
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Unreadable(msg("没有这一天，请检查年月日")) from None


def read_seats(cell: Cell) -> int | None:
    """Read a number of seats; empty, 不限 and 无 are ``None``.

    Raises:
        Unreadable: not a positive whole number.
    """
    text = code_text(cell).replace(",", "")
    if text in ("", "不限", "无"):
        return None
    seats = whole_number(text, MOST_SEATS)
    if not seats:
        raise Unreadable(msg("名额应为 1 至 %(most)s 的整数", most=MOST_SEATS))
    return seats


def read_term(cell: Cell) -> str | None:
    """Read a term: 2026-2027-1, or in words; empty is ``None``.

    Raises:
        Unreadable: the spelling is unknown, or the second year does not follow the first.
    """
    text = normalised_text(cell).strip()
    if not text:
        return None
    match = _TERM.fullmatch(text.replace("学年", "-"))
    term = f"{match[1]}-{match[2]}-{_HALVES.get(match[3], match[3])}" if match else text
    if not is_term(term):
        raise Unreadable(msg("学期应写作 2026-2027-1（第一学期）或 2026-2027-2（第二学期）"))
    return term


def read_yes_or_no(cell: Cell) -> bool:
    """Read 是 or 否; empty is 否.

    Raises:
        Unreadable: anything else.
    """
    text = code_text(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unreadable(msg("请填写“是”或“否”"))


_READERS: Mapping[str, Callable[[Cell], Any]] = {
    "title": lambda cell: normalised_text(cell).strip(),
    "code": code_text,
    "school": lambda cell: normalised_text(cell).strip(),
    "unit_code": lambda cell: code_text(cell).zfill(5) if code_text(cell).isdigit() else code_text(cell),
    "starts_on": read_day,
    "ends_on": read_day,
    "seats": read_seats,
    "term": read_term,
    "local_assessment": read_yes_or_no,
}


def read_licence_row(
    row_no: int, cells: Mapping[str, Cell], labels: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Read a single row; a field without a column has no value.

    Args:
        row_no: the number of the row as the spreadsheet program shows it.
        cells: the cells by field.
        labels: headers as the person wrote them, for the problems.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, cell in cells.items():
        try:
            values[field] = _READERS[field](cell)
        except Unreadable as unreadable:
            problems.append(
                Problem(row_no, labels.get(field, LABELS[field]), unreadable.message, display_text(cell)[:40])
            )
    return values, problems
