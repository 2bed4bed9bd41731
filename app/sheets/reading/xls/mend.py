"""Changes to the stream of an .xls without which the reader in Rust garbles or loses cells.

All of them stay in their place, so that no position in the stream changes:

- Texts of BIFF8 are Unicode, whatever code page the file declares (JExcelApi declares 1252); the reader believes it.
- Texts of BIFF5 and BIFF7 are in the code page of the computer that wrote them, which may be declared wrongly or not
  at all; Chinese texts are recognised by their bytes.
- Formatted texts of BIFF5 are no texts to the reader.
- Results of formulas have no format to it, so that a date is a number. The formulas themselves, defined names and
  references to other sheets are of no use here, and unusual ones stop it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.sheets.reading.limits import refuse
from app.sheets.reading.xls.records import (
    BIFF5,
    BIFF8,
    BOUNDSHEET,
    CODEPAGE,
    DEFINED_NAME,
    EXTERNAL_SHEETS,
    FORMULA,
    LABEL,
    NUMBER,
    RICH_LABEL,
    STRING,
    records,
    unsigned,
)

_UNICODE, _WESTERN, _GBK = 1200, 1252, 936
#: Code pages of Chinese, Japanese and Korean that the reader knows, with Python's names.
_EAST_ASIAN = {936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949"}
_SINGLE_BYTE = frozenset({874, *range(1250, 1259), 10000})
#: A number that no program uses; readers pass over such records.
_IGNORED = 0x0FFF
_SAMPLE = 2**16
#: Part of the characters outside ASCII that are Chinese where a text is.
_MOSTLY = 0.8
_FORMULA_SIZE = 20
_SPECIAL_RESULT = b"\xff\xff"


def mended(stream: bytes, version: int, starts: list[int]) -> bytes:
    """Return the stream with the changes that this module's text lists.

    Args:
        stream: the workbook's stream.
        version: ``BIFF5`` or ``BIFF8``.
        starts: the positions of the sheets.
    Raises:
        Refusal: texts are in no known code page.
        struct.error: a record is too short.
    """
    result = bytearray(stream)
    if version == BIFF8:
        for record, position, _, _ in records(stream, 0):
            if record == CODEPAGE:
                struct.pack_into("<H", result, position, _UNICODE)
    else:
        _set_code_page(result, stream, starts)
    for record, position, _, _ in records(stream, 0):
        if record in (DEFINED_NAME, EXTERNAL_SHEETS):
            struct.pack_into("<H", result, position - 4, _IGNORED)
    for start in starts:
        for record, position, length, depth in records(stream, start):
            if depth > 1:
                continue
            if record == FORMULA:
                _mend_formula(result, position, length)
            elif record == RICH_LABEL and version == BIFF5:
                struct.pack_into("<H", result, position - 4, LABEL)
    return bytes(result)


def _mend_formula(result: bytearray, position: int, length: int) -> None:
    if result[position + 12 : position + 14] != _SPECIAL_RESULT:
        struct.pack_into("<H", result, position - 4, NUMBER)
    elif length > _FORMULA_SIZE + 1:
        struct.pack_into("<H", result, position + _FORMULA_SIZE, 0)


def _set_code_page(result: bytearray, stream: bytes, starts: list[int]) -> None:
    place = declared = 0
    spare = 0
    for record, position, length, _ in records(stream, 0):
        if record == CODEPAGE:
            place, declared = position, unsigned(stream, position)
            break
        if record == BOUNDSHEET:
            break
        if length > 1 and record in _SPARE:
            spare = position
    page = _code_page(declared, list(_foreign_texts(stream, starts)))
    place = place or spare
    if not place:
        if page != _WESTERN:
            refuse("encoding")
        return
    struct.pack_into("<H", result, place - 4, CODEPAGE)
    struct.pack_into("<H", result, place, page)


#: Records before the list of sheets that only matter for how a workbook is shown or kept; any may become CODEPAGE.
_SPARE = frozenset(
    {0x005C, 0x00E1, 0x00C1, 0x0040, 0x008D, 0x003D, 0x009C, 0x0019, 0x0012, 0x0013, 0x000E, 0x0031}
)


def _code_page(declared: int, texts: list[bytes]) -> int:
    if declared in _EAST_ASIAN and all(_decoded(text, _EAST_ASIAN[declared]) is not None for text in texts):
        return _GBK if _EAST_ASIAN[declared] == "gb18030" else declared
    decoded = [_decoded(text, "gb18030") for text in texts]
    if texts and None not in decoded:
        foreign = [sign for text in decoded for sign in text or "" if not sign.isascii()]
        if sum("\u2e80" <= sign <= "\uffef" for sign in foreign) >= _MOSTLY * len(foreign):
            return _GBK
    if declared in _SINGLE_BYTE or not texts:
        return declared if declared in _SINGLE_BYTE else _WESTERN
    return refuse("encoding")


def _decoded(text: bytes, encoding: str) -> str | None:
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        return None


def _foreign_texts(stream: bytes, starts: list[int]) -> Iterator[bytes]:
    """Yield the workbook's texts with bytes outside ASCII, up to a sample of them."""
    seen = 0
    for text in _texts(stream, starts):
        if not text.isascii():
            yield text
            seen += len(text)
            if seen > _SAMPLE:
                return


def _texts(stream: bytes, starts: list[int]) -> Iterator[bytes]:
    for record, position, _, _ in records(stream, 0):
        if record == BOUNDSHEET:
            yield stream[position + 7 : position + 7 + stream[position + 6]]
    for start in starts:
        for record, position, _, _ in records(stream, start):
            if record in (LABEL, RICH_LABEL):
                yield stream[position + 8 : position + 8 + unsigned(stream, position + 6)]
            elif record == STRING:
                yield stream[position + 2 : position + 2 + unsigned(stream, position)]
