"""The workbooks that an import offers for download."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.errors import NotFound
from app.services.imports.pages.downloads import login_file, problem_file
from tests.support.rosters import Importer, cells_of, plain_rows, sheet_of


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
