"""The kinds of rosters: what differs between them is complete for each."""

from __future__ import annotations

import pytest

from app.services.imports.kinds import KINDS
from tests.support.rosters import Importer, plain_rows
from tests.support.teachers import TeacherImporter


def test_students_and_teachers_are_all_there_is() -> None:
    assert set(KINDS) == {"students", "teachers"}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_which_field_is_the_name_and_what_it_could_not_write(name: str) -> None:
    kind = KINDS[name]
    assert kind.labels["real_name"] == "真实姓名"
    assert "请重新导入这一行" in str(kind.created_meanwhile)
    assert [width > 0 for _label, width in kind.login_columns] == [True] * 3


def test_each_kind_lists_the_logins_of_its_own(importer: Importer, teachers: TeacherImporter) -> None:
    (student,) = rows = plain_rows(importer.school, 1)
    students_import = importer.do(rows)
    teachers_import = teachers.bring([{"real_name": "赵新"}])
    with importer.units() as ctx:
        assert KINDS["students"].logins(ctx, students_import) == [
            (student["real_name"], student["student_no"], student["class_name"])
        ]
        assert KINDS["teachers"].logins(ctx, teachers_import) == [("赵新", "zhaoxin1", "")]
