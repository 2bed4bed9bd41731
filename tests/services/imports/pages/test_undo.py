"""The undo of an import."""

from __future__ import annotations

import pytest

from app.errors import Conflict
from app.services.imports.pages.read import preview_rows
from app.services.imports.pages.undo import undo_import
from app.services.shared.encrypted_fields import MOBILE
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.rosters import Importer, plain_rows


def _undo(importer: Importer, import_id: int) -> None:
    with importer.units() as ctx:
        undo_import(ctx, import_id=import_id)


def test_created_accounts_and_their_classes_go(importer: Importer) -> None:
    rows = plain_rows(importer.school, 40)
    import_id = importer.do(rows)
    _undo(importer, import_id)
    assert (importer.users(), importer.classes()) == ({}, [])
    undone = importer.summary(import_id).undone
    assert undone is not None
    assert (undone.removed, undone.restored, undone.kept, undone.classes) == (
        40,
        0,
        0,
        len({row["class_name"] for row in rows}),
    )
    assert importer.read(import_id).state == "undone"


def test_changed_accounts_get_their_old_values_back(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    before = {number: _columns(user) for number, user in importer.users().items()}
    changed = [
        {**row, "real_name": "新姓名", "class_name": "新班", "mobile": f"1390000000{number}", "email": ""}
        for number, row in enumerate(rows)
    ]
    import_id = importer.do(changed)
    assert {user.real_name for user in importer.users().values()} == {"新姓名"}
    _undo(importer, import_id)
    assert {number: _columns(user) for number, user in importer.users().items()} == before
    assert [one.name for one in importer.classes()] == [rows[0]["class_name"]]


def _columns(user: object) -> dict[str, object]:
    hidden = ("_sa_instance_state", "updated_at")
    return {name: value for name, value in vars(user).items() if name not in hidden}


def test_rows_changed_since_are_kept_and_say_why(importer: Importer) -> None:
    rows = plain_rows(importer.school, 4)
    import_id = importer.do(rows)
    importer.change(rows[0]["student_no"], nickname="小赵")
    importer.change(rows[1]["student_no"], last_login_at=NOW)
    _undo(importer, import_id)
    assert set(importer.users()) == {rows[0]["student_no"], rows[1]["student_no"]}
    with importer.units() as ctx:
        kept = preview_rows(ctx, import_id=import_id, part="kept").rows
    assert [(row.row_no, str(row.kept)) for row in kept] == [
        (2, "导入之后又有修改，已保留"),
        (3, "该账号已经登录使用过，已保留"),
    ]
    undone = importer.summary(import_id).undone
    assert undone is not None
    assert (undone.removed, undone.kept, undone.classes) == (2, 2, 0)


def test_a_changed_row_that_was_changed_again_is_kept(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows)
    import_id = importer.do([{**row, "major": "新专业"} for row in rows])
    importer.change(rows[0]["student_no"], major="更新的专业")
    _undo(importer, import_id)
    users = importer.users()
    assert users[rows[0]["student_no"]].major == "更新的专业"
    assert users[rows[1]["student_no"]].major == rows[1]["major"]


def test_an_old_value_that_another_account_holds_by_now_is_not_given_back(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows[:1])
    import_id = importer.do([{**rows[0], "mobile": "13900001111"}])
    importer.do([{**rows[1], "mobile": rows[0]["mobile"]}])
    _undo(importer, import_id)
    user = importer.users()[rows[0]["student_no"]]
    with importer.units() as ctx:
        (kept,) = preview_rows(ctx, import_id=import_id, part="kept").rows
        assert user.mobile_index == ctx.vault.blind_index(importer.school.id, MOBILE, "13900001111")
    assert str(kept.kept) == "原来的值已被其他账号使用或班级已删除，已保留"


def test_a_registered_student_is_kept(alliance: SchoolInfo, importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    import_id = importer.do(rows)
    registered = importer.users()[rows[0]["student_no"]]
    offering = put_offering(alliance, importer.school, put_course(importer.school))
    put_registration(importer.school, offering, registered)
    _undo(importer, import_id)
    assert set(importer.users()) == {rows[0]["student_no"]}


def test_a_second_undo_is_harmless_and_nothing_else_can_be_undone(importer: Importer) -> None:
    checked = importer.check(plain_rows(importer.school))
    with pytest.raises(Conflict):
        _undo(importer, checked)
    importer.confirm(checked)
    _undo(importer, checked)
    _undo(importer, checked)
    assert importer.read(checked).state == "undone"


def test_after_an_undo_the_file_can_be_sent_again(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    _undo(importer, importer.do(rows))
    importer.do(rows)
    assert set(importer.users()) == {row["student_no"] for row in rows}
    assert [one.number for one in importer.classes()] == ["2026001"]
