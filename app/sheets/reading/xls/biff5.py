"""Workbooks of Excel 5 and 95 (BIFF5, BIFF7), converted to BIFF8.

Their texts are in the code page of the computer that wrote them, which may be declared wrongly or not at all, and the
reader in Rust knows no code page with two bytes for a character. Chinese texts are recognised by their bytes.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator

from app.sheets.reading.limits import refuse
from app.sheets.reading.xls.records import (
    BIFF8,
    BOF,
    BOOL_OR_ERROR,
    BOUNDSHEET,
    CODEPAGE,
    COLUMNS,
    DATEMODE,
    EOF,
    FORMAT,
    FORMULA,
    LABEL,
    MERGED,
    MULTIPLE_RK,
    NUMBER,
    OBJECT,
    RICH_LABEL,
    RK,
    ROW,
    STRING,
    XF,
    records,
    unsigned,
)

#: Records that have the same form in both versions.
_SAME = frozenset(
    {EOF, DATEMODE, XF, NUMBER, RK, MULTIPLE_RK, FORMULA, BOOL_OR_ERROR, ROW, COLUMNS, OBJECT, MERGED}
)
_GBK = "gb18030"
#: Code pages whose number is not that of Python's codec; 32768 and 32769 are those of Excel for Macintosh and Windows.
_PAGES = {936: _GBK, 54936: _GBK, 950: "big5hkscs", 10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}
_TWO_BYTES = frozenset({_GBK, "big5hkscs", "cp932", "cp949"})
#: Part of the characters outside ASCII that are Chinese where a text is.
_MOSTLY = 0.8


def as_biff8(stream: bytes, starts: list[int]) -> tuple[bytes, list[int]]:
    """Return the cells of a workbook in BIFF5 as BIFF8.

    Args:
        stream: the workbook's stream.
        starts: the positions of its sheets.
    Returns:
        The new stream, and the new positions of the sheets.
    Raises:
        Refusal: texts are in no known code page.
        struct.error: a record is too short.
    """
    encoding = _encoding(stream, starts)
    result = bytearray()
    places: list[int] = []
    for record, position, length, _ in records(stream, 0):
        if record == BOUNDSHEET:
            places.append(len(result) + 4)
            name = _recoded(stream[position + 7 : position + 7 + stream[position + 6]], encoding)
            head = stream[position : position + 6] + struct.pack("<BB", len(name) // 2, 1)
            _add(result, record, head + name)
        else:
            _add_converted(result, stream, record, position, length, encoding)
    _add(result, EOF, b"")
    new_starts = []
    for start, place in zip(starts, places, strict=True):
        new_starts.append(len(result))
        struct.pack_into("<I", result, place, len(result))
        for record, position, length, depth in records(stream, start):
            if depth <= 1:
                _add_converted(result, stream, record, position, length, encoding)
        _add(result, EOF, b"")
    return bytes(result), new_starts


def _add_converted(
    result: bytearray, stream: bytes, record: int, position: int, length: int, encoding: str
) -> None:
    if record == BOF:
        _add(result, BOF, struct.pack("<H", BIFF8) + stream[position + 2 : position + length])
    elif record in (LABEL, RICH_LABEL):
        text = _text(stream, position + 6, encoding)
        _add(result, LABEL, stream[position : position + 6] + text)
    elif record == STRING:
        _add(result, STRING, _text(stream, position, encoding))
    elif record == FORMAT:
        code = _recoded(stream[position + 3 : position + 3 + stream[position + 2]], encoding)
        head = stream[position : position + 2] + struct.pack("<HB", len(code) // 2, 1)
        _add(result, FORMAT, head + code)
    elif record in _SAME:
        _add(result, record, stream[position : position + length])


def _add(result: bytearray, record: int, data: bytes) -> None:
    result += struct.pack("<HH", record, len(data)) + data


def _text(stream: bytes, position: int, encoding: str) -> bytes:
    """Return the text at this position, with the length before it, as BIFF8 stores it."""
    text = _recoded(stream[position + 2 : position + 2 + unsigned(stream, position)], encoding)
    return struct.pack("<HB", len(text) // 2, 1) + text


def _recoded(text: bytes, encoding: str) -> bytes:
    return text.decode(encoding, "replace").encode("utf-16-le")


def _encoding(stream: bytes, starts: list[int]) -> str:
    declared = ""
    for record, position, _, _ in records(stream, 0):
        if record == CODEPAGE:
            declared = _codec(unsigned(stream, position))
            break
    texts = [text for text in _texts(stream, starts) if not text.isascii()]
    if declared in _TWO_BYTES and all(_fits(text, declared) for text in texts):
        return declared
    # Writers for PHP put UTF-8 into BIFF5, of which the second test makes other Chinese signs.
    for encoding in ("utf-8", _GBK):
        if texts and all(_fits(text, encoding) for text in texts):
            foreign = [sign for text in texts for sign in text.decode(encoding) if not sign.isascii()]
            if sum("\u2e80" <= sign <= "\uffef" for sign in foreign) >= _MOSTLY * len(foreign):
                return encoding
    if texts and (not declared or declared in _TWO_BYTES):
        refuse("encoding")
    return declared or "cp1252"


def _codec(page: int) -> str:
    """Return Python's codec of a code page; "" for one that it does not know, or that cannot be an old one."""
    if page in _PAGES:
        return _PAGES[page]
    try:
        name = codecs.lookup(f"cp{page}").name
    except LookupError:
        return ""
    return "" if name == "utf-8" else name


def _fits(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _texts(stream: bytes, starts: list[int]) -> Iterator[bytes]:
    for record, position, _, _ in records(stream, 0):
        if record == BOUNDSHEET:
            yield stream[position + 7 : position + 7 + stream[position + 6]]
    for start in starts:
        for record, position, _, depth in records(stream, start):
            if depth > 1:
                continue
            if record in (LABEL, RICH_LABEL):
                yield stream[position + 8 : position + 8 + unsigned(stream, position + 6)]
            elif record == STRING:
                yield stream[position + 2 : position + 2 + unsigned(stream, position)]
