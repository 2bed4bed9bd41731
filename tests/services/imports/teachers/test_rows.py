"""Imports of teachers (manual 5.2): identification, login names, questions, undo."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.models import User
from app.rules.shared.cells import Cell
from app.services.imports.pages.downloads import login_file, problem_file
from app.services.imports.pages.read import list_imports, preview_rows, refusal_of
from app.services.imports.pages.undo import undo_import
from app.services.imports.shared.source import Source
from app.services.imports.teachers.rows import TeacherRows
from app.services.shared.encrypted_fields import open_id_number, open_mobile
from app.sheets.rosters.read import RosterRow, RosterSheet
from app.vault import Vault
from tenants.registry import SchoolInfo
from tests.support.app import TODAY, VAULT_KEY
from tests.support.rosters import cells_of, sheet_of
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


def test_rows_go_from_cells_to_what_is_staged_and_said_of_the_file(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    known = make_user(school, kind="teacher", login_name="fang", real_name="王芳")
    cells: list[dict[str, Cell]] = [
        {"real_name": "王芳", "login_name": "fang", "bio": "教授。"},
        {"real_name": "赵新", "picture": "赵新.png"},
        {"real_name": "", "mobile": "1"},
    ]
    rows = [RosterRow(number, row, [*map(str, row.values())]) for number, row in enumerate(cells, start=2)]
    sheet = RosterSheet({}, ["姓名"], {}, rows)
    source = Source(Vault(VAULT_KEY), school, TODAY, sheet, {}, None)
    teachers = TeacherRows(source)
    assert len(list(teachers.check())) == 3
    teachers.match_existing(make_ctx(school), import_id=1)
    staged = teachers.stage(0, 99)
    assert [(row["row_no"], row["action"], row["title"].strip()) for row in staged] == [
        (2, "change", "王芳 fang"),
        (3, "create", "赵新 zhaoxin1"),
        (4, "problem", ""),
    ]
    assert staged[0]["user_id"] == known.id
    assert teachers.photos(staged) == {}
    summary = teachers.summary({"create": 1, "change": 1, "unchanged": 0, "problem": 1})
    assert {group.rows for group in summary.problems} == {(4,)}
    assert [str(group.message)[:9] for group in summary.warnings] == ["没有随表格上传图片"]
