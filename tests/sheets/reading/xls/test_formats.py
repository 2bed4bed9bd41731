"""Numbers in an .xls are read as their format shows them, or with both where that is not certain."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import xlwt

from app.rules.shared.cells import Cell, UnclearCell
from app.sheets.reading.reader import read_workbook


def cell(value: object, code: str) -> Cell:
    """The cell that is read for this value under this format."""
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("a").write(0, 0, value, xlwt.easyxf(num_format_str=code))
    buffer = BytesIO()
    book.save(buffer)
    return read_workbook(buffer.getvalue(), "名单.xls").grids[0].rows[0][0]


@pytest.mark.parametrize(
    "value, code, expected",
    [
        (981, "00000000", "00000981"),
        (981.0, '"9000100000"000', "9000100000981"),
        (2401, '"临床"0"班"', "临床2401班"),
        (5551234, "000-0000", "555-1234"),
        (20240001, "0", 20240001.0),
        (20240001, "#,##0", 20240001.0),
        (2.5, "0.00", 2.5),
        (38283, "yyyy-mm-dd", date(2004, 10, 23)),
        (900012045661, "[s]", None),
        (900012045661, "yyyy-mm-dd", UnclearCell("900012045661", "########")),
        (-1, "yyyy/m/d", UnclearCell("-1", "########")),
        ("2401", '"临床"@"班"', "临床2401班"),
        ("2401", "@", "2401"),
        ("2401", "00000000", "2401"),
        (1234567890123, "0000000000000000", "0001234567890123"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: object, code: str, expected: Cell) -> None:
    read = cell(value, code)
    if expected is None:
        assert isinstance(read, UnclearCell)
    else:
        assert read == expected


def test_an_odd_format_of_one_cell_is_the_problem_of_its_row() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for row in range(3):
        sheet.write(row, 0, 900012045661 + row, xlwt.easyxf(num_format_str="[s]" if row == 1 else "0"))
        sheet.write(row, 1, row, xlwt.easyxf(num_format_str="000"))
        sheet.write(row, 2, row + 1, xlwt.easyxf(num_format_str="000"))
    buffer = BytesIO()
    book.save(buffer)
    rows = read_workbook(buffer.getvalue(), "名单.xls").grids[0].rows
    assert [row[1:] for row in rows] == [["000", "001"], ["001", "002"], ["002", "003"]]
    assert [isinstance(row[0], UnclearCell) for row in rows] == [False, True, False]
