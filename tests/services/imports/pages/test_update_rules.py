"""The effect of an import on existing people."""

from __future__ import annotations

import pytest

from app.errors import Conflict, Invalid
from app.rules.shared.cells import Cell
from app.services.imports.pages.read import PreviewRow, preview_rows
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.update_rules import UpdateRule, change_rule, read_rule
from app.services.people.edit import edit_account
from app.services.shared.encrypted_fields import MOBILE, unseal
from tests.support.rosters import Importer, plain_rows

BLANK, CREATE, OVERWRITE = UpdateRule("blank"), UpdateRule("create"), UpdateRule("all", overwrite_edited=True)


def _choose(importer: Importer, import_id: int, rule: UpdateRule) -> tuple[int, int, int, int]:
    with importer.units() as ctx:
        change_rule(ctx, import_id=import_id, rule=rule)
    summary = importer.summary(import_id)
    return summary.counts.create, summary.counts.change, summary.counts.unchanged, summary.held


def _edit(importer: Importer, student_no: str, **changes: Cell) -> None:
    user_id = importer.users()[student_no].id
    with importer.units() as ctx:
        edit_account(ctx, user_id=user_id, changes=changes, new_class=True)


def _part(importer: Importer, import_id: int, part: str) -> tuple[PreviewRow, ...]:
    with importer.units() as ctx:
        return preview_rows(ctx, import_id=import_id, part=part).rows  # type: ignore[arg-type]


def test_only_blank_fields_are_filled_when_so_chosen(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do([{**rows[0], "major": "", "email": ""}, rows[1]])
    later = [{**rows[0], "real_name": "改名"}, {**rows[1], "major": "别的专业"}, rows[2]]
    import_id = importer.check(later)
    assert _choose(importer, import_id, BLANK) == (1, 1, 1, 1)
    (change,) = _part(importer, import_id, "change")
    assert {one.label: one.held for one in change.changes} == {
        "真实姓名": True,
        "所属专业": False,
        "邮箱": False,
    }
    importer.confirm(import_id)
    users = importer.users()
    first, second = users[rows[0]["student_no"]], users[rows[1]["student_no"]]
    assert (first.real_name, first.major, first.email) == (
        rows[0]["real_name"],
        rows[0]["major"],
        rows[0]["email"],
    )
    assert second.major == rows[1]["major"]
    assert rows[2]["student_no"] in users


def test_only_new_people_go_in_when_so_chosen_and_no_class_is_made_for_the_others(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:2])
    import_id = importer.check(
        [{**row, "class_name": "新的班", "major": "新专业"} for row in rows[:2]] + rows[2:]
    )
    assert [planned.rows for planned in importer.summary(import_id).classes] == [2]
    assert _choose(importer, import_id, CREATE) == (1, 0, 2, 2)
    assert [planned.rows for planned in importer.summary(import_id).classes] == [0]
    importer.confirm(import_id)
    assert {user.major for user in importer.users().values()} == {row["major"] for row in rows}
    assert "新的班" not in {one.name for one in importer.classes()}


def test_a_rule_may_be_chosen_back_and_forth_and_nothing_is_lost(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows)
    import_id = importer.check(
        [{**row, "mobile": f"1390000000{i}", "real_name": "新名"} for i, row in enumerate(rows)]
    )
    before = [(row.action, row.new, row.old) for row in importer.rows(import_id)]
    assert _choose(importer, import_id, CREATE) == (0, 0, 2, 2)
    assert _choose(importer, import_id, BLANK) == (0, 0, 2, 2)
    assert _choose(importer, import_id, UpdateRule()) == (0, 2, 0, 0)
    assert [(row.action, row.new, row.old) for row in importer.rows(import_id)] == before
    importer.confirm(import_id)
    assert {user.name_pinyin for user in importer.users().values()} == {"xinming"}


def test_what_was_changed_by_hand_is_marked_and_stays(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows)
    number = rows[0]["student_no"]
    _edit(importer, number, mobile="13900009999", real_name="手工改名")
    import_id = importer.check([{**row, "major": "新专业"} for row in rows])
    summary = importer.summary(import_id)
    assert (summary.counts.change, summary.edited) == (2, 1)
    first, _ = _part(importer, import_id, "change")
    shown = {one.label: (one.edited, one.held) for one in first.changes}
    assert shown == {"真实姓名": (True, True), "手机号": (True, True), "所属专业": (False, False)}
    importer.confirm(import_id)
    user = importer.users()[number]
    assert (user.real_name, user.major) == ("手工改名", "新专业")
    with importer.units() as ctx:
        assert unseal(ctx.vault, ctx.school.id, MOBILE, user.id, user.mobile_sealed) == "13900009999"
    assert set(user.edited_columns) == {"mobile", "real_name"}


def test_overwriting_clears_the_marks_and_an_undo_brings_both_back(importer: Importer) -> None:
    rows = plain_rows(importer.school, 1)
    importer.do(rows)
    number = rows[0]["student_no"]
    _edit(importer, number, mobile="13900009999", major="手工专业", nickname="小名")
    marked = set(importer.users()[number].edited_columns)
    import_id = importer.check([{**rows[0], "nickname": ""}])
    assert _choose(importer, import_id, UpdateRule()) == (0, 0, 1, 1)
    assert _choose(importer, import_id, OVERWRITE) == (0, 1, 0, 0)
    importer.confirm(import_id)
    user = importer.users()[number]
    assert (user.major, user.edited_columns) == (rows[0]["major"], ["nickname"])
    with importer.units() as ctx:
        undo_import(ctx, import_id=import_id)
    user = importer.users()[number]
    assert (user.major, set(user.edited_columns)) == ("手工专业", marked)


def test_a_birth_date_stays_with_the_id_number_that_was_changed_by_hand(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows[:1])
    number = rows[0]["student_no"]
    _edit(importer, number, id_number=rows[1]["id_number"])
    kept = importer.users()[number].birth_date
    import_id = importer.check([{**rows[0], "major": "新专业"}])
    importer.confirm(import_id)
    user = importer.users()[number]
    assert (user.birth_date, user.major) == (kept, "新专业")


def test_an_edit_by_hand_since_the_preview_is_not_overwritten(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    importer.do(rows)
    import_id = importer.check([{**row, "major": "新专业"} for row in rows])
    _edit(importer, rows[0]["student_no"], major="手工专业")
    _edit(importer, rows[1]["student_no"], major="手工专业")
    _edit(importer, rows[1]["student_no"], major=rows[1]["major"])
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.changed, result.problem) == (0, 2)
    assert str(importer.summary(import_id).problems[-1].message) == "刚被别人修改，没有覆盖，请重新导入这一行"


def test_a_file_checked_again_keeps_its_rule(importer: Importer) -> None:
    rows = plain_rows(importer.school, 1)
    importer.do(rows)
    import_id = importer.check([{**rows[0], "major": "新专业"}])
    _choose(importer, import_id, CREATE)
    importer.check_again(import_id)
    assert (importer.summary(import_id).counts.change, importer.summary(import_id).held) == (0, 1)


def test_an_unknown_rule_and_an_import_that_is_over_are_refused(importer: Importer) -> None:
    with pytest.raises(Invalid):
        read_rule("everything", overwrite_edited=False)
    import_id = importer.do(plain_rows(importer.school, 1))
    with pytest.raises(Conflict), importer.units() as ctx:
        change_rule(ctx, import_id=import_id, rule=CREATE)
