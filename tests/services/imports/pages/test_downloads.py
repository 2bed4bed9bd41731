"""The workbooks that an import offers for download."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.rules.permissions import Role
from app.services.imports.pages.downloads import login_file, original_file, problem_file
from app.services.imports.pages.upload import discard_import
from tenants.registry import SchoolInfo
from tests.support.readings import change_readings, with_sheet
from tests.support.rosters import Importer, cells_of, plain_rows, sheet_of
from tests.support.rows import audit_of


def test_the_problem_workbook_mended_goes_in_as_it_is(importer: Importer) -> None:
    rows = plain_rows(importer.school, 4)
    good = rows[2]["mobile"]
    rows[2]["mobile"] = "12345"
    import_id = importer.do(rows)
    with importer.units() as ctx:
        name, content = problem_file(ctx, import_id=import_id)
    assert name == "学生-问题数据.xlsx"
    header, only = cells_of(content)
    assert only[header.index("学号")] == rows[2]["student_no"]
    assert only[-2:] == ["4", "手机号：应为 11 位手机号"]
    book = load_workbook(BytesIO(content))
    book.worksheets[0].cell(2, header.index("手机号") + 1).value = good
    mended = BytesIO()
    book.save(mended)
    again = importer.do(mended.getvalue())
    result = importer.summary(again).result
    assert result is not None
    assert (result.created, result.problem) == (1, 0)
    assert len(importer.users()) == 4


def test_the_persons_own_columns_come_back_as_they_were(importer: Importer) -> None:
    rows = [{**row, "id_number": "1234"} for row in plain_rows(importer.school, 2)]
    fields = ("class_name", "student_no", "id_number", "real_name")
    import_id = importer.check(sheet_of(rows, fields=fields))
    with importer.units() as ctx:
        table = cells_of(problem_file(ctx, import_id=import_id)[1])
    assert table[0][:4] == ["所属班级", "学号", "身份证号", "真实姓名"]
    assert [row[:4] for row in table[1:]] == [[row[field] for field in fields] for row in rows]


def test_lines_that_a_stray_quotation_mark_put_into_one_cell_come_back_as_rows(importer: Importer) -> None:
    rows = plain_rows(importer.school, 4)
    fields = ("student_no", "real_name", "mobile", "class_name")
    lines = [",".join(row[field] for field in fields) for row in rows]
    swallowing = {
        "student_no": rows[0]["student_no"],
        "real_name": "\n".join([lines[0].partition(",")[2], *lines[1:3]]),
        "mobile": "",
        "class_name": "",
    }
    import_id = importer.check(sheet_of([swallowing, rows[3]], fields=fields))
    with importer.units() as ctx:
        table = cells_of(problem_file(ctx, import_id=import_id)[1])
    assert [row[:4] for row in table[1:]] == [[row[field] for field in fields] for row in rows[:3]]
    assert [row[-2] for row in table[1:]] == ["2", "2", "2"]
    assert table[2][-1] == "这一行被第 2 行里多余的引号并入，已拆出，请核对"


def test_rows_of_several_sheets_are_named_with_their_sheet(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, lambda reading, _: with_sheet(reading, sheets=("一班", "二班")))
    import_id = importer.check([{**row, "mobile": "1"} for row in plain_rows(importer.school, 1)])
    with importer.units() as ctx:
        table = cells_of(problem_file(ctx, import_id=import_id)[1])
    assert table[1][-2] == "一班 第2行"


def test_the_login_names_of_the_created(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:1])
    import_id = importer.do(rows)
    with importer.units() as ctx:
        _, content = login_file(ctx, import_id=import_id)
    assert cells_of(content)[1:] == [
        [row["real_name"], row["student_no"], row["class_name"]] for row in rows[1:]
    ]


def test_without_problems_or_accounts_there_is_no_file(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    for give in (problem_file, login_file):
        with pytest.raises(NotFound), importer.units() as ctx:
            give(ctx, import_id=import_id)


def test_the_file_comes_back_as_it_was_and_the_download_is_noted(importer: Importer) -> None:
    content = sheet_of(plain_rows(importer.school))
    import_id = importer.start(content, "2026级.xlsx")
    with importer.units() as ctx:
        assert original_file(ctx, import_id=import_id) == ("2026级.xlsx", content)
    (entry,) = audit_of(importer.school, "roster_import.file_downloaded")
    assert (entry.object_id, entry.data) == (import_id, {"filename": "2026级.xlsx"})


def test_a_discarded_import_and_another_schools_give_nothing(
    importer: Importer, make_ctx: Callable[..., Context], school: SchoolInfo, other_school: SchoolInfo
) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with pytest.raises(NotFound):
        original_file(make_ctx(other_school), import_id=import_id)
    with pytest.raises(NotAllowed):
        original_file(make_ctx(school, Role.TEACHER), import_id=import_id)
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    with pytest.raises(NotFound, match="没有保留文件"):
        original_file(make_ctx(school), import_id=import_id)
