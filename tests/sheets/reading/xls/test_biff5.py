"""Workbooks of Excel 5 and 95 are read in the code page of their texts, declared or not."""

from __future__ import annotations

import struct

import pytest

from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid
from app.sheets.reading.xls.compound import wrapped

ROSTER = [
    ["学号", "姓名", "班级"],
    ["900012045661", "钱试二", "临床2401班"],
    ["900012045662", "孙试三", "临床2401班"],
]


def record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def biff5(
    rows: list[list[str]],
    *,
    page: int | None,
    encoding: str = "gb18030",
    label: int = 0x0204,
    name: str = "名单",
) -> bytes:
    """A stream of BIFF5 with these texts."""
    kept = record(0x003D, bytes(18)) + record(0x0031, bytes(15) + b"\x06System"[:7])
    declared = record(0x0042, struct.pack("<H", page)) if page is not None else b""
    named = name.encode(encoding)
    sheet_list = struct.pack("<IHB", 0, 0, len(named)) + named
    start = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0, 0))
    place = len(start + declared + kept + record(0x0085, sheet_list) + record(0x000A))
    sheet_list = struct.pack("<I", place) + sheet_list[4:]
    stream = start + declared + kept + record(0x0085, sheet_list) + record(0x000A)
    stream += record(0x0809, struct.pack("<HHHH", 0x0500, 0x10, 0, 0))
    for row_no, row in enumerate(rows):
        for column, value in enumerate(row):
            text = value.encode(encoding)
            rest = b"\x01\x00\x00" if label == 0x00D6 else b""
            stream += record(label, struct.pack("<HHHH", row_no, column, 0, len(text)) + text + rest)
    return stream + record(0x000A)


def grid(content: bytes) -> Grid:
    (only,) = read_workbook(content, "名单.xls").grids
    return only


@pytest.mark.parametrize("page", [936, 1252, 1200, 0, 367, 437, 32768, 54936, None])
@pytest.mark.parametrize("label", [0x0204, 0x00D6])
@pytest.mark.parametrize("packed", [True, False])
def test_chinese_texts_of_biff5_are_recognised(page: int | None, label: int, packed: bool) -> None:
    stream = biff5(ROSTER, page=page, label=label)
    read = grid(wrapped(stream) if packed else stream)
    assert read.rows == ROSTER
    assert read.name == "名单"


def test_utf8_that_a_writer_put_into_biff5_is_recognised() -> None:
    assert grid(biff5(ROSTER, page=1252, encoding="utf-8")).rows == ROSTER


def test_other_texts_of_biff5_keep_their_page() -> None:
    assert grid(biff5([["Nº", "José Müller"]], page=1252, encoding="cp1252", name="a")).rows == [
        ["Nº", "José Müller"]
    ]
    assert grid(biff5([["學號", "陳試二"]], page=950, encoding="big5", name="a")).rows == [["學號", "陳試二"]]
    assert grid(biff5([["No", "Qian"]], page=None, name="a")).rows == [["No", "Qian"]]


def test_texts_in_no_known_page_are_refused() -> None:
    with pytest.raises(SheetRefused, match="编码"):
        read_workbook(biff5([["José"]], page=0, encoding="cp1252", name="a"), "名单.xls")
