"""The list of login names."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from app.sheets.reading.reader import read_workbook
from app.sheets.writing.logins import STUDENT_COLUMNS, login_list
from tests.sheets.files import PAYLOADS


def test_dangerous_texts_come_back_unchanged() -> None:
    content = login_list(STUDENT_COLUMNS, [(text, text, text) for text in PAYLOADS])
    rows = read_workbook(content, "a.xlsx").grids[0].rows
    assert rows[0] == ["真实姓名", "登录名", "所属班级"]
    # A carriage return in a cell is a line feed to XML.
    assert [row[0] for row in rows[1:]] == [text.replace("\r", "\n") for text in PAYLOADS]
    for row in openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows(min_row=2):
        assert {cell.number_format for cell in row} == {"@"}


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    rows = read_workbook(login_list(STUDENT_COLUMNS, [("张\x00\x0b三", "a", "b")]), "a.xlsx").grids[0].rows
    assert rows[1][0] == "张三"
