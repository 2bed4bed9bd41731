"""Imports of teachers (manual 5.2): identification, login names, questions, undo."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.errors import Conflict, Invalid
from app.models import AuditEntry
from app.services.imports.pages.answers import answer_questions
from app.services.imports.pages.downloads import login_file, problem_file
from app.services.imports.pages.read import list_imports, preview_rows, refusal_of
from app.services.imports.pages.undo import undo_import
from app.services.shared.encrypted_fields import open_id_number, open_mobile
from tests.support.rosters import cells_of, messages, sheet_of
from tests.support.teachers import TeacherImporter

WANG = {"real_name": "王芳", "mobile": "13800000001", "id_number": "110105199003077219", "bio": "教授。"}
LI = {"real_name": "李雷", "email": "li@example.com"}
ZHAO = {"real_name": "赵新"}


def test_teachers_get_accounts_and_those_without_phone_and_mail_a_login_name(
    teachers: TeacherImporter,
) -> None:
    import_id = teachers.bring([WANG, LI, ZHAO, {"real_name": "赵 欣"}])
    wang, li, zhao, other = teachers.teachers()
    assert (wang.real_name, wang.nickname, wang.name_pinyin, wang.bio) == (
        "王芳",
        "王芳",
        "wangfang",
        "教授。",
    )
    assert (wang.gender, wang.birth_date is not None, wang.password_hash) == ("male", True, None)
    assert (wang.login_name, li.login_name) == (None, None)
    assert (zhao.login_name, other.login_name) == ("zhaoxin1", "zhaoxin2")
    with teachers.units() as ctx:
        assert open_mobile(ctx, wang) == "13800000001"
        assert open_id_number(ctx, wang) == "110105199003077219"
        list_of_logins = cells_of(login_file(ctx, import_id=import_id)[1])
    assert list_of_logins[0][:2] == ["真实姓名", "登录名"]
    assert ["赵欣", "zhaoxin2", None] in list_of_logins
    assert ["王芳", None, "138****0001"] in list_of_logins


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


def test_an_answer_that_was_not_offered_is_refused(teachers: TeacherImporter) -> None:
    teachers.bring([WANG, LI])
    li = teachers.teachers()[1]
    import_id = teachers.send([{"real_name": "王芳", "mobile": "13900000009"}])
    for answers in ({2: li.id}, {3: 0}, {}):
        with pytest.raises(Invalid), teachers.units() as ctx:
            answer_questions(ctx, import_id=import_id, answers=answers)


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


def test_a_roster_of_students_is_refused(teachers: TeacherImporter) -> None:
    code = teachers.school.unit_code
    import_id = teachers.send(
        sheet_of([{"student_no": f"{code}1", "real_name": "王芳", "class_name": "一班"}])
    )
    reason = refusal_of(teachers.read(import_id))
    assert "这像是学生名单" in str(reason)


def test_an_undo_takes_teachers_back_and_gives_old_values(teachers: TeacherImporter) -> None:
    teachers.bring([WANG])
    import_id = teachers.bring([{**WANG, "bio": "院长。"}, LI])
    with teachers.units() as ctx:
        undo_import(ctx, import_id=import_id)
    (wang,) = teachers.teachers()
    assert (wang.real_name, wang.bio) == ("王芳", "教授。")


def test_a_login_name_promised_by_an_open_preview_is_not_given_again(teachers: TeacherImporter) -> None:
    first, second = teachers.send([ZHAO]), teachers.send([ZHAO])
    teachers.confirm(second)
    teachers.confirm(first)
    assert [user.login_name for user in teachers.teachers()] == ["zhaoxin1", "zhaoxin2"]


def test_rows_with_problems_can_be_mended_and_sent_again(teachers: TeacherImporter) -> None:
    import_id = teachers.send([WANG, {**LI, "mobile": "1"}])
    with teachers.units() as ctx:
        content = problem_file(ctx, import_id=import_id)[1]
    header, row = cells_of(content)
    assert header[:3] == ["真实姓名", "身份证号", "手机号"]
    assert row[-1] == "手机号：应为 11 位手机号"


def test_the_preview_masks_what_is_personal_and_each_kind_has_its_history(teachers: TeacherImporter) -> None:
    import_id = teachers.send([WANG])
    with teachers.units() as ctx:
        (row,) = preview_rows(ctx, import_id=import_id, part="create").rows
        assert [found.id for found in list_imports(ctx, kind="teachers").rows] == [import_id]
        assert list_imports(ctx, kind="students").rows == ()
    shown = {change.label: change.new for change in row.changes}
    assert (shown["手机号"], shown["身份证号"], shown["教师简介"]) == (
        "138****0001",
        "110105********7219",
        "教授。",
    )
