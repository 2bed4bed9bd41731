"""Problems in the rows of a roster."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of one cell, such as 第 7 行「身份证号」：校验位不正确.

    Args:
        row_no: the number of the row as the spreadsheet program shows it, from 1.
        column_label: the header as the person wrote it.
        message: the problem and its remedy, without row and column, so that equal problems can be counted.
        shown: the offending value, masked where it is personal.
    """

    row_no: int
    column_label: str
    message: Message
    shown: str
