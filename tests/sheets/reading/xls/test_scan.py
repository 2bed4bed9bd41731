"""The scan of an .xls tells what the reader does not, and refuses files that are made to keep it busy."""

from __future__ import annotations

import struct
from collections.abc import Callable
from io import BytesIO

import pytest
import xlwt
from PIL import Image

from app.sheets.reading.limits import LIMITS, Refusal
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Range
from app.sheets.reading.xls.compound import sheets_stream, wrapped
from app.sheets.reading.xls.scan import scan_xls
from tests.sheets.files import compound, xls_table

DAMAGED = "文件已损坏或格式不规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
#: Where the numbers stand in the header ([MS-CFB] 2.2) and in an entry of the directory (2.6).
_FATS, _DIRECTORY, _MINI_FAT, _MINI_FATS, _DIFAT, _DIFATS, _FAT = 44, 48, 60, 64, 68, 72, 76
_LEFT, _START, _SIZE = 68, 116, 120


def refusal(content: bytes) -> str:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(content, "名单.xls")
    return str(refused.value.message)


class Compound:
    """An .xls of some hundred sectors, to be spoilt."""

    def __init__(self) -> None:
        self.content = bytearray(xls_table([[f"{row}", row] for row in range(600)]))
        self.fat = (self.number(_FAT) + 1) * 512
        self.directory = (self.number(_DIRECTORY) + 1) * 512

    def number(self, place: int) -> int:
        return int(struct.unpack_from("<I", self.content, place)[0])

    def put(self, place: int, number: int) -> None:
        struct.pack_into("<I", self.content, place, number)

    def chain(self, sector: int, following: int) -> None:
        self.put(self.fat + 4 * sector, following)

    @property
    def last(self) -> int:
        """The last sector of the sheets' stream, which begins at sector 0."""
        sector = 0
        while (following := self.number(self.fat + 4 * sector)) < 0xFFFFFFFA:
            sector = following
        return sector


def a_circle_of_the_sheets() -> bytes:
    spoilt = Compound()
    spoilt.chain(spoilt.last, 0)
    return bytes(spoilt.content)


def sheets_outside_the_file() -> bytes:
    spoilt = Compound()
    spoilt.chain(3, 10**6)
    return bytes(spoilt.content)


def a_circle_of_the_directory() -> bytes:
    spoilt = Compound()
    start = spoilt.number(_DIRECTORY)
    spoilt.chain(start, start)
    return bytes(spoilt.content)


def a_circle_of_the_small_streams_table() -> bytes:
    spoilt = Compound()
    spoilt.put(_MINI_FAT, spoilt.last)
    spoilt.put(_MINI_FATS, 2**32 - 1)
    spoilt.chain(spoilt.last, spoilt.last)
    return bytes(spoilt.content)


def a_circle_of_the_small_streams() -> bytes:
    """The root has 4 GiB of small streams in one sector; a stream that counts as small asks for them."""
    spoilt = Compound()
    free = spoilt.last
    spoilt.put(spoilt.directory + _START, free)
    spoilt.put(spoilt.directory + _SIZE, 2**32 - 1)
    spoilt.chain(free, free)
    spoilt.put(spoilt.directory + 128 + _SIZE, 4000)
    return bytes(spoilt.content)


def a_circle_of_the_fat() -> bytes:
    """A list of FAT sectors that names itself, two billion times."""
    spoilt = Compound()
    for place, number in ((_FATS, 109 + 127 * 2**24), (_DIFAT, 1), (_DIFATS, 2**24)):
        spoilt.put(place, number)
    spoilt.content[1024:1536] = struct.pack("<128I", *[1] * 128)
    return bytes(spoilt.content)


def a_directory_that_is_one_long_branch() -> bytes:
    return compound(*(f"{number}" for number in range(3_000)))


def a_directory_of_twenty_thousand_streams() -> bytes:
    """Each stream begins at a sector of its own, which olefile compares with all the others'."""
    count = 20_000
    content = bytearray(compound(*(f"{number}" for number in range(count))))
    directory = (struct.unpack_from("<I", content, _DIRECTORY)[0] + 1) * 512
    for place in range(1, count + 1):
        entry = directory + 128 * place
        left, right = (below if below <= count else 2**32 - 1 for below in (2 * place, 2 * place + 1))
        struct.pack_into("<II", content, entry + _LEFT, left, right)
        struct.pack_into("<II", content, entry + _START, place, 5_000)
    return bytes(content)


def sectors_of_no_size() -> bytes:
    spoilt = Compound()
    struct.pack_into("<H", spoilt.content, 30, 0)
    return bytes(spoilt.content)


@pytest.mark.parametrize(
    "spoilt",
    [
        a_circle_of_the_sheets,
        sheets_outside_the_file,
        a_circle_of_the_directory,
        a_circle_of_the_small_streams_table,
        a_circle_of_the_small_streams,
        a_circle_of_the_fat,
        sectors_of_no_size,
        a_directory_that_is_one_long_branch,
        a_directory_of_twenty_thousand_streams,
    ],
)  # fmt: skip
def test_what_has_no_end_is_refused_before_it_is_followed(spoilt: Callable[[], bytes]) -> None:
    assert refusal(spoilt()) == DAMAGED


def test_a_file_that_was_cut_off_is_refused() -> None:
    whole = bytes(Compound().content)
    # The directory and the FAT come after the sheets: no shorter file has them.
    for length in range(512, len(whole) - 1024, 2_560):
        assert refusal(whole[:length]) == DAMAGED
    assert len(read_workbook(whole, "名单.xls").grids[0].rows) == 600


def saved(book: xlwt.Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "BMP")
    return buffer.getvalue()


def test_hidden_rows_columns_and_sheets_merges_and_pictures_are_told() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for row in range(5):
        for column in range(4):
            sheet.write(row, column, f"{row}{column}")
    sheet.row(2).hidden = True
    sheet.row(4).hidden = True
    sheet.col(1).hidden = True
    sheet.col(3).width = 0
    sheet.merge(5, 6, 0, 1)
    sheet.insert_bitmap_data(picture(), 1, 1)
    sheet.insert_bitmap_data(picture(), 2, 1)
    book.add_sheet("字典").write(0, 0, "男")
    book.get_sheet(1).visibility = 1
    shown, hidden = read_workbook(saved(book), "名单.xls").grids
    assert shown.hidden_rows == {3, 5}
    assert shown.hidden_columns == {2, 4}
    assert shown.merged == [Range(6, 1, 7, 2)]
    assert shown.lost_pictures == 2
    assert (hidden.name, hidden.hidden, hidden.lost_pictures) == ("字典", True, 0)


def test_a_stream_of_records_without_a_compound_file_is_read() -> None:
    stream = sheets_stream(xls_table([["学号"], ["00000981"]]))
    assert read_workbook(stream, "名单.xls").grids[0].rows == [["学号"], ["00000981"]]


def test_a_workbook_of_excel_4_in_a_compound_file_is_called_old() -> None:
    stream = b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00" + bytes(100)
    assert refusal(wrapped(stream)).startswith("这是 Excel 4.0 或更早版本的格式")


def test_a_stream_that_was_cut_off_is_damaged_wherever_that_is() -> None:
    stream = sheets_stream(xls_table([["学号", 1, 2], ["00000981", 2.5, True]])).rstrip(b"\0")
    assert scan_xls(stream + bytes(3), LIMITS).facts
    for length in range(8, len(stream), 5):
        with pytest.raises(Refusal) as refused:
            scan_xls(wrapped(stream[:length]), LIMITS)
        assert refused.value.code == "damaged"
