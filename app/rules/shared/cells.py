"""Cells of spreadsheets as values, and their normalised text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from app.errors import Message, msg


class CellFlaw(Enum):
    """The kinds of cells without a readable value; problem workbooks show the member's value."""

    FORMULA = "#FORMULA!"
    ERROR = "#ERROR!"


@dataclass(frozen=True, slots=True)
class UnclearCell:
    """A number whose format shows something that cannot be told for sure.

    Args:
        value: the number as stored.
        shown: what the cell probably shows.
    """

    value: str
    shown: str


Cell = str | int | float | bool | date | datetime | CellFlaw | UnclearCell | None

#: Spreadsheet programs keep 15 digits of a number and replace the rest by zeros.
EXACT_DIGITS = 15

_ERROR_TEXTS = frozenset(
    {
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        CellFlaw.ERROR.value,
    }
)
_WHOLE = re.compile(r"(\d+)\.0+", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")
_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff·@._-]*")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0e-\x1b\x7f-\x9f]")
_LETTERS = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Unreadable(Exception):
    """Raised when a cell does not fit its column; ``message`` is the sentence for the person."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def display_text(cell: Cell) -> str:
    """Return the cell as the person sees it, for problem workbooks; digits that Excel has cut stay visibly cut."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, CellFlaw):
        return cell.value
    if isinstance(cell, UnclearCell):
        return cell.shown
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else cell.isoformat(" ")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if abs(cell) < 10**EXACT_DIGITS:
        return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
    return format(cell, f".{EXACT_DIGITS - 1}E")


def normalised_text(cell: Cell) -> str:
    """Return the text of a cell with half-width digits and letters, single blanks and no invisible characters.

    Args:
        cell: any cell; numbers of up to 15 digits become their digits without loss.
    Returns:
        The text; "" for an empty cell.
    Raises:
        Unreadable: the cell is a formula without result, an error value, or a number that Excel has cut.
    """
    if isinstance(cell, str):
        if _PLAIN.fullmatch(cell):
            return cell
        if cell.startswith("#"):
            _refuse_flaw_text(cell.strip())
        text = " ".join(without_marks(cell).split())
        if _SCIENTIFIC.fullmatch(text):
            raise Unreadable(
                msg("是科学计数法 %(value)s，末尾的数字已经丢失，请将该列设为文本后重新填写", value=text)
            )
        return text
    if isinstance(cell, CellFlaw):
        _refuse_flaw_text(cell.value)
    if isinstance(cell, UnclearCell):
        raise Unreadable(
            msg(
                "单元格显示为“%(shown)s”，实际的值是 %(value)s，请把要导入的内容改为文本",
                shown=cell.shown,
                value=cell.value,
            )
        )
    if isinstance(cell, int | float) and abs(cell) >= 10**EXACT_DIGITS:
        _refuse_cut_digits()
    return display_text(cell)


def code_text(cell: Cell) -> str:
    """Return ``normalised_text`` for codes: also without full-width signs, blanks and a leading ``'``.

    The ``.0`` that programs add to whole numbers goes.
    """
    text = normalised_text(cell)
    if text.isascii() and text.isalnum():
        return text
    code = code_spelling(text)
    whole = _WHOLE.fullmatch(code)
    return whole[1] if whole else code


def without_marks(text: str) -> str:
    """Return the text without invisible and control characters, with half-width letters and digits."""
    return _INVISIBLE.sub("", text).translate(_LETTERS)


def code_spelling(text: str) -> str:
    """Return the text without full-width signs, blanks and a leading ``'``, as codes are spelt."""
    return text.translate(_FULL_WIDTH).replace(" ", "").lstrip("'`‘’")


def _refuse_flaw_text(text: str) -> None:
    if text == CellFlaw.FORMULA.value:
        raise Unreadable(msg("公式没有计算结果，请改为具体内容"))
    if text in _ERROR_TEXTS:
        raise Unreadable(msg("单元格是错误值（如 #REF!），请改为具体内容"))


def _refuse_cut_digits() -> None:
    raise Unreadable(msg("数字超过 15 位，Excel 已丢失末位，请将该列设为文本后重新填写"))
