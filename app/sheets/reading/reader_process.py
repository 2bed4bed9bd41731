"""The process that reads spreadsheets: it gets a file on stdin and answers with JSON on stdout.

It is started as ``python -m app.sheets.reading.reader_process FORM LIMITS``.

It is the only place where an untrusted spreadsheet is unpacked and parsed. It limits its own memory and CPU time
first, so that a file that still overwhelms the parser kills this process and nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from app.sheets.reading.container import Container
from app.sheets.reading.facts import NO_FACTS, Merged, SheetFacts
from app.sheets.reading.limits import Limits, Refusal, refuse
from app.sheets.reading.ods.scan import scan_ods
from app.sheets.reading.text.csv_text import read_csv
from app.sheets.reading.xls.formats import TextFormat, with_texts
from app.sheets.reading.xls.scan import scan_xls
from app.sheets.reading.xlsx.scan import scan_xlsx

_BATCH = 500
#: Loaded only for a page, because it takes half as long as all else that a child loads.
_WEB = "app.sheets.reading.web.page_sheets"


class _Answer:
    """The answer as JSON text, up to its size limit; it is sent only when the whole file has been read."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.pieces: list[bytes] = []

    def write(self, text: str) -> None:
        piece = text.encode()
        self._left -= len(piece)
        if self._left < 0:
            refuse("too_complex")
        self.pieces.append(piece)

    def grid(
        self, name: str, rows: list[list[Any]], facts: SheetFacts, merged: list[Merged], *, hidden: bool
    ) -> None:
        for row, column, text in facts.shown:
            if text:
                _put(rows, row, column, text)
            elif row < len(rows) and column < len(rows[row]):
                # The picture in the place of this value is no text.
                rows[row][column] = text
        head = json.dumps({"name": name, "hidden": hidden, **facts.as_json(merged)}, ensure_ascii=False)
        self.write(head[:-1] + ', "rows": [')
        for start in range(0, len(rows), _BATCH):
            batch = json.dumps(rows[start : start + _BATCH], ensure_ascii=False, default=_plain)
            self.write(("," if start else "") + batch[1:-1])
        self.write("]}")


def _put(rows: list[list[Any]], row: int, column: int, text: str) -> None:
    """Put a text into a cell, which may lie beyond the values that the reader in Rust found."""
    while len(rows) <= row:
        rows.append([])
    rows[row] += [""] * (column + 1 - len(rows[row]))
    rows[row][column] = text


def main() -> None:
    """Read a file and write ``{"kind", "remarks", "grids"}`` or ``{"refused", "params"}``."""
    limits = Limits(*json.loads(sys.argv[2]))
    _limit_this_process(limits)
    answer = _Answer(limits.output_bytes)
    try:
        _READERS[sys.argv[1]](sys.stdin.buffer.read(), limits, answer)
        pieces = answer.pieces
    except Refusal as refusal:
        pieces = [json.dumps({"refused": refusal.code, "params": refusal.params}).encode()]
    except MemoryError:
        pieces = [b'{"refused": "too_complex", "params": {}}']
    sys.stdout.buffer.writelines(pieces)
    sys.stdout.buffer.flush()


def _limit_this_process(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _read_zip(content: bytes, limits: Limits, answer: _Answer) -> None:
    container = Container(content, limits)
    if any(name.endswith((".iwa", "Index.zip")) for name in container.names):
        refuse("numbers")
    if container.kind() == "ods":
        scanned, kind = scan_ods(container, limits), "ods"
    else:
        scanned, kind = scan_xlsx(container, limits), "xlsx"
    _answer_workbook(scanned.content or content, kind, answer, scanned.facts, limits)


def _read_ole(content: bytes, limits: Limits, answer: _Answer) -> None:
    scan = scan_xls(content, limits)
    _answer_workbook(scan.content, "xls", answer, scan.facts, limits, scan.texts)


def _read_text(content: bytes, limits: Limits, answer: _Answer) -> None:
    text = read_csv(content, limits)
    answer.write(json.dumps({"kind": "csv", "remarks": text.remarks})[:-1] + ', "grids": [')
    answer.grid("", text.rows, NO_FACTS, [], hidden=False)
    answer.write("]}")


def _read_web(content: bytes, limits: Limits, answer: _Answer) -> None:
    kind, sheets = import_module(_WEB).read_web(content, limits)
    answer.write(json.dumps({"kind": kind, "remarks": []})[:-1] + ', "grids": [')
    for number, sheet in enumerate(sheets):
        answer.write("," if number else "")
        answer.grid(sheet.name, sheet.rows, sheet.facts, [], hidden=sheet.hidden)
    answer.write("]}")


_READERS = {"zip": _read_zip, "ole": _read_ole, "text": _read_text, "web": _read_web}


def _opened(content: bytes) -> CalamineWorkbook:
    try:
        return load_workbook(BytesIO(content))
    except PasswordError:
        refuse("password")
    except CalamineError:
        refuse("damaged")


def _answer_workbook(
    content: bytes,
    kind: str,
    answer: _Answer,
    facts: list[SheetFacts],
    limits: Limits,
    texts: Sequence[list[TextFormat]] = (),
) -> None:
    answer.write(json.dumps({"kind": kind, "remarks": []})[:-1] + ', "grids": [')
    first = True
    with _opened(content) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            rows, merged = _sheet(workbook, index, limits)
            found = facts[index] if index < len(facts) else NO_FACTS
            if index < len(texts):
                found = with_texts(found, texts[index], rows)
            answer.write("" if first else ",")
            hidden = sheet.visible != SheetVisibleEnum.Visible
            answer.grid(sheet.name, rows, found, merged, hidden=hidden)
            first = False
    answer.write("]}")


def _sheet(workbook: CalamineWorkbook, index: int, limits: Limits) -> tuple[list[list[Any]], list[Merged]]:
    try:
        sheet = workbook.get_sheet_by_index(index)
        rows = sheet.to_python(skip_empty_area=False)
        ranges = sheet.merged_cell_ranges or []
    except CalamineError:
        refuse("damaged")
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows, [(*start, *end) for start, end in sorted(ranges)[: limits.merged]]


def _plain(value: object) -> list[str] | str:
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    return str(value)


if __name__ == "__main__":
    main()
