"""Compound files that are made, or cut off, to keep the reader busy: each is refused by its own sentence."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
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
