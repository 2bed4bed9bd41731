"""Names of classes: how a cell is read, and which spellings mean the same class."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from app.errors import Message, msg
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable, display_text
from app.rules.shared.texts import read_line

_BLANKS = re.compile(r"\s+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212—]")
_BRACKETS = re.compile(r"[()\[\]【】〔〕<>〈〉《》{}]")
_BETWEEN_CODES = re.compile(r"(?<=[0-9a-z])\|+(?=[0-9a-z])")


def read_class_name(cell: Cell) -> str | None:
    """Read the name of a class; whole numbers are names such as 1903102.

    Raises:
        Unreadable: Excel has made a date, a number with a fraction or TRUE of it; it is too long; or it has
            characters that an encoding has destroyed.
    """
    refuse_damaged(cell)
    # An apostrophe before a cell tells spreadsheet programs that it is text.
    return read_line(cell.lstrip("'") if isinstance(cell, str) else cell, lengths.CLASS_NAME)


def refuse_damaged(cell: Cell) -> None:
    """Refuse a cell in which Excel has made something else of a text.

    Raises:
        Unreadable: the cell holds a date, a truth value or a number with a fraction; the message shows what was
            probably meant.
    """
    if isinstance(cell, bool):
        raise Unreadable(
            msg("单元格是逻辑值 %(value)s，请把该列设为文本后重新填写", value=display_text(cell))
        )
    if isinstance(cell, date):
        raise Unreadable(_became_a_date(cell))
    if isinstance(cell, float) and cell != int(cell):
        raise Unreadable(msg("单元格是小数 %(value)s，请把该列设为文本后重新填写", value=display_text(cell)))


def _became_a_date(day: date) -> Message:
    meant = (
        f"{day.year % 100}-{day.month}" if day.day == 1 and day.year % 100 > 12 else f"{day.month}-{day.day}"
    )
    return msg(
        "Excel 把它变成了日期 %(date)s（原来可能是“%(meant)s”），请把该列设为文本后重新填写",
        date=display_text(day),
        meant=meant,
    )


def class_key(name: str) -> str:
    """Return what the spellings of one class have in common.

    Blanks, line breaks, the width and kind of brackets, of letters, digits and dashes, and case do not matter.
    Brackets between two codes do: 临床24(1) is not 临床241.
    """
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", name)).casefold()
    marked = _BRACKETS.sub("|", _BLANKS.sub("", text))
    return _BETWEEN_CODES.sub("#", marked).replace("|", "")
