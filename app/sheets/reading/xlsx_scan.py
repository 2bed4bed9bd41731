"""Look through the sheets of an .xlsx before they are laid out: how far they reach and what holds no value.

The reader in Rust lays a sheet out as a full rectangle, so two cells in far corners cost half a terabyte.
Most files are passed by a few searches over the bytes; what these cannot vouch for is parsed properly.
"""

from __future__ import annotations

import re

from app.sheets.reading.columns import column_number
from app.sheets.reading.container import Container
from app.sheets.reading.limits import Limits
from app.sheets.reading.markup import Listener, listen, refuse_declarations
from app.sheets.reading.sheet_bounds import Extent

#: (row, column, flaw) counted from 0; the flaw is the name of a member of ``CellFlaw``.
Flaw = tuple[int, int, str]

_SLICE = 4 * 2**20
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DOUBTS = (
    b"<c>",
    b"<c/",
    b"<c\t",
    b"<c\n",
    b"<c\r",
    b"<!",
    b'"e"',
    b"'e'",
    b"<f>",
    b"<f ",
    b"<f/",
    b"<f\n",
    b"\x00",
)


def scan_xlsx(container: Container, limits: Limits) -> list[list[Flaw]]:
    """Scan every part that may be a sheet.

    Returns:
        flaws of each sheet, in the order of the workbook.
    Raises:
        Refusal: a sheet reaches too far, or a part is hostile or damaged.
    """
    flaws: dict[str, list[Flaw]] = {}
    names = _SheetNames()
    for part, content in container.parts(".xml"):
        refuse_declarations(content)
        if part == "xl/workbook.xml":
            listen(content, names)
        elif part != "xl/sharedStrings.xml":
            found = scan_sheet(content, limits)
            if found:
                flaws[part] = found
    if not flaws:
        return []
    targets = _Targets()
    listen(container.read("xl/_rels/workbook.xml.rels"), targets)
    return [flaws.get(targets.parts.get(key, ""), []) for key in names.keys]


def scan_sheet(content: bytes, limits: Limits) -> list[Flaw]:
    """Scan one part.

    Raises:
        Refusal: it reaches too far or is not well-formed.
    """
    if _is_plain_and_small(content, limits):
        return []
    scan = _SheetScan(limits)
    listen(content, scan)
    scan.extent.check()
    return scan.flaws


def _is_plain_and_small(content: bytes, limits: Limits) -> bool:
    """Whether the bytes alone show that all cells lie within the limits and none is a formula or an error."""
    declared = content[:200].lower()
    if b"encoding=" in declared and b"utf-8" not in declared:
        return False
    if any(doubt in content for doubt in _DOUBTS) or _PREFIXED_CELL.search(content):
        return False
    cells = content.count(b"<c ")
    if cells > limits.cells:
        return False
    start, seen = 0, 0
    while start < len(content):
        end = content.rfind(b"<", start + 1, start + _SLICE)
        end = len(content) if end < 0 or start + _SLICE >= len(content) else end
        found = _CELL.findall(content[start:end])
        seen += len(found)
        rows, columns = {row for _, row in found}, {column for column, _ in found}
        if any(int(row) > limits.sheet_rows for row in rows) or any(
            column_number(column.decode()) > limits.columns for column in columns
        ):
            return False
        start = end
    return seen == cells


class _SheetScan(Listener):
    """Every cell of a sheet by its events."""

    def __init__(self, limits: Limits) -> None:
        self.extent = Extent(limits)
        self.flaws: list[Flaw] = []
        self._row = self._column = -1
        self._kind = ""
        self._valued = self._formula = self._in_value = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._place(attributes.get("r"))
            self._kind = attributes.get("t", "")
            self._valued = self._formula = False
        elif name == "row":
            given = attributes.get("r", "")
            self._row = int(given) - 1 if given.isascii() and given.isdecimal() else self._row + 1
            self._column = -1
        elif name in {"v", "t"}:
            self._in_value = True
        elif name == "f":
            self._formula = True

    def closed(self, name: str) -> None:
        if name in {"v", "t"}:
            self._in_value = False
        elif name == "c" and (self._valued or self._formula):
            self.extent.see(self._row, self._column)
            if self._kind == "e":
                self.flaws.append((self._row, self._column, "ERROR"))
            elif not self._valued and self._kind != "str":
                self.flaws.append((self._row, self._column, "FORMULA"))

    def said(self, text: str) -> None:
        if self._in_value and text:
            self._valued = True

    def _place(self, reference: str | None) -> None:
        place = _PLACE.fullmatch(reference or "")
        if place is None:
            self._column += 1
        else:
            self._row, self._column = int(place[2]) - 1, column_number(place[1]) - 1


class _SheetNames(Listener):
    """``xl/workbook.xml``: the keys of the sheets' parts, in their order."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.keys.append(
                next((value for label, value in attributes.items() if label.endswith(":id")), "")
            )


class _Targets(Listener):
    """``xl/_rels/workbook.xml.rels``: key to the name of the part."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            self.parts[attributes.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
