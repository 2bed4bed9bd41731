"""Comma-separated text, in the encodings that programs of schools write."""

from __future__ import annotations

import codecs
import csv
import re
from io import StringIO

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.sheet_bounds import Extent

_SEPARATORS = ",\t;|"
#: Signs of a wrong encoding: replacement and private characters, and controls that no text has.
_GARBLED = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_LONGEST_CELL = 131_072


def read_csv(content: bytes, limits: Limits) -> list[list[str]]:
    """Read the rows of a text file.

    Raises:
        Refusal: the encoding is unknown, there are too many rows or columns, or the text is not a table.
    """
    text = decode_text(content)
    csv.field_size_limit(_LONGEST_CELL)
    extent = Extent(limits)
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=_separator(text)):
            row = [_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith('="') else cell for cell in cells]
            while row and not row[-1].strip():
                row.pop()
            if row:
                extent.add(len(rows), len(row) - 1)
                if len(rows) >= 2 * limits.sheet_rows:
                    refuse("too_many_rows", rows=len(rows), limit=limits.data_rows)
            rows.append(row)
    except csv.Error:
        refuse("damaged")
    extent.check()
    return rows


def decode_text(content: bytes) -> str:
    """Decode by byte order mark, else strictly as UTF-8, else strictly as GB18030.

    The order matters: UTF-8 text often also decodes as GB18030, into other characters.

    Raises:
        Refusal: no encoding fits, or the text itself is garbled.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content.startswith(codecs.BOM_UTF8):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _GARBLED.search(text) or (encoding == "gb18030" and _is_broken_utf8(content)):
            break
        return text
    return refuse("encoding")


def _is_broken_utf8(content: bytes) -> bool:
    """Return whether invalid UTF-8 holds mostly Chinese in UTF-8: a file that was cut or has mixed encodings."""
    foreign = len(content) - len(content.decode("ascii", "ignore"))
    chinese = len(_CHINESE.findall(content.decode("utf-8", "ignore")))
    return 3 * chinese > foreign / 2


def _separator(text: str) -> str:
    head = "\n".join(text[:10_000].splitlines()[:5])
    return max(_SEPARATORS, key=lambda mark: (head.count(mark), -_SEPARATORS.index(mark)))
