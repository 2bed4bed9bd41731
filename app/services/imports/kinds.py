"""The kinds of rosters, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.context import Context
from app.errors import Message, msg
from app.rules.imports.students import LABELS as STUDENT_LABELS
from app.rules.imports.teachers import LABELS as TEACHER_LABELS
from app.services.imports.shared.logins import student_logins, teacher_logins
from app.services.imports.shared.source import Rows, Source
from app.services.imports.students.roster import StudentRows
from app.services.imports.teachers.rows import TeacherRows
from app.sheets.writing.logins import STUDENT_COLUMNS, TEACHER_COLUMNS


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of roster.

    Args:
        labels: field to label, in the order in which a preview shows them.
        rows: reads a file from its cells to staged rows.
        logins: reads the created accounts that still exist, for 登录名清单.
        login_columns: of that list, with their widths.
        created_meanwhile: the problem of a row whose values another account has taken since the preview.
    """

    labels: Mapping[str, str]
    rows: Callable[[Source], Rows]
    logins: Callable[[Context, int], list[tuple[str, str, str]]]
    login_columns: tuple[tuple[Message, int], ...]
    created_meanwhile: Message


KINDS: Mapping[str, Kind] = {
    "students": Kind(
        STUDENT_LABELS,
        StudentRows,
        student_logins,
        STUDENT_COLUMNS,
        msg("学号、邮箱、手机号或身份证号刚被其他账号使用，请重新导入这一行"),
    ),
    "teachers": Kind(
        TEACHER_LABELS,
        TeacherRows,
        teacher_logins,
        TEACHER_COLUMNS,
        msg("登录名、邮箱、手机号或身份证号刚被其他账号使用，请重新导入这一行"),
    ),
}
