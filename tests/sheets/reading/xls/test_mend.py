"""Texts of an .xls are read right whatever code page the file declares, and results of formulas keep their format."""

from __future__ import annotations

import struct
from datetime import date
from io import BytesIO

import pytest
import xlwt

from app.rules.shared.cells import CellFlaw
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.workbook import Grid
from app.sheets.reading.xls.compound import sheets_stream, wrapped
from tests.sheets.files import xls_table

ROSTER = [
    ["学号", "姓名", "班级"],
    ["900012045661", "钱试二", "临床2401班"],
    ["900012045662", "孙试三", "临床2401班"],
]


def record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def grid(content: bytes) -> Grid:
    (only,) = read_workbook(content, "名单.xls").grids
    return only


@pytest.mark.parametrize("page", [1252, 1200, 936, 0, 367, 437, 32768, 65001])
def test_texts_of_biff8_are_unicode_whatever_page_is_declared(page: int) -> None:
    stream = sheets_stream(xls_table([list(row) for row in ROSTER]))
    declared = record(0x0042, struct.pack("<H", 1200))
    assert stream.count(declared) == 1
    content = wrapped(stream.replace(declared, record(0x0042, struct.pack("<H", page))))
    assert grid(content).rows == ROSTER


def saved(book: xlwt.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_formulas_are_read_by_their_results_with_their_format() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    dated = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    sheet.write(0, 0, xlwt.Formula('IF(A1="男";"临床一班";"临床二班")'))
    sheet.write(0, 1, xlwt.Formula("DATE(2004;10;23)"), dated)
    sheet.write(0, 2, xlwt.Formula("SUM(1;2)"))
    stream = sheets_stream(saved(book))
    for column, result in ((0, 0.0), (1, 38283.0), (2, 3.0)):
        at = next(
            place
            for place in range(len(stream))
            if stream[place : place + 2] == b"\x06\x00"
            and stream[place + 4 : place + 8] == struct.pack("<HH", 0, column)
        )
        stream = stream[: at + 10] + struct.pack("<d", result) + stream[at + 18 :]
    assert grid(wrapped(stream)).rows == [[0, date(2004, 10, 23), 3]]


def test_results_that_were_never_calculated_are_problems() -> None:
    """xlwt and others leave the results to Excel, and store 0."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "班级")
    sheet.write(1, 0, xlwt.Formula('"临床"&"一班"'))
    assert grid(saved(book)).rows == [["班级"], [CellFlaw.FORMULA]]


def test_a_large_stream_is_wrapped_with_all_its_sectors() -> None:
    table = [[f"{row}-{'学' * 200}"] for row in range(20_000)]
    assert grid(xls_table([list(row) for row in table])).rows == table
