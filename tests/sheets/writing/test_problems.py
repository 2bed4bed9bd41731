"""The workbook of rows with problems: mended, it can be sent again as it is."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from app.rules.imports.students import LABELS, check_student
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.writing.cells import put_text, saved
from app.sheets.writing.problems import problem_workbook
from samples.roster import make_rows
from tests.sheets.files import filled
from tests.support.app import TODAY
from tests.support.sheets import read_students


def test_a_problem_workbook_mended_can_be_sent_again_as_it_is() -> None:
    rows = make_rows(20, 1, "90001")
    rows[3]["mobile"] = "138"
    rows[8]["id_number"] = rows[8]["id_number"][:-1]
    first = read_students(read_workbook(filled(rows), "a.xlsx"))
    bad = [row for row in first.rows if check_student(row, unit_code="90001", today=TODAY).problems]
    assert [row.row_no for row in bad] == [7, 12]
    content = problem_workbook(header=first.header, rows=[(row.row_no, row.raw, "说明") for row in bad])

    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][-2:] == ["原行号", "错误说明"]
    assert [cell.value for cell in sheet[2]][-2:] == ["7", "说明"]
    assert sheet.freeze_panes == "A2"
    put_text(sheet["L2"], "13800138000")
    sheet["E3"].value = None

    second = read_students(read_workbook(saved(book), "b.xlsx"))
    assert second.header == first.header
    assert [check_student(row, unit_code="90001", today=TODAY).problems for row in second.rows] == [(), ()]
    assert second.rows[0].cells["student_no"] == bad[0].cells["student_no"]


def test_a_problem_workbook_sent_again_unmended_has_the_same_problems() -> None:
    header = ["学号", "姓名", "班级", "身份证号"]
    raw = ["900011", "#ERROR!", "#FORMULA!", "1.10105194912310E+17"]
    sheet = read_students(read_workbook(problem_workbook(header=header, rows=[(7, raw, "x")]), "a.xlsx"))
    problems = check_student(sheet.rows[0], unit_code="90001", today=TODAY).problems
    assert [problem.column_label for problem in problems] == ["真实姓名", "身份证号", "所属班级"]


def test_a_large_problem_workbook_stays_within_what_can_be_sent() -> None:
    header = list(LABELS.values())
    rows = make_rows(3_000, 1, "90001")
    content = problem_workbook(
        header=header, rows=((no, list(row.values()), "说明") for no, row in enumerate(rows))
    )
    assert len(content) < LIMITS.file_bytes / 10
    assert len(read_students(read_workbook(content, "a.xlsx")).rows) == 3_000
