"""The list of accounts that an import has created, to be handed to the classes."""

from __future__ import annotations

from collections.abc import Iterable

from app.sheets.writing import text_table


def login_list(rows: Iterable[tuple[str, str, str]]) -> bytes:
    """Write a workbook of accounts.

    Args:
        rows: real name, login name (the 学号 of a student), class.
    """
    return text_table("登录名", ["真实姓名", "登录名", "所属班级"], rows, [16, 24, 28])
