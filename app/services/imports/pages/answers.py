"""Answers to the questions in the preview of a teacher roster."""

from __future__ import annotations

from collections.abc import Mapping

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import RosterImport
from app.services.imports.pages.read import find_import
from app.services.imports.pages.upload import check_again
from app.services.imports.shared.questions import NEW
from app.services.imports.shared.summary import Summary
from app.services.shared.audit import record


def answer_questions(ctx: Context, *, import_id: int, answers: Mapping[int, int]) -> RosterImport:
    """Record which rows mean an existing person of the same name, and check the kept file again with these answers.

    Args:
        answers: row number to the account's id, or to ``questions.NEW`` for another person. Rows that are not
            named stay open.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: the import has not been checked, or is over.
        Invalid: a row that has no question, an account that was not offered, or no answer at all.
    """
    found = find_import(ctx, import_id)
    if found.state != "checked":
        raise Conflict(msg("这次导入的状态已经改变，请刷新页面"))
    questions = {question.row_no: question for question in Summary.from_json(found.summary).questions}
    if not answers:
        raise Invalid("same_people", msg("请先选择是同一人还是另一人"))
    for row_no, answer in answers.items():
        offered = (
            {NEW, *(namesake.id for namesake in questions[row_no].namesakes)}
            if row_no in questions
            else set()
        )
        if answer not in offered:
            raise Invalid("same_people", msg("所选教师不在可选范围内，请重新选择"))
    answered = found.options.get("same_people", {}) | {
        str(row_no): answer for row_no, answer in answers.items()
    }
    record(ctx, "roster_import.answered", "roster_import", found.id, {"rows": len(answers)})
    check_again(ctx, found, {"same_people": answered})
    return found
