"""Questions of the preview of a teacher roster, and the answers."""

from __future__ import annotations

import json
from dataclasses import asdict

from app.services.imports.shared.questions import NEW, Namesake, Question, answers_of


def test_a_question_comes_back_from_json_as_it_was() -> None:
    for namesakes in ((), (Namesake(7, "138****0001"), Namesake(8, "wangfang2"))):
        question = Question(4, "王芳", "w***@example.cn", namesakes)
        assert Question.from_json(json.loads(json.dumps(asdict(question)))) == question


def test_answers_are_numbers_of_rows_and_accounts() -> None:
    assert answers_of({"same_people": {"4": 7, "5": NEW}, "add_unit_code": True}) == {4: 7, 5: NEW}
    assert answers_of({}) == {}
