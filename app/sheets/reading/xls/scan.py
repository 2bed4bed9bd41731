"""The scan of an .xls before it is read, record by record ([MS-XLS])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from io import BytesIO

from olefile import MAXREGSECT, STGTY_STREAM, OleFileIO

from app.sheets.reading.facts import Flaw, SheetFacts
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.sheet_bounds import Extent

#: Entries of a compound file's directory; a workbook has some ten, and two for each embedded object.
_MOST_ENTRIES = 4096
_ENTRY_BYTES = 128

_BOF, _EOF, _BOUNDSHEET, _FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F
_FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK = 0x0006, 0x0205, 0x00BD
_OTHER_FORMULAS = {0x0206, 0x0406}
_VALUES = {0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, _FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK, *_OTHER_FORMULAS}
_ERROR_RESULT = 2
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")


def scan_xls(content: bytes, limits: Limits) -> list[SheetFacts]:
    """Scan the sheets of an .xls.

    Returns:
        The facts about each sheet, in the order of the workbook.
    Raises:
        Refusal: the file has a password or macros, contains no workbook, is too large or damaged.
    """
    try:
        stream = _workbook(content)
        return [SheetFacts(flaws=_scan_sheet(stream, start, limits)) for start in _sheet_starts(stream)]
    except (OSError, ValueError, LookupError, RecursionError, struct.error):
        refuse("damaged")


def _workbook(content: bytes) -> bytes:
    """Return the stream of an .xls that contains its sheets.

    Raises:
        Refusal: see ``scan_xls``.
        OSError, ValueError, LookupError, RecursionError, struct.error: the compound file is damaged.
    """
    _check_header(content)
    with _BoundedOle(BytesIO(content)) as compound:
        names = {entry.name for entry in compound.direntries if entry is not None}
        if "EncryptedPackage" in names:
            refuse("password")
        stream = next((found for name in _WORKBOOKS if (found := compound.stream(name))), b"")
        if not stream:
            refuse("not_a_sheet")
        if "_VBA_PROJECT_CUR" in names:
            refuse("macro")
    return stream


def _check_header(content: bytes) -> None:
    """Refuse sizes that no program writes but that olefile would trust ([MS-CFB] 2.2)."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in {9, 12} or mini_shift != 6:
        refuse("damaged")
    size = 1 << shift
    # A sector of the double-indirect table (DIFAT) names size/4 - 1 sectors of the FAT, each for size/4 sectors.
    sectors_each = size // 4 * (size // 4 - 1)
    (difat_sectors,) = struct.unpack_from("<I", content, 72)
    if difat_sectors > len(content) // (size * sectors_each) + 1:
        refuse("damaged")


class _BoundedOle(OleFileIO):  # type: ignore[misc]
    """A compound file whose chains of sectors are known to end.

    olefile follows a chain for as many sectors as the file declares, which may be billions in a loop. Therefore each
    chain is followed here before olefile reads it.
    """

    def loaddirectory(self, sect: int) -> None:
        """Read the directory, after the FAT."""
        if _length(self.fat, sect) * self.sector_size > _MOST_ENTRIES * _ENTRY_BYTES:
            refuse("damaged")
        _length(self.fat, self.first_mini_fat_sector)
        super().loaddirectory(sect)
        _length(self.fat, self.root.isectStart)

    def stream(self, name: str) -> bytes:
        """Return the first stream of this name in any folder, as calamine does; empty if there is none."""
        for entry in self.direntries:
            if entry is not None and entry.name == name and entry.entry_type == STGTY_STREAM:
                return self._read(entry.isectStart, entry.size)
        return b""

    def _read(self, start: int, size: int) -> bytes:
        if size >= self.minisectorcutoff:
            _length(self.fat, start)
        else:
            self.loadminifat()
            _length(self.minifat, start)
        return bytes(self._open(start, size).read())


def _length(table: Sequence[int], sector: int) -> int:
    """Return the number of sectors of the chain that begins with this sector.

    Raises:
        Refusal: the chain leads outside the file, or is a loop.
    """
    length = 0
    while sector < MAXREGSECT:
        length += 1
        if sector >= len(table) or length > len(table):
            refuse("damaged")
        sector = table[sector]
    return length


def _sheet_starts(stream: bytes) -> list[int]:
    starts: list[int] = []
    position = 0
    while position + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, position)
        if record == _FILEPASS:
            refuse("password")
        if record == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", stream, position + 4)[0])
        if record == _EOF:
            break
        position += 4 + length
    return starts


def _scan_sheet(stream: bytes, position: int, limits: Limits) -> list[Flaw]:
    extent = Extent(limits)
    flaws: list[Flaw] = []
    depth = 0
    while position + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, position)
        if record == _BOF:
            depth += 1
        elif record == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif record in _VALUES and depth == 1:
            row, column = struct.unpack_from("<HH", stream, position + 4)
            last = (
                struct.unpack_from("<H", stream, position + 2 + length)[0]
                if record == _MULTIPLE_RK
                else column
            )
            extent.add(row, column, columns=max(last - column + 1, 1))
            if _is_error(stream, position, record):
                flaws.append((row, column, "ERROR"))
        position += 4 + length
    extent.check()
    return flaws


def _is_error(stream: bytes, position: int, record: int) -> bool:
    if record == _BOOL_OR_ERROR:
        return bool(stream[position + 4 + 7 : position + 4 + 8] == b"\x01")
    if record == _FORMULA:
        result = stream[position + 4 + 6 : position + 4 + 14]
        return len(result) == 8 and result[0] == _ERROR_RESULT and result[6:] == b"\xff\xff"
    return False
