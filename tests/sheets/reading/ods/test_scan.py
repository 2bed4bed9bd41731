"""The scan of an .ods: what its cells show, what is hidden, blanks between its elements."""

from __future__ import annotations

import pytest

from app.sheets.reading.container import Container
from app.sheets.reading.facts import SheetFacts
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.ods.scan import scan_ods
from app.sheets.reading.reader import read_workbook
from tests.sheets.files import ods, ods_text


def number(value: float, text: str) -> str:
    """A cell with a number that shows this text."""
    attributes = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def table(*rows: str, columns: str = "") -> bytes:
    return ods(f'<table:table table:name="S">{columns}{"".join(rows)}</table:table>')


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def facts(content: bytes) -> SheetFacts:
    (found,) = scan_ods(Container(content, LIMITS), LIMITS).facts
    return found


@pytest.mark.parametrize(
    ("value", "text", "read"),
    [
        (981, "00000981", "00000981"),
        (2401, "临床2401班", "临床2401班"),
        (2401, "24-01", "24-01"),
        (2401, "2,401", 2401.0),
        (2401, "2401.00", 2401.0),
        (2401, "###", 2401.0),
        (0.5, "50%", 0.5),
        (900012024001, "9.00012E+11", 900012024001.0),
    ],
)
def test_a_number_is_read_as_it_is_shown_where_that_says_more(value: float, text: str, read: object) -> None:
    assert read_workbook(table(row(number(value, text))), "a.ods").grids[0].rows == [[read]]


def test_hidden_rows_and_columns_are_told() -> None:
    column = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
    cells = [ods_text(text) for text in "abc"]
    found = facts(
        table(row(*cells), row(*cells, attributes='table:visibility="filter"'), row(*cells), columns=column)
    )
    assert (found.hidden_rows, found.hidden_columns) == ([1], [1, 2])


def test_a_comment_is_not_what_a_cell_shows() -> None:
    cell = number(7, "7").replace(
        "><text:p>", "><office:annotation><text:p>007</text:p></office:annotation><text:p>", 1
    )
    assert facts(table(row(cell))).shown == []


def test_a_picture_in_a_cell_is_found_and_a_floating_one_is_counted() -> None:
    frame = '<draw:frame><draw:image xlink:href="Pictures/a.png"/></draw:frame>'
    cell = f"<table:table-cell>{frame}</table:table-cell>"
    found = facts(table(row(ods_text("a"), cell), columns=f"<table:shapes>{frame}</table:shapes>"))
    assert (found.pictures, found.lost_pictures) == ([(0, 1, "Pictures/a.png")], 1)


def test_blanks_between_the_elements_are_nothing() -> None:
    indented = row(ods_text("学号"), ods_text("姓 名")).replace("<table:", "\n  <table:")
    assert read_workbook(table(indented, "\n"), "a.ods").grids[0].rows == [["学号", "姓 名"]]


def test_a_repeated_cell_or_row_is_read_as_it_is_shown() -> None:
    twice = number(2401, "临床2401班").replace(">", ' table:number-columns-repeated="2">', 1)
    rows = row(twice), row(number(7, "007"), attributes='table:number-rows-repeated="2"')
    assert read_workbook(table(*rows), "a.ods").grids[0].rows == [
        ["临床2401班", "临床2401班"],
        ["007"],
        ["007"],
    ]


def test_text_in_cdata_and_in_cells_without_a_type_is_read() -> None:
    cells = (
        ods_text("<![CDATA[A & B <1>]]>"),
        "<table:table-cell><text:p>13900000001</text:p></table:table-cell>",
    )
    assert read_workbook(table(row(*cells)), "a.ods").grids[0].rows == [["A & B <1>", "13900000001"]]


def test_rows_of_a_hidden_group_are_hidden() -> None:
    group = f'<table:table-row-group table:display="false">{row(ods_text("b"))}</table:table-row-group>'
    assert facts(table(row(ods_text("a")), group, row(ods_text("c")))).hidden_rows == [1]
