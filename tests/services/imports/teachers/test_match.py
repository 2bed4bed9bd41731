"""The account of a row of a teacher roster, and the questions about namesakes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.errors import Conflict
from app.models import AuditEntry
from app.rules.imports.teachers import check_teacher
from app.services.imports.pages.downloads import login_file
from app.services.imports.shared.accounts import COLUMNS
from app.services.imports.shared.row_plan import Indexes
from app.services.imports.teachers.accounts import TeacherAccounts, key_values
from app.services.imports.teachers.match import Matcher, Matches
from app.services.shared.encrypted_fields import open_mobile
from app.sheets.rosters.read import RosterRow
from app.vault import Vault
from tests.support.app import VAULT_KEY
from tests.support.rosters import messages
from tests.support.teachers import TeacherImporter

WANG = {"real_name": "王芳", "mobile": "13800000001", "id_number": "110105199003077219", "bio": "教授。"}


LI = {"real_name": "李雷", "email": "li@example.com"}


ZHAO = {"real_name": "赵新"}


def test_the_same_file_again_changes_nothing_and_asks_for_those_known_by_name_only(
    teachers: TeacherImporter,
) -> None:
    teachers.bring([WANG, LI, ZHAO])
    again = teachers.send([WANG, LI, ZHAO])
    assert teachers.counts(again) == (0, 0, 2, 1)
    (question,) = teachers.summary(again).questions
    assert (question.row_no, question.name, question.namesakes[0].shown) == (4, "赵新", "zhaoxin1")
    teachers.answer(again, {4: question.namesakes[0].id})
    assert teachers.counts(again) == (0, 0, 3, 0)


def test_the_list_of_login_names_is_a_roster_that_is_known_again(teachers: TeacherImporter) -> None:
    import_id = teachers.bring([WANG, LI, ZHAO])
    with teachers.units() as ctx:
        content = login_file(ctx, import_id=import_id)[1]
    again = teachers.send(content)
    (kept,) = [row for row in teachers.rows(again) if row.action == "unchanged"]
    assert kept.title == "赵新 zhaoxin1"


def test_another_person_of_the_same_name_is_created_only_when_somebody_says_so(
    teachers: TeacherImporter,
) -> None:
    teachers.bring([WANG])
    newcomer = {"real_name": "王芳", "mobile": "13900000009"}
    import_id = teachers.send([newcomer])
    assert teachers.counts(import_id) == (0, 0, 0, 1)
    assert messages(teachers.summary(import_id).problems) == [
        "本校已有同名教师，请在预览中确认是同一人还是另一人"
    ]
    with pytest.raises(Conflict):
        teachers.confirm(import_id)
    teachers.confirm(teachers.answer(import_id, {2: 0}))
    assert [user.real_name for user in teachers.teachers()] == ["王芳", "王芳"]
    with teachers.units() as ctx:
        actions = set(ctx.session.scalars(select(AuditEntry.action)))
    assert "roster_import.answered" in actions


def test_the_same_person_gets_the_new_phone(teachers: TeacherImporter) -> None:
    teachers.bring([{"real_name": "王芳", "email": "wang@example.com"}])
    import_id = teachers.send([{"real_name": "王芳", "mobile": "13900000009"}])
    (namesake,) = teachers.summary(import_id).questions[0].namesakes
    teachers.confirm(teachers.answer(import_id, {2: namesake.id}))
    (wang,) = teachers.teachers()
    with teachers.units() as ctx:
        assert open_mobile(ctx, wang) == "13900000009"
    assert wang.email == "wang@example.com"


def test_two_rows_of_one_name_and_nothing_else_are_asked_about(teachers: TeacherImporter) -> None:
    import_id = teachers.send([ZHAO, ZHAO, {"real_name": "赵新", "mobile": "13800000003"}])
    assert teachers.counts(import_id) == (1, 0, 0, 2)
    assert [question.row_no for question in teachers.summary(import_id).questions] == [3, 4]
    teachers.answer(import_id, {3: 0, 4: 0})
    assert teachers.counts(import_id) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        ({"login_name": "zhaoxin1", "real_name": "赵新", "bio": "讲师"}, "赵新"),
        ({"mobile": "13800000001", "real_name": "王方", "bio": "讲师"}, "王方"),
        ({"id_number": "110105199003077219", "real_name": "王芳", "bio": "讲师"}, "王芳"),
        ({"email": "LI@example.com", "real_name": "李雷", "bio": "讲师"}, "李雷"),
    ],
)
def test_an_account_is_known_by_login_name_phone_id_number_and_mail(
    teachers: TeacherImporter, row: dict[str, str], changed: str
) -> None:
    teachers.bring([WANG, LI, ZHAO])
    import_id = teachers.bring([row])
    assert teachers.counts(import_id) == (0, 1, 0, 0)
    (user,) = [user for user in teachers.teachers() if user.bio == "讲师"]
    assert user.real_name == changed


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"mobile": "13800000001", "real_name": "王芳", "email": "li@example.com"}, "已被李雷的账号使用"),
        (
            {"mobile": "13800000001", "real_name": "王芳", "id_number": "11010519491231002X"},
            "与王芳的账号的身份证号不一致，请核对是否同一人",
        ),
        (
            {"mobile": "13800000001", "real_name": "王芳", "login_name": "somebody"},
            "与王芳的账号的登录名不一致，请核对",
        ),
        (
            {"mobile": "13800000001", "real_name": "王芳", "login_name": "zhaoxin1"},
            "已被王芳的账号使用",
        ),
    ],
)
def test_a_row_that_contradicts_itself_stays_out(
    teachers: TeacherImporter, row: dict[str, str], reason: str
) -> None:
    teachers.bring([WANG, LI, ZHAO])
    import_id = teachers.send([row])
    assert teachers.counts(import_id) == (0, 0, 0, 1)
    assert reason in messages(teachers.summary(import_id).problems)


def test_two_rows_that_mean_one_account_stay_out(teachers: TeacherImporter) -> None:
    teachers.bring([{**WANG, "email": "wang@example.com"}])
    import_id = teachers.send(
        [{"real_name": "王芳", "mobile": "13800000001"}, {"real_name": "王芳", "email": "wang@example.com"}]
    )
    assert teachers.counts(import_id) == (0, 0, 0, 2)
    assert messages(teachers.summary(import_id).problems) == ["与第 3 行是同一个账号"]


def test_a_teacher_roster_never_touches_students_and_administrators(teachers: TeacherImporter) -> None:
    code = teachers.school.unit_code
    student = {
        "student_no": f"{code}1", "real_name": "王芳", "class_name": "一班", "mobile": "13800000001",
    }  # fmt: skip
    teachers.do([student])
    import_id = teachers.send([WANG])
    assert messages(teachers.summary(import_id).problems) == [f"已被学号 {code}1 的账号使用"]
    assert teachers.counts(teachers.send([{"real_name": "王芳", "mobile": "13800000002"}])) == (1, 0, 0, 0)


def test_a_row_is_known_by_its_surest_value_or_asked_about_by_its_name() -> None:
    nothing = dict.fromkeys((*COLUMNS, "id"))
    known = nothing | {"id": 7, "kind": "teacher", "real_name": "王芳", "login_name": "wangfang1"}
    accounts = TeacherAccounts(
        {"login_name": {"wangfang1": known}, "mobile": {}, "id_number": {}, "email": {}}, {"王芳": [known]}
    )
    rows = [
        check_teacher(RosterRow(number, dict(cells), []), today=date(2026, 9, 10))
        for number, cells in enumerate(
            ({"real_name": "王芳", "login_name": "wangfang1"}, {"real_name": "王芳"}, {"real_name": "李雷"}),
            start=2,
        )
    ]
    vault = Vault(VAULT_KEY)
    keys = [key_values(row, Indexes.of(vault, 1, row.values)) for row in rows]

    def match(**answers: int) -> Matches:
        given = {int(number.removeprefix("row_")): answer for number, answer in answers.items()}
        matcher = Matcher(rows, keys, accounts, given, {}, lambda account: str(account["login_name"]))
        return matcher.match([0, 1, 2])

    asked = match()
    assert set(asked.known) == {0}
    assert [(one.row_no, one.namesakes[0].shown) for one in asked.questions] == [(3, "wangfang1")]
    assert [problem.row_no for problem in asked.problems] == [3]
    other = match(row_3=0)
    assert (set(other.known), other.problems, other.questions) == ({0}, [], [])
    # Twice the same account is wrong in both rows.
    assert [problem.row_no for problem in match(row_3=7).problems] == [2, 3]
