"""Changes to the stream of an .xls without which the reader in Rust garbles or loses cells.

- Texts of BIFF8 are Unicode, whatever code page the file declares (JExcelApi declares 1252); the reader believes it.
- Results of formulas have no format to it, so that a date is a number. The formulas themselves, defined names and
  references to other sheets are of no use here, and unusual ones stop it.
- Numbers that are no date, under the format of one, stop it as well.
"""

from __future__ import annotations

import struct

from app.sheets.reading.xls.records import (
    CODEPAGE,
    DEFINED_NAME,
    EXTERNAL_SHEETS,
    FORMULA,
    NUMBER,
    records,
)

_UNICODE = 1200
#: A number that no program uses; readers pass over such records.
_IGNORED = 0x0FFF
_NO_FORMAT = 0xFFFF
_FORMULA_SIZE = 20
_SPECIAL_RESULT = b"\xff\xff"


def mended(stream: bytes, starts: list[int], unformatted: list[int]) -> bytes:
    """Return the stream with the changes that this module's text lists; no position in it changes.

    Args:
        stream: the stream of a workbook in BIFF8.
        starts: the positions of the sheets.
        unformatted: where the XF of numbers stands that the reader must take as they are.
    Raises:
        struct.error: a record is too short.
    """
    result = bytearray(stream)
    for record, position, _, _ in records(stream, 0):
        if record == CODEPAGE:
            struct.pack_into("<H", result, position, _UNICODE)
        elif record in (DEFINED_NAME, EXTERNAL_SHEETS):
            struct.pack_into("<H", result, position - 4, _IGNORED)
    for place in unformatted:
        struct.pack_into("<H", result, place, _NO_FORMAT)
    for start in starts:
        for record, position, length, depth in records(stream, start):
            if depth <= 1 and record == FORMULA:
                _mend_formula(result, position, length)
    return bytes(result)


def _mend_formula(result: bytearray, position: int, length: int) -> None:
    if result[position + 12 : position + 14] != _SPECIAL_RESULT:
        struct.pack_into("<H", result, position - 4, NUMBER)
    elif length > _FORMULA_SIZE + 1:
        struct.pack_into("<H", result, position + _FORMULA_SIZE, 0)
