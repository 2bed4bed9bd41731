"""A roster applied: accounts and classes, and what has happened since the preview."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.models import AuditEntry, SchoolClass
from app.services.classes.numbering import NewClass, create_classes
from app.services.imports.pages.read import preview_rows, refusal_of
from app.services.imports.pages.upload import confirm_import, recheck_import
from app.services.imports.run import apply
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.imports.shared import sql
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal
from app.vault import Vault
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY
from tests.support.rosters import (
    Importer,
    messages,
    plain_rows,
)

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


def test_two_administrators_with_the_same_file_create_each_student_once(importer: Importer) -> None:
    rows = plain_rows(importer.school, 5)
    first, second = importer.check(rows), importer.check(rows)
    importer.confirm(first)
    importer.confirm(second)
    result = importer.summary(second).result
    assert result is not None
    assert (len(importer.users()), len(importer.classes())) == (5, 1)
    assert (result.created, result.problem, result.classes) == (0, 5, ())
    assert "请重新导入这一行" in messages(importer.summary(second).problems)[-1]
    assert importer.summary(importer.check(rows)).counts.unchanged == 5


def test_a_new_student_meets_the_class_that_was_created_meanwhile(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    first, second = importer.check(rows[:1]), importer.check(rows[1:])
    importer.confirm(first)
    importer.confirm(second)
    assert len({user.class_id for user in importer.users().values()}) == 1


def test_an_account_changed_since_the_preview_is_not_overwritten(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows)
    import_id = importer.check([{**row, "major": "新专业"} for row in rows])
    importer.change(rows[1]["student_no"], major="别人改的专业")
    importer.confirm(import_id)
    users, result = importer.users(), importer.summary(import_id).result
    assert result is not None
    assert [users[row["student_no"]].major for row in rows] == ["新专业", "别人改的专业", "新专业"]
    assert (result.changed, result.problem) == (2, 1)
    with importer.units() as ctx:
        (left,) = preview_rows(ctx, import_id=import_id, part="problem").rows
    assert (left.row_no, messages(left.problems)) == (
        3,
        ["刚被别人修改，没有覆盖，请重新导入这一行"],
    )


def test_a_value_taken_since_the_preview_leaves_that_row_out(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:2])
    import_id = importer.check(
        [{**rows[0], "email": "new@example.com"}, {**rows[2], "mobile": "13900002222"}]
    )
    importer.change(rows[1]["student_no"], email="new@example.com")
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.changed, result.problem) == (1, 0, 1)


def test_a_class_deleted_since_the_preview_leaves_its_rows_out(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    with importer.units() as ctx:
        (class_id,) = create_classes(
            ctx, wanted=[NewClass(_next_id(ctx), rows[0]["class_name"], 2026, None)]
        ).values()
    import_id = importer.check(rows)
    assert importer.summary(import_id).classes == ()
    with importer.units() as ctx:
        ctx.session.delete(ctx.session.scalars(select(SchoolClass).where(SchoolClass.id == class_id)).one())
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.problem) == (0, 2)


def _next_id(ctx: object) -> int:
    return sql.reserve_ids(ctx, "classes_id_seq", 1)[0]  # type: ignore[arg-type]


def test_an_error_of_ours_fails_the_import_and_writes_nothing(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)

    def broken(*_: object) -> list[int]:
        raise RuntimeError("after the accounts were inserted")

    with monkeypatch.context() as patch:
        patch.setattr(apply.sql, "insert_created", broken)
        with pytest.raises(RuntimeError):
            run_apply(importer.units, import_id=import_id)
    found = importer.read(import_id)
    assert (found.state, importer.users(), importer.classes()) == ("failed", {}, [])
    assert "没有写入任何数据" in str(refusal_of(found))
    with importer.units() as ctx:
        recheck_import(ctx, import_id=import_id, add_unit_code=False)
    run_check(importer.units, import_id=import_id)
    importer.confirm(import_id)
    assert len(importer.users()) == 3
