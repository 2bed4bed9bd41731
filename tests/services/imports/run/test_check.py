"""A roster checked: what each row would do, what is asked and what is wrong with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace

import pytest

from app.errors import msg
from app.services.imports.pages.read import preview_rows, refusal_of
from app.services.imports.pages.upload import recheck_import
from app.services.imports.run import check
from app.services.imports.run.check import run_check
from app.services.imports.shared import sql
from app.sheets.reading.refusals import SheetRefused
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.findings import Remark
from app.sheets.rosters.mapping import Reading
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.readings import change_readings, with_sheet
from tests.support.rosters import (
    Importer,
    let_the_lease_run_out,
    messages,
    plain_rows,
    sheet_of,
)


def test_a_run_that_is_overtaken_in_the_middle_stops_quietly(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school, 9)))
    monkeypatch.setattr(check, "CHUNK", 3)
    stage, calls = sql.stage_rows, []

    def overtaken(ctx: object, number: int, rows: object) -> None:
        stage(ctx, number, rows)  # type: ignore[arg-type]
        calls.append(number)
        if len(calls) == 2:
            # Committed by the other run while this one is in its second part.
            thread = threading.Thread(target=copy_context().run, args=(other_run,))
            later.append(thread)

    def other_run() -> None:
        monkeypatch.setattr(sql, "stage_rows", stage)
        let_the_lease_run_out(importer, import_id)
        run_check(importer.units, import_id=import_id)

    later: list[threading.Thread] = []
    monkeypatch.setattr(sql, "stage_rows", overtaken)
    show = check.Heartbeat.show

    def between_parts(pulse: check.Heartbeat, done: int, total: int) -> None:
        if later:
            thread = later.pop()
            thread.start()
            thread.join()
        show(pulse, done, total)

    monkeypatch.setattr(check.Heartbeat, "show", between_parts)
    run_check(importer.units, import_id=import_id)
    found = importer.read(import_id)
    assert (found.state, found.epoch) == ("checked", 2)
    assert [row.row_no for row in importer.rows(import_id)] == list(range(2, 11))


def test_the_same_file_again_changes_nothing(importer: Importer) -> None:
    rows = plain_rows(importer.school)
    importer.do(rows)
    counts = importer.summary(importer.check(rows)).counts
    assert (counts.create, counts.change, counts.unchanged, counts.problem) == (0, 0, 3, 0)


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


def test_a_busy_machine_leaves_an_import_that_can_be_tried_again(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = SheetRefused(msg("服务器正忙"))
    busy.code = "busy"

    def refuse(*_: object) -> None:
        raise busy

    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with monkeypatch.context() as patch:
        patch.setattr(check, "read_workbook", refuse)
        run_check(importer.units, import_id=import_id)
    found = importer.read(import_id)
    assert (found.state, str(refusal_of(found))) == ("failed", "服务器正忙")
    importer.check_again(import_id)
    assert importer.summary(import_id).counts.create == 3


def test_remarks_by_which_people_may_be_missing_come_first_and_pictures_are_mentioned(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    remarks = (
        Remark(msg("已换成常用字")),
        Remark(msg("另有一张工作表"), missing=True, take="sheet", value="二班"),
    )
    change_readings(
        monkeypatch,
        lambda reading, _: with_sheet(reading, remarks=remarks, pictures={3: "xl/media/a.png", 99: "b"}),
    )
    summary = importer.summary(importer.check(plain_rows(importer.school)))
    assert [(str(remark.message), remark.take) for remark in summary.remarks] == [
        ("另有一张工作表", "sheet"),
        ("已换成常用字", ""),
        ("表格里有 1 行带图片；学生名单不导入图片", ""),
    ]


def test_a_header_that_is_a_person_stands_neither_in_the_summary_nor_in_problems(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = plain_rows(importer.school)
    rows[1]["mobile"] = "1"
    person = [*rows[0].values()]

    def headless(reading: Reading, _: Choices) -> Reading:
        labels = dict(zip(rows[0], person, strict=True))
        return with_sheet(replace(reading, header_row=0), header=person, labels=labels)

    change_readings(monkeypatch, headless)
    import_id = importer.check(rows)
    stored = f"{importer.read(import_id).summary} {[row.problems for row in importer.rows(import_id)]}"
    assert "手机号" in stored
    secrets = [rows[0][field] for field in ("student_no", "real_name", "id_number", "mobile")]
    assert not [text for text in secrets if text in stored]
