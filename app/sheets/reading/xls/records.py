"""Records of an .xls ([MS-XLS] 2.3): their numbers, and how to walk through them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

BOF, EOF, CONTINUE = 0x0809, 0x000A, 0x003C
#: Records about the whole workbook.
BOUNDSHEET, FILEPASS, CODEPAGE, FORMAT, XF = 0x0085, 0x002F, 0x0042, 0x041E, 0x00E0
DEFINED_NAME, EXTERNAL_SHEETS, DATEMODE = 0x0018, 0x0017, 0x0022
#: Cells with a value.
NUMBER, RK, MULTIPLE_RK, LABEL, SHARED_LABEL, RICH_LABEL = 0x0203, 0x027E, 0x00BD, 0x0204, 0x00FD, 0x00D6
FORMULA, BOOL_OR_ERROR, STRING = 0x0006, 0x0205, 0x0207
OTHER_FORMULAS = frozenset({0x0206, 0x0406})
VALUES = frozenset(
    {NUMBER, RK, MULTIPLE_RK, LABEL, SHARED_LABEL, RICH_LABEL, FORMULA, BOOL_OR_ERROR, *OTHER_FORMULAS}
)
#: Parts of a sheet without a value.
ROW, COLUMNS, OBJECT, MERGED = 0x0208, 0x007D, 0x005D, 0x00E5

BIFF5, BIFF8 = 0x0500, 0x0600

_HEAD = struct.Struct("<HH")


def records(stream: bytes, start: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the records of a substream from its BOF to its EOF.

    Args:
        stream: the whole stream.
        start: the position of the substream's BOF.
    Yields:
        The record's number, the position of its data, their length, and the depth: 1 for the substream itself, more
        for those inside it, such as charts.
    """
    position, depth, last = start, 0, len(stream) - 4
    head = _HEAD.unpack_from
    while position <= last:
        record, length = head(stream, position)
        if record == BOF:
            depth += 1
        elif record == EOF:
            depth -= 1
            if depth <= 0:
                return
        yield record, position + 4, length, depth
        position += 4 + length
    raise EOFError


def unsigned(stream: bytes, position: int) -> int:
    """Return the two bytes at this position as a number.

    Raises:
        struct.error: the stream is too short.
    """
    number: int = struct.unpack_from("<H", stream, position)[0]
    return number
