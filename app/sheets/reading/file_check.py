"""The first check of a file, by its size and its first bytes, never by its name."""

from __future__ import annotations

import struct
from typing import Literal

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.web.recognise import is_web

Form = Literal["zip", "ole", "text", "web"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Records of an .xls without a compound file around them, as some programs write (BIFF5, BIFF8).
_RECORDS = (b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x00\x06\x00")
_ARCHIVES = (b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"RIFF",
    b"{\\rtf",
    b"\x7fELF",
    b"MZ",
    b"II*\x00",
)
#: Other programs' tables that Excel or WPS opens, by their first bytes.
_PROGRAMS = {
    b"\x00\x00\x02\x00\x20\x51": "Quattro Pro",
    b"\x00\x00\x02\x00": "Lotus 1-2-3",
    b"\x00\x00\x1a\x00": "Lotus 1-2-3",
    b"\xff\x00\x02\x00": "Microsoft Works",
    b"ID;P": "SYLK",
    b"TABLE\r\n0,1\r\n": "DIF",
    b"TABLE\n0,1\n": "DIF",
}
_DBASE_VERSIONS = frozenset(
    {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB}
)
_DBASE_HEADER, _DBASE_FIELD, _DBASE_END = 32, 32, 0x0D
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TEXT_ENDINGS = (".csv", ".txt")
_HEAD = 4096


def check_file(content: bytes, filename: str, limits: Limits) -> Form:
    """Return the kind of a file, recognised by its first bytes.

    Args:
        content: the whole file.
        filename: only chooses between two messages.
        limits: the largest size allowed.
    Raises:
        Refusal: the file is empty, too large, an archive, of an older or another program, or no table at all.
    """
    if not content.strip(_UTF8_MARK + b" \t\r\n"):
        refuse("empty_file")
    if len(content) > limits.file_bytes:
        refuse("too_large", limit=limits.file_bytes // 2**20)
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith((_OLE, *_RECORDS)):
        return "ole"
    if content.startswith(_ARCHIVES):
        refuse("archive")
    if content.startswith(_OTHERS):
        refuse("not_a_sheet")
    if content.startswith(_OLD_EXCEL):
        refuse("old_excel")
    _refuse_programs(content)
    if is_web(content):
        return "web"
    if (
        b"\x00" in content[:_HEAD]
        and not content.startswith(_UTF16_MARKS)
        and not _is_unmarked_utf16(content)
    ):
        refuse("encoding" if filename.lower().endswith(_TEXT_ENDINGS) else "not_a_sheet")
    return "text"


def _refuse_programs(content: bytes) -> None:
    for beginning, program in _PROGRAMS.items():
        if content.startswith(beginning):
            refuse("other_program", program=program)
    if _is_dbase(content):
        refuse("other_program", program="dBase")


def _is_dbase(content: bytes) -> bool:
    """Return whether a file is a table of dBase or FoxPro, by its version, its date and the end of its header."""
    if len(content) < _DBASE_HEADER or content[0] not in _DBASE_VERSIONS:
        return False
    (size,) = struct.unpack_from("<H", content, 8)
    if not (1 <= content[2] <= 12 and 1 <= content[3] <= 31) and content[1:4] != b"\0\0\0":
        return False
    fields = content[_DBASE_HEADER : size - 1 : _DBASE_FIELD]
    ends = content[_DBASE_HEADER:size:_DBASE_FIELD]
    return _DBASE_HEADER < size <= len(content) and bool(fields) and _DBASE_END in ends


def _is_unmarked_utf16(content: bytes) -> bool:
    """Return whether a file is text in UTF-16 without a byte order mark, by its line breaks and other controls."""
    head = content[:_HEAD]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head.decode(encoding, "ignore")
        controls = {sign for sign in text if sign < " "}
        if "\n" in controls and controls <= {"\t", "\r", "\n"} and any(mark in text for mark in ",\t;"):
            return True
    return False
