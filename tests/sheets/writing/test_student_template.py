"""Written workbooks can be opened, contain no formula, and can be uploaded again."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import Message
from app.rules.imports.students import LABELS, check_student
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.writing.logins import STUDENT_COLUMNS, login_list
from app.sheets.writing.problems import problem_workbook
from app.sheets.writing.student_template import student_template
from samples.roster import make_rows
from tests.sheets.files import PAYLOADS, filled, template
from tests.support.sheets import read_students

TODAY = date(2026, 11, 23)


def formulas(content: bytes) -> list[str]:
    sheets = openpyxl.load_workbook(BytesIO(content)).worksheets
    return [
        str(cell.value)
        for sheet in sheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_the_template_follows_the_convention() -> None:
    book = openpyxl.load_workbook(BytesIO(template()))
    data, notes = book.worksheets
    assert (data.title, notes.title) == ("学生", "填写说明")
    assert "单位代码 90001" in data["A1"].value
    assert "A1:L1" in map(str, data.merged_cells.ranges)
    header = "学号* 邮箱 昵称 真实姓名* 身份证号 出生年月 性别 入学年份 学制 所属班级* 所属专业 手机号"
    assert " ".join(cell.value for cell in data[2]) == header
    assert data["A3"].value == "9000120260001（示例）"
    assert data.freeze_panes == "A3"
    (choice,) = data.data_validations.dataValidation
    assert choice.formula1 == '"男,女"'
    assert str(choice.sqref) == "G3:G5000"
    assert len([row for row in notes.iter_rows(min_row=3, max_col=1) if row[0].value]) == 12


def test_columns_of_the_template_are_text_down_to_the_end() -> None:
    data = openpyxl.load_workbook(BytesIO(template())).worksheets[0]
    for letter in "AEFL":
        assert data.column_dimensions[letter].number_format == "@"
    assert data["E3"].number_format == "@"


def test_the_example_of_the_template_would_be_a_good_row_but_is_ignored() -> None:
    with pytest.raises(SheetRefused, match="表格只有表头"):
        read_students(read_workbook(template(), "a.xlsx"))
    grid = read_workbook(template(), "a.xlsx").grids[0]
    cells = dict(zip(LABELS, grid.rows[2], strict=True)) | {"student_no": "900011"}

    class Example:
        row_no = 3

    Example.cells = cells  # type: ignore[attr-defined]
    assert check_student(Example(), unit_code="90001", today=TODAY).problems == ()  # type: ignore[arg-type]


def test_the_texts_of_the_template_can_be_translated_but_its_headers_stay() -> None:
    seen: list[str] = []

    def translate(message: Message) -> str:
        seen.append(message.text)
        return "translated"

    content = student_template(unit_code="90001", school_name="x", translate=translate)
    data, notes = openpyxl.load_workbook(BytesIO(content)).worksheets
    assert data["A1"].value == "translated"
    assert notes["B3"].value == "translated"
    assert data["A2"].value == "学号*"
    assert len(seen) == 16


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_a_filled_template_comes_back_as_it_was_filled(seed: int, count: int) -> None:
    rows = make_rows(count, seed, "90001")
    sheet = read_students(read_workbook(filled(rows), "a.xlsx"))
    assert [row.cells for row in sheet.rows] == rows
    assert [row.row_no for row in sheet.rows] == list(range(4, 4 + count))
    for row, given_row in zip(sheet.rows, rows, strict=True):
        checked = check_student(row, unit_code="90001", today=TODAY)
        assert checked.problems == ()
        assert checked.values.id_number == given_row["id_number"]
        assert checked.values.birth_date == date.fromisoformat(given_row["birth_date"])


def test_no_text_becomes_a_formula_in_any_workbook_we_write() -> None:
    rows = [
        {**make_rows(1, 1, "90001")[0], **dict.fromkeys(("nickname", "major", "class_name"), text)}
        for text in PAYLOADS
    ]
    assert formulas(filled(rows)) == []
    assert formulas(student_template(unit_code="=1+1", school_name="=1+1", translate=lambda _: "=1+1")) == []
    assert (
        formulas(problem_workbook(header=["=1+1", "b"], rows=[(7, [text, text], text) for text in PAYLOADS]))
        == []
    )
    assert formulas(login_list(STUDENT_COLUMNS, [(text, text, text) for text in PAYLOADS])) == []
