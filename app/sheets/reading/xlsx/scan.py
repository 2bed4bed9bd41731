"""The scan of an .xlsx before it is read: the extent of its sheets, and the cells without a value.

The reader in Rust allocates a sheet as a full rectangle, so two cells in far corners cost half a terabyte.
A few searches over the bytes clear most files; the others are parsed properly.
"""

from __future__ import annotations

import re

from app.sheets.reading.columns import column_number
from app.sheets.reading.container import Container
from app.sheets.reading.facts import Flaw, SheetFacts
from app.sheets.reading.limits import Limits
from app.sheets.reading.markup import XmlHandler, parse_xml, refuse_declarations
from app.sheets.reading.sheet_bounds import Extent

_SLICE = 4 * 2**20
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
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


def scan_xlsx(container: Container, limits: Limits) -> list[SheetFacts]:
    """Scan all parts of the container that may be a sheet.

    Returns:
        The facts about each sheet, in the order of the workbook.
    Raises:
        Refusal: a sheet is too large, or a part is hostile or damaged.
    """
    flaws: dict[str, list[Flaw]] = {}
    names = _SheetNames()
    for part, content in container.parts(".xml"):
        refuse_declarations(content)
        if part == "xl/workbook.xml":
            parse_xml(content, names)
        elif part != "xl/sharedStrings.xml":
            found = scan_sheet(content, limits)
            if found:
                flaws[part] = found
    if not flaws:
        return []
    targets = _Targets()
    parse_xml(container.read("xl/_rels/workbook.xml.rels"), targets)
    return [SheetFacts(flaws=flaws.get(targets.parts.get(key, ""), [])) for key in names.keys]


def scan_sheet(content: bytes, limits: Limits) -> list[Flaw]:
    """Scan a single part.

    Raises:
        Refusal: the part is too large or not well-formed.
    """
    if _is_plain_and_small(content, limits):
        return []
    scan = _SheetScan(limits)
    parse_xml(content, scan)
    scan.extent.check()
    return scan.flaws


def _is_plain_and_small(content: bytes, limits: Limits) -> bool:
    """Return whether the bytes alone prove that all cells are within the limits and none is a formula or error."""
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


class _SheetScan(XmlHandler):
    """The handler that collects the extent and the flaws of a sheet."""

    def __init__(self, limits: Limits) -> None:
        self.extent = Extent(limits)
        self.flaws: list[Flaw] = []
        self._row = self._column = -1
        self._kind = ""
        self._valued = self._formula = self._in_value = False

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._move_to(attributes.get("r"))
            self._kind = attributes.get("t", "")
            self._valued = self._formula = False
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isascii() and number.isdecimal() else self._row + 1
            self._column = -1
        elif name in {"v", "t"}:
            self._in_value = True
        elif name == "f":
            self._formula = True

    def end_element(self, name: str) -> None:
        if name in {"v", "t"}:
            self._in_value = False
        elif name == "c" and (self._valued or self._formula):
            self.extent.add(self._row, self._column)
            if self._kind == "e":
                self.flaws.append((self._row, self._column, "ERROR"))
            elif not self._valued and self._kind != "str":
                self.flaws.append((self._row, self._column, "FORMULA"))

    def character_data(self, text: str) -> None:
        if self._in_value and text:
            self._valued = True

    def _move_to(self, reference: str | None) -> None:
        match = _REFERENCE.fullmatch(reference or "")
        if match is None:
            self._column += 1
        else:
            self._row, self._column = int(match[2]) - 1, column_number(match[1]) - 1


class _SheetNames(XmlHandler):
    """The handler of ``xl/workbook.xml`` that collects the keys of the sheets' parts, in order."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.keys.append(
                next((value for label, value in attributes.items() if label.endswith(":id")), "")
            )


class _Targets(XmlHandler):
    """The handler of ``xl/_rels/workbook.xml.rels`` that maps keys to names of parts."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            self.parts[attributes.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
