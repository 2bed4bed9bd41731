"""Lists of the accounts that an import has created, for their owners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from app.errors import Message, msg
from app.sheets.writing.cells import text_table

#: The columns of each list, with their widths in characters.
STUDENT_COLUMNS: tuple[tuple[Message, int], ...] = (
    (msg("真实姓名"), 16),
    (msg("登录名"), 24),
    (msg("所属班级"), 28),
)
TEACHER_COLUMNS: tuple[tuple[Message, int], ...] = (
    (msg("真实姓名"), 16),
    (msg("登录名"), 24),
    (msg("也可以用来登录的手机号和邮箱"), 40),
)


def login_list(
    columns: Sequence[tuple[Message, int]],
    rows: Iterable[Sequence[str]],
    translate: Callable[[Message], str] = str,
) -> bytes:
    """Write a workbook of accounts.

    Args:
        columns: the header of each column, and its width in characters.
        rows: the texts of each account.
        translate: renders the headers in the reader's language.
    """
    header = [translate(text) for text, _ in columns]
    return text_table(translate(msg("登录名")), header, rows, [width for _, width in columns])
