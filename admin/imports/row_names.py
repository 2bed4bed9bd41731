"""The names of rows on the pages of an import, and the words for rows that are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext

from app.errors import Message, msg
from app.sheets.rosters.read import row_name
from app.web.shared.i18n import translated

_SHORT: Mapping[str, Message] = {
    "not_a_person": msg("不是人员的 %(n)s 行"),
    "above_header": msg("表头上方的 %(n)s 行"),
    "hidden": msg("隐藏或筛选掉的 %(n)s 行"),
    "repeated_header": msg("重复表头的 %(n)s 行"),
    "example": msg("模板示例的 %(n)s 行"),
}
_TAKE = msg("读入%(rows)s")


def row_label(row_no: int, sheets: Sequence[str]) -> str:
    """Return the name of a row in a sentence: 「第 5 行」, with the sheet's name when several were read."""
    name = row_name(row_no, tuple(sheets))
    return gettext("第 %(row)s 行", row=name) if name.isdecimal() else name


def reason_counts(left_out: Mapping[str, int]) -> list[str]:
    """Return how many rows are left out, a text for each reason."""
    return [translated(_short(reason, left_out[reason])) for reason in _SHORT if reason in left_out]


def reason_buttons(left_out: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return each reason with the label of the button that takes its rows in, and their number."""
    return [
        (
            reason,
            translated(Message(_TAKE.text, {"rows": _short(reason, left_out[reason])})),
            left_out[reason],
        )
        for reason in _SHORT
        if reason in left_out
    ]


def _short(reason: str, count: int) -> Message:
    return Message(_SHORT[reason].text, {"n": count})


#: The functions that the templates of rows use.
ROW_WORDS: Mapping[str, Callable[..., Any]] = {
    "row_label": row_label,
    "row_name": row_name,
    "reason_counts": reason_counts,
    "reason_buttons": reason_buttons,
}
