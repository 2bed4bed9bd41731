"""The scan of an .ods before it is read: a few bytes may repeat a cell or a row a million times."""

from __future__ import annotations

from app.sheets.reading.container import Container
from app.sheets.reading.facts import Flaw, Merged, SheetFacts
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.markup import XmlHandler, parse_xml, refuse_declarations
from app.sheets.reading.sheet_bounds import Extent


class OdsScan(XmlHandler):
    """The handler that collects the flaws and merged ranges of each table, in the order of the file."""

    def __init__(self, limits: Limits) -> None:
        self.flaws: list[list[Flaw]] = []
        self.merged: list[list[Merged]] = []
        self._limits = limits
        self._depth = 0
        self._extent = Extent(limits)
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._cells: list[tuple[int, int]] = []
        self._valued = self._is_error = False
        self._span = (1, 1)

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._depth += 1
            if self._depth > 1:
                refuse("damaged")
            self._extent, self._row = Extent(self._limits), 0
            self.flaws.append([])
            self.merged.append([])
        elif name == "table-row":
            self._rows = _number(attributes, "number-rows-repeated")
            self._column, self._cells = 0, []
        elif name in {"table-cell", "covered-table-cell"}:
            self._columns = _number(attributes, "number-columns-repeated")
            self._span = (
                _number(attributes, "number-rows-spanned"),
                _number(attributes, "number-columns-spanned"),
            )
            self._valued = "office:value-type" in attributes
            self._is_error = attributes.get("calcext:value-type") == "error"
        elif name == "p":
            self._valued = True

    def end_element(self, name: str) -> None:
        if name in {"table-cell", "covered-table-cell"}:
            self._close_cell()
        elif name == "table-row":
            for column, columns in self._cells:
                self._extent.add(self._row, column, rows=self._rows, columns=columns)
            self._row += self._rows
        elif name == "table":
            self._depth -= 1
            self._extent.check()

    def _close_cell(self) -> None:
        if self._valued:
            self._cells.append((self._column, self._columns))
            if self._is_error:
                self.flaws[-1].append((self._row, self._column, "ERROR"))
        if self._span != (1, 1) and len(self.merged[-1]) < self._limits.merged:
            down, across = self._span
            self.merged[-1].append((self._row, self._column, self._row + down - 1, self._column + across - 1))
        self._column += self._columns


def scan_ods(container: Container, limits: Limits) -> list[SheetFacts]:
    """Scan the tables of an .ods.

    Returns:
        The facts about each table, in the order of the file.
    Raises:
        Refusal: the file is encrypted, too large, hostile or damaged.
    """
    scan, tables = OdsScan(limits), b""
    for part, content in container.parts(".xml"):
        refuse_declarations(content)
        if part == "META-INF/manifest.xml" and b"encryption-data" in content:
            refuse("password")
        if part == "content.xml":
            tables = content
    parse_xml(tables, scan)
    return [
        SheetFacts(flaws=flaws, merged=merged) for flaws, merged in zip(scan.flaws, scan.merged, strict=True)
    ]


def _number(attributes: dict[str, str], label: str) -> int:
    text = attributes.get(f"table:{label}", "1")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 9 and int(text) else 1
