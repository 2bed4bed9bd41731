"""The values of a file are read with their type, at their place, in every format."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from app.rules.shared.cells import CellFlaw
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.workbook import Grid, Range
from tests.sheets.files import ods, ods_table, ods_text, sheet_xml, xlsx, xlsx_members, xlsx_table, zipped


def only_grid(content: bytes, name: str) -> Grid:
    (grid,) = read_workbook(content, name).grids
    return grid


def test_an_xlsx_gives_texts_numbers_dates_and_flaws() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["B2"] = "学号"
    sheet["C2"] = 20240001
    sheet["D2"] = date(1990, 10, 12)
    sheet["E2"] = datetime(1990, 10, 12, 8, 30)  # noqa: DTZ001
    sheet["F2"] = True
    sheet["G2"] = "=1+1"
    sheet["H2"] = 33158
    sheet["I2"] = 33158
    sheet["I2"].number_format = "yyyymmdd"
    sheet["J2"] = "00123"
    sheet["K2"] = 110105194912310022
    buffer = BytesIO()
    book.save(buffer)
    grid = only_grid(buffer.getvalue(), "a.xlsx")
    assert grid.name == "Sheet"
    assert grid.rows[0] == []
    texts, dates = grid.rows[1][:3], grid.rows[1][3:5]
    assert texts == [None, "学号", 20240001.0]
    assert dates == [date(1990, 10, 12), datetime(1990, 10, 12, 8, 30)]  # noqa: DTZ001
    assert grid.rows[1][5:] == [
        True,
        CellFlaw.FORMULA,
        33158.0,
        date(1990, 10, 12),
        "00123",
        1.1010519491231e17,
    ]


def test_formulas_are_read_by_their_stored_result_and_marked_without_one() -> None:
    row = (
        '<c r="A1" t="str"><f>"9"&amp;"1"</f><v>91</v></c><c r="B1"><f>1+1</f><v>2</v></c><c r="C1"><f>X</f><v/></c>'
        '<c r="D1" t="e"><f>A9</f><v>#REF!</v></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1" t="e"><v>#N/A</v></c>'
    )
    grid = only_grid(xlsx(f'<row r="1">{row}</row>'), "a.xlsx")
    assert grid.rows == [["91", 2.0, CellFlaw.FORMULA, CellFlaw.ERROR, None, CellFlaw.ERROR]]


def test_a_flaw_beyond_the_last_value_is_kept() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="4"><c r="C4"><f>X</f></c></row>'
    assert only_grid(xlsx(rows), "a.xlsx").rows == [[1.0], [], [], [None, None, CellFlaw.FORMULA]]


def test_flaws_belong_to_their_own_sheet() -> None:
    flawed = sheet_xml([["a"]]).replace(
        "</sheetData>", '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row></sheetData>'
    )
    grids = read_workbook(
        zipped(xlsx_members(sheet_xml([["b"]]), flawed, names=["一", "二"])), "a.xlsx"
    ).grids
    assert [(grid.name, grid.rows) for grid in grids] == [("一", [["b"]]), ("二", [["a"], [CellFlaw.ERROR]])]


def test_hidden_sheets_are_marked() -> None:
    members = xlsx_members(sheet_xml([["a"]]), sheet_xml([["b"]]))
    members["xl/workbook.xml"] = str(members["xl/workbook.xml"]).replace(
        'sheetId="2"', 'sheetId="2" state="hidden"'
    )
    grids = read_workbook(zipped(members), "a.xlsx").grids
    assert [(grid.name, grid.hidden) for grid in grids] == [("Sheet1", False), ("Sheet2", True)]


def test_an_xls_gives_texts_numbers_dates_and_errors() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("新生")
    sheet.write(1, 0, "张三")
    sheet.write(1, 1, 2026)
    sheet.write(1, 2, date(1990, 10, 12), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(1, 3, True)
    sheet.row(1).set_cell_error(4, "#REF!")
    sheet.merge(0, 0, 0, 3)
    buffer = BytesIO()
    book.save(buffer)
    grid = only_grid(buffer.getvalue(), "a.xls")
    assert grid.rows == [[], ["张三", 2026, date(1990, 10, 12), True, CellFlaw.ERROR]]
    assert list(map(str, grid.merged)) == ["A1:D1"]


def test_an_ods_of_another_program_is_read() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="学生")
    for texts in (["学号", "真实姓名"], ["900011", "张三"]):
        row = TableRow()
        for text in texts:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        row.addElement(TableCell(valuetype="date", datevalue="1990-10-12"))
        row.addElement(TableCell(valuetype="float", value="5"))
        table.addElement(row)
    document.spreadsheet.addElement(table)
    buffer = BytesIO()
    document.write(buffer)
    grid = only_grid(buffer.getvalue(), "a.ods")
    assert grid.name == "学生"
    assert grid.rows[1] == ["900011", "张三", date(1990, 10, 12), 5.0]


def test_an_ods_with_a_million_repeated_empty_rows_is_read() -> None:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    thrice = ods_text("b", 'table:number-columns-repeated="3"')
    rows = (
        f"<table:table-row>{ods_text('a')}{empty}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{empty}</table:table-row>'
        f"<table:table-row>{thrice}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048572">{empty}</table:table-row>'
    )
    grid = only_grid(ods(f'<table:table table:name="S">{rows}</table:table>'), "a.ods")
    assert grid.rows == [["a"], [], [], ["b", "b", "b"]]


def test_errors_and_merged_cells_of_an_ods_are_seen() -> None:
    error = ods_text("#REF!", 'calcext:value-type="error"')
    merged = ods_text("x", 'table:number-columns-spanned="2" table:number-rows-spanned="3"')
    rows = f"<table:table-row>{ods_text('a')}{error}</table:table-row><table:table-row>{merged}</table:table-row>"
    grid = only_grid(ods(f'<table:table table:name="S">{rows}</table:table>'), "a.ods")
    assert grid.rows == [["a", CellFlaw.ERROR], ["x"]]
    assert grid.merged == [Range(2, 1, 4, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_in_every_encoding_and_with_every_separator(encoding: str, separator: str) -> None:
    lines = [
        ["学号", "真实姓名", "身份证号"],
        ["900011", "王䶮", "11010519491231002X"],
        [],
        ["900012", '"李, 四"', '="0012"'],
    ]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    rows = only_grid(content, "a.csv").rows
    assert rows[:3] == [*lines[:2], []]
    if separator != ",":
        assert rows[3] == ["900012", "李, 四", "0012"]


_texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn", "Z"], exclude_characters="<>&\"'\ufffd"),
    min_size=1,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(_texts, min_size=1, max_size=4), min_size=1, max_size=20))
def test_any_table_of_texts_comes_back_the_same_from_every_format(table: list[list[str]]) -> None:
    assert only_grid(xlsx_table(table), "a.xlsx").rows == table
    assert only_grid(ods(ods_table(table)), "a.ods").rows == table
