"""A problem in a row of a roster, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Message


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell: 第 7 行「身份证号」：校验位不正确.

    Args:
        row_no: the row as spreadsheet programs number it, from 1.
        column_label: the header as the person wrote it.
        message: what is wrong and what to do, without row and column, so that equal problems can be counted.
        shown: the offending value, masked where it is personal.
    """

    row_no: int
    column_label: str
    message: Message
    shown: str
