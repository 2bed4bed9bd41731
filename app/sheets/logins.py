"""The list of accounts that an import has created, to be handed to the classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.errors import Message, msg
from app.sheets.writing import text_table


def login_list(rows: Iterable[tuple[str, str, str]], translate: Callable[[Message], str] = str) -> bytes:
    """Write a workbook of accounts.

    Args:
        rows: real name, login name (the 学号 of a student), class.
        translate: renders the headers in the reader's language.
    """
    title, header = msg("登录名"), (msg("真实姓名"), msg("登录名"), msg("所属班级"))
    return text_table(translate(title), [translate(column) for column in header], rows, [16, 24, 28])
