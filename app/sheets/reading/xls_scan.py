"""Look through an .xls before it is laid out, record by record ([MS-XLS])."""

from __future__ import annotations

import struct

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.ole import CompoundFile
from app.sheets.reading.sheet_bounds import Extent

Flaw = tuple[int, int, str]

_BOF, _EOF, _BOUNDSHEET, _FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F
_FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK = 0x0006, 0x0205, 0x00BD
_OTHER_FORMULAS = {0x0206, 0x0406}
_VALUES = {0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, _FORMULA, _BOOL_OR_ERROR, _MULTIPLE_RK, *_OTHER_FORMULAS}
_ERROR_RESULT = 2
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")


def scan_xls(content: bytes, limits: Limits) -> list[list[Flaw]]:
    """Scan the sheets of an .xls.

    Returns:
        flaws of each sheet, in the order of the workbook.
    Raises:
        Refusal: password, macros, no workbook inside, reaching too far, or damaged.
    """
    compound = CompoundFile(content)
    names = compound.names
    if "EncryptedPackage" in names:
        refuse("password")
    stream = next((found for name in _WORKBOOKS if (found := compound.stream(name))), b"")
    if not stream:
        refuse("not_a_sheet")
    if "_VBA_PROJECT_CUR" in names:
        refuse("macro")
    try:
        return [_scan_sheet(stream, start, limits) for start in _sheet_starts(stream)]
    except struct.error:
        refuse("damaged")


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
            extent.see(row, column, columns=max(last - column + 1, 1))
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
