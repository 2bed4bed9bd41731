"""Licences as workbooks: the list, which can be corrected and sent back, and the matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from app.context import Context
from app.errors import Conflict, Message, msg
from app.rules.licences.conditions import LicenceState
from app.services.licences.lists import (
    LicenceRow,
    LicensableFilter,
    all_licences,
    all_licensable,
    all_schools,
    licences_between,
)
from app.services.licences.rows import CourseRef
from app.sheets.reading.limits import LIMITS
from app.sheets.writing.licences import licence_list, licence_matrix

#: Words that stay Chinese in every language, like the headers: people other than the author may read the sheet.
STATE_WORDS = {
    LicenceState.NONE: msg("未授权"),
    LicenceState.UPCOMING: msg("未开始"),
    LicenceState.VALID: msg("有效"),
    LicenceState.ENDING: msg("即将到期"),
    LicenceState.ENDED: msg("已结束"),
    LicenceState.DECLINED: msg("已拒绝"),
}


def licence_list_file(
    ctx: Context,
    *,
    text: str = "",
    course_id: int | None = None,
    school_id: int | None = None,
    state: LicenceState | None = None,
) -> bytes:
    """Return the licences that match, as an .xlsx that ``start_licence_import`` reads back.

    Raises:
        Conflict: there are more than a sheet may have rows.
        NotAllowed: the actor is not the secretariat.
    """
    most = LIMITS.data_rows
    found = all_licences(ctx, text=text, course_id=course_id, school_id=school_id, state=state, most=most)
    if len(found) > most:
        raise Conflict(msg("超过 %(most)s 项授权，请先按课程、学校或状态筛选再导出", most=most))
    return licence_list((_values(row), _notes(row)) for row in found)


def licence_matrix_file(
    ctx: Context,
    *,
    courses: LicensableFilter,
    school_text: str = "",
    translate: Callable[[Message], str] = str,
) -> bytes:
    """Return courses × schools as an .xlsx, a text a cell.

    Args:
        translate: renders the words in the reader's language.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    rows, schools = all_licensable(ctx, courses), all_schools(ctx, school_text)
    licences = licences_between(ctx, rows, schools)
    words = {state: translate(word) for state, word in STATE_WORDS.items()}
    own = translate(msg("本校课程"))

    def told(ref: CourseRef, school_id: int) -> str:
        if ref.owner_id == school_id:
            return own
        row = licences.get((ref, school_id))
        if row is None or row.terms is None:
            return ""
        return f"{words[row.state]} {row.terms.ends_on.isoformat() if row.terms.ends_on else ''}".strip()

    return licence_matrix(
        translate(msg("课程名称")),
        [f"{school.name} {school.unit_code}" for school in schools],
        ((course.title, [told(course.ref, school.id) for school in schools]) for course in rows),
    )


def _values(row: LicenceRow) -> dict[str, str | int | None]:
    assert row.terms is not None
    terms = asdict(row.terms)
    named = {
        "title": row.course.title,
        "code": row.course.code,
        "school": row.school.name,
        "unit_code": row.school.unit_code,
    }
    return named | terms | {"local_assessment": "是" if row.terms.local_assessment else "否"}


def _notes(row: LicenceRow) -> tuple[str, str, str]:
    return STATE_WORDS[row.state].text, row.course.source or "联盟自建", row.reason
