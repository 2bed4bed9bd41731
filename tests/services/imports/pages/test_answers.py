"""Answering what the preview of a teacher roster asks."""

from __future__ import annotations

import pytest

from app.errors import Conflict, Invalid
from app.services.imports.pages.answers import answer_questions
from tests.support.rows import audit_of
from tests.support.teachers import TeacherImporter

WANG = {"real_name": "王芳", "mobile": "13800000001", "id_number": "110105199003077219", "bio": "教授。"}


LI = {"real_name": "李雷", "email": "li@example.com"}


def test_an_answer_that_was_not_offered_is_refused(teachers: TeacherImporter) -> None:
    teachers.bring([WANG, LI])
    li = teachers.teachers()[1]
    import_id = teachers.send([{"real_name": "王芳", "mobile": "13900000009"}])
    for answers in ({2: li.id}, {3: 0}, {}):
        with pytest.raises(Invalid), teachers.units() as ctx:
            answer_questions(ctx, import_id=import_id, answers=answers)


def test_answers_are_kept_and_the_file_is_checked_again_with_them(teachers: TeacherImporter) -> None:
    teachers.bring([WANG])
    import_id = teachers.send([{"real_name": "王芳", "mobile": "13900000009"}])
    teachers.answer(import_id, {2: 0})
    found = teachers.read(import_id)
    assert (found.state, found.options["same_people"]) == ("checked", {"2": 0})
    assert [entry.data for entry in audit_of(teachers.school, "roster_import.answered")] == [{"rows": 1}]
    teachers.confirm(import_id)
    with pytest.raises(Conflict), teachers.units() as ctx:
        answer_questions(ctx, import_id=import_id, answers={2: 0})
