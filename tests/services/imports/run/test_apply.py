"""An import from the file to the accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.jobs import JobName
from app.models import AuditEntry
from app.rules.permissions import Role
from app.services.imports.pages.read import get_import, list_imports, preview_rows, refusal_of
from app.services.imports.pages.upload import confirm_import, discard_import, recheck_import, start_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY, Sent
from tests.support.rosters import Importer, messages, plain_rows, sheet_of

VAULT = Vault(VAULT_KEY)


def test_a_roster_becomes_accounts_and_classes_with_numbers(importer: Importer) -> None:
    rows = plain_rows(importer.school, 90)
    import_id = importer.do(rows)
    users, classes = importer.users(), importer.classes()
    assert len(users) == 90
    assert [one.number for one in classes] == ["2026001", "2026002", "2026003"]
    assert {one.major for one in classes} == {row["major"] for row in rows}
    by_id = {one.id: one.name for one in classes}
    for row in rows:
        user = users[row["student_no"]]
        assert (user.real_name, user.email, user.nickname) == (
            row["real_name"],
            row["email"],
            row["nickname"],
        )
        assert by_id[user.class_id or 0] == row["class_name"]
        assert user.birth_date == date.fromisoformat(row["birth_date"])
        assert user.gender == {"男": "male", "女": "female"}[row["gender"]]
        assert (user.entry_year, user.study_years) == (2026, int(row["study_years"]))
        assert unseal(VAULT, user.school_id, ID_NUMBER, user.id, user.id_number_sealed) == row["id_number"]
        assert unseal(VAULT, user.school_id, MOBILE, user.id, user.mobile_sealed) == row["mobile"]
        assert user.password_hash is None
        assert user.must_change_password
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.problem, len(result.classes)) == (90, 0, 3)


def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    counts = importer.summary(importer.check(rows)).counts
    assert (counts.create, counts.change, counts.unchanged, counts.problem) == (0, 0, 3, 0)


def test_nothing_to_do_is_not_saved(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    again = importer.check(rows)
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=again)


def test_a_changed_row_shows_old_and_new_and_masks_what_is_personal(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    rows[0] |= {"real_name": "赵新名", "mobile": "13900001111", "class_name": "新班级"}
    import_id = importer.check(rows)
    with importer.units() as ctx:
        (row,) = preview_rows(ctx, import_id=import_id, part="change").rows
    shown = {change.label: (change.old, change.new) for change in row.changes}
    assert shown["真实姓名"][1] == "赵新名"
    assert shown["手机号"][1] == "139****1111"
    assert shown["所属班级"][1] == "新班级"
    assert set(shown) == {"真实姓名", "手机号", "所属班级"}
    importer.confirm(import_id)
    user = importer.users()[rows[0]["student_no"]]
    assert (user.real_name, user.name_pinyin) == ("赵新名", "zhaoxinming")
    assert unseal(VAULT, user.school_id, MOBILE, user.id, user.mobile_sealed) == "13900001111"


def test_an_empty_cell_erases_nothing(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    importer.change(rows[0]["student_no"], nickname="小赵")
    kept = ("student_no", "real_name", "class_name")
    emptied = [{field: value if field in kept else "" for field, value in row.items()} for row in rows]
    counts = importer.summary(importer.check(emptied)).counts
    assert (counts.unchanged, counts.change) == (3, 0)


def test_a_row_without_entry_year_means_the_one_class_of_this_name(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    fields = ("student_no", "real_name", "class_name")
    more = plain_rows(importer.school, 4)[3:]
    import_id = importer.do(sheet_of(more, fields=fields))
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.classes) == (1, ())


def test_the_same_class_name_in_another_year_is_asked_and_new_unless_said(importer: Importer) -> None:
    rows = plain_rows(importer.school, 1)
    importer.do(rows)
    later = [{**plain_rows(importer.school, 2)[1], "entry_year": "2025"}]
    import_id = importer.check(later)
    (planned,) = importer.summary(import_id).classes
    (other,) = planned.others
    assert (planned.entry_year, other.entry_year, other.number) == (2025, 2026, "2026001")
    importer.confirm(import_id)
    assert [one.number for one in importer.classes()] == ["2025001", "2026001"]


def test_the_same_class_may_be_chosen_and_the_next_import_does_not_ask_again(importer: Importer) -> None:
    rows = plain_rows(importer.school, 1)
    importer.do(rows)
    later = [{**plain_rows(importer.school, 2)[1], "entry_year": "2025"}]
    import_id = importer.check(later)
    (planned,) = importer.summary(import_id).classes
    importer.confirm(import_id, same_classes={planned.id: planned.others[0].id})
    users = importer.users()
    assert users[rows[0]["student_no"]].class_id == users[later[0]["student_no"]].class_id
    assert len(importer.classes()) == 1
    again = importer.summary(importer.check(later))
    assert (again.counts.unchanged, again.classes) == (1, ())


def test_a_class_that_was_not_offered_is_refused(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school, 1))
    (planned,) = importer.summary(import_id).classes
    with pytest.raises(Invalid), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id, same_classes={planned.id: 1})


def test_good_rows_go_in_and_problem_rows_stay_out(importer: Importer) -> None:
    rows = plain_rows(importer.school, 5)
    rows[1]["id_number"] = rows[1]["id_number"][:-1] + ("1" if rows[1]["id_number"][-1] != "1" else "2")
    rows[3]["real_name"] = ""
    import_id = importer.check(rows)
    summary = importer.summary(import_id)
    assert (summary.counts.create, summary.counts.problem) == (3, 2)
    assert {(group.label, str(group.message), group.rows) for group in summary.problems} == {
        ("身份证号", "校验位不正确", (3,)),
        ("真实姓名", "不能为空", (5,)),
    }
    importer.confirm(import_id)
    assert set(importer.users()) == {rows[number]["student_no"] for number in (0, 2, 4)}


def test_the_same_problem_is_said_once_with_its_count(importer: Importer) -> None:
    rows = [{**row, "mobile": "123"} for row in plain_rows(importer.school, 40)]
    (group,) = importer.summary(importer.check(rows)).problems
    assert (group.label, group.count, group.rows) == ("手机号", 40, (2, 3, 4, 5, 6))


def test_a_missing_unit_code_is_counted_and_added_in_one_click(importer: Importer) -> None:
    rows = [{**row, "student_no": row["student_no"][5:]} for row in plain_rows(importer.school)]
    import_id = importer.check(rows)
    assert importer.summary(import_id).missing_unit_code == 3
    with importer.units() as ctx:
        recheck_import(ctx, import_id=import_id, add_unit_code=True)
    run_check(importer.units, import_id=import_id)
    summary = importer.summary(import_id)
    assert (summary.counts.create, summary.missing_unit_code) == (3, 0)
    importer.confirm(import_id)
    assert set(importer.users()) == {importer.school.unit_code + row["student_no"] for row in rows}


def test_values_of_other_accounts_are_doubles(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:2])
    rows[2] |= {"mobile": rows[0]["mobile"], "email": rows[1]["email"], "id_number": rows[0]["id_number"],
                "birth_date": "", "gender": ""}  # fmt: skip
    import_id = importer.check(rows[2:])
    with importer.units() as ctx:
        (row,) = preview_rows(ctx, import_id=import_id, part="problem").rows
    assert {(problem.column_label, str(problem.message)) for problem in row.problems} == {
        ("手机号", f"已被学号 {rows[0]['student_no']} 的账号使用"),
        ("邮箱", f"已被学号 {rows[1]['student_no']} 的账号使用"),
        ("身份证号", f"已被学号 {rows[0]['student_no']} 的账号使用"),
    }


def test_another_schools_accounts_are_no_doubles(
    importer: Importer, importer_for: Callable[[SchoolInfo], Importer], other_school: SchoolInfo
) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows)
    theirs = [{**row, "student_no": other_school.unit_code + row["student_no"][5:]} for row in rows]
    counts = importer_for(other_school).summary(importer_for(other_school).check(theirs)).counts
    assert (counts.create, counts.problem) == (2, 0)


def test_doubles_in_the_file_name_each_other(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    rows[2]["email"] = rows[0]["email"]
    import_id = importer.check(rows)
    with importer.units() as ctx:
        found = preview_rows(ctx, import_id=import_id, part="problem").rows
    assert [messages(row.problems) for row in found] == [["与第 4 行重复"], ["与第 2 行重复"]]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 not a sheet", "姓名,电话\n张三,1\n".encode()])
def test_a_bad_file_leaves_the_history_entry_only(importer: Importer, content: bytes) -> None:
    import_id = importer.check(content)
    found = importer.read(import_id)
    assert (found.state, importer.rows(import_id), importer.users()) == ("refused", [], {})
    assert str(refusal_of(found)).endswith("。")
    with school_scope(importer.school.id) as session:
        session.add(found)
        assert found.content is None


def test_a_file_that_is_too_large_is_refused_at_once(importer: Importer, sent: Sent) -> None:
    found = importer.read(importer.start(bytes(10 * 2**20 + 1)))
    assert found.state == "refused"
    assert "10 MB" in str(refusal_of(found))
    assert sent == []


def test_a_file_keeps_its_own_name_and_no_folder(importer: Importer) -> None:
    assert importer.read(importer.start(b"x", "C:\\桌面\\名单\x00.xlsx")).filename == "名单.xlsx"


def test_a_second_click_on_save_is_harmless(importer: Importer, sent: Sent) -> None:
    import_id = importer.check(plain_rows(importer.school))
    for _ in range(2):
        with importer.units() as ctx:
            confirm_import(ctx, import_id=import_id)
    assert [name for name, _, _ in sent].count(JobName.APPLY_IMPORT) == 1
    for _ in range(2):
        run_apply(importer.units, import_id=import_id)
    assert len(importer.users()) == 3


def test_an_unchecked_import_cannot_be_saved(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)


def test_a_discarded_import_keeps_nothing_of_the_file(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    assert (importer.read(import_id).state, importer.rows(import_id)) == ("discarded", [])
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)


def test_another_schools_import_is_not_found(
    importer: Importer, importer_for: Callable[[SchoolInfo], Importer], other_school: SchoolInfo
) -> None:
    import_id = importer.check(plain_rows(importer.school))
    stranger = importer_for(other_school)
    for act in (
        lambda ctx: get_import(ctx, import_id=import_id),
        lambda ctx: preview_rows(ctx, import_id=import_id, part="create"),
        lambda ctx: confirm_import(ctx, import_id=import_id),
        lambda ctx: discard_import(ctx, import_id=import_id),
    ):
        with pytest.raises(NotFound), stranger.units() as ctx:
            act(ctx)
    run_check(stranger.units, import_id=import_id)
    run_apply(stranger.units, import_id=import_id)
    assert importer.read(import_id).state == "checked"
    with stranger.units() as ctx:
        assert list_imports(ctx).total == 0


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT, Role.SECRETARY])
def test_only_administrators_import(make_ctx: Callable[..., Context], school: SchoolInfo, role: Role) -> None:
    with pytest.raises(NotAllowed):
        start_import(make_ctx(school, role), filename="a.xlsx", content=b"x")


def test_every_step_stands_in_the_audit_without_personal_values(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    with school_scope(importer.school.id) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action.partition(".")[2] for entry in entries] == [
        "uploaded",
        "checked",
        "confirmed",
        "applied",
    ]
    assert entries[-1].data == {"created": 3, "changed": 0, "problem": 0, "classes": 1}
    text = str([entry.data for entry in entries])
    assert not any(row[field] in text for row in rows for field in ("id_number", "mobile", "real_name"))
