"""The scan of an .ods before it is read: a few bytes may repeat a cell or a row a million times."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from app.sheets.reading.container import Container
from app.sheets.reading.facts import Flaw, Merged, PictureAt, Scanned, SheetFacts, Shown
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.markup import XmlHandler, parse_xml, refuse_declarations
from app.sheets.reading.sheet_bounds import Extent

#: Blanks between the elements of a table, as in indented files; the reader in Rust takes them for damage.
_INDENTED = re.compile(rb">[ \t\r\n]+(?=</?(?:table|office):)")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)?(?:[.,]\d+)?(?:E[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_DECORATION = re.compile(r"[,，\s¥￥$€'’]")
_HIDDEN = frozenset({"collapse", "filter"})
_GROUPS = frozenset({"table-row-group", "table-column-group"})
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
#: Elements inside a cell whose paragraphs are not its text.
_APART = frozenset({"annotation", "frame", "shapes", "text-box"})


class OdsScan(XmlHandler):
    """The handler that collects the facts about each table, in the order of the file."""

    def __init__(self, limits: Limits) -> None:
        self.facts: list[SheetFacts] = []
        self._limits = limits
        self._depth = self._apart = 0
        self._begin_table()
        self._rows = self._columns = 1
        self._cells: list[tuple[int, int]] = []
        self._hidden = False
        self._begin_cell({})

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self._depth += 1
            if self._depth > 1:
                refuse("damaged")
            self._begin_table()
        elif name in _GROUPS:
            self._groups.append((name, attributes.get("table:display") == "false"))
        elif name == "table-column":
            self._add_columns(attributes)
        elif name == "table-row":
            self._rows = _number(attributes, "number-rows-repeated")
            self._hidden = attributes.get("table:visibility") in _HIDDEN or self._is_in_hidden(
                "table-row-group"
            )
            self._column, self._cells = 0, []
            self._texts.clear()
        elif name in {"table-cell", "covered-table-cell"}:
            self._begin_cell(attributes)
        elif name in _APART:
            self._apart += 1
        elif name == "image":
            self._add_picture(attributes.get("xlink:href", ""))
        elif name == "p" and not self._apart:
            self._valued = self._in_paragraph = True
            if self._text:
                self._text.append("\n")

    def end_element(self, name: str) -> None:
        if name == "p" and not self._apart:
            self._in_paragraph = False
        elif name in {"table-cell", "covered-table-cell"}:
            self._close_cell()
        elif name in _APART:
            self._apart -= 1
        elif name in _GROUPS and self._groups:
            self._groups.pop()
        elif name == "table-row":
            for column, columns in self._cells:
                self._extent.add(self._row, column, rows=self._rows, columns=columns)
            # After the extent was checked, so that a repetition is known to be small.
            self._shown += [
                (self._row + down, column + across, text)
                for column, columns, text in self._texts
                for down in range(self._rows)
                for across in range(columns)
            ]
            if self._hidden and self._cells:
                self._hidden_rows += range(self._row, self._row + min(self._rows, self._limits.sheet_rows))
            self._row += self._rows
        elif name == "table":
            self._depth -= 1
            self._extent.check()
            self.facts.append(
                SheetFacts(
                    flaws=self._flaws,
                    shown=self._shown,
                    hidden_rows=self._hidden_rows,
                    hidden_columns=self._hidden_columns,
                    merged=self._merged,
                    pictures=self._pictures,
                    lost_pictures=self._lost_pictures,
                )
            )

    def character_data(self, text: str) -> None:
        if self._reads_text and not self._apart and self._in_paragraph:
            self._text.append(text)

    def _begin_table(self) -> None:
        self._extent = Extent(self._limits)
        self._row = self._column = self._declared = 0
        self._in_cell = self._in_paragraph = False
        self._groups: list[tuple[str, bool]] = []
        self._texts: list[tuple[int, int, str]] = []
        self._flaws: list[Flaw] = []
        self._shown: list[Shown] = []
        self._merged: list[Merged] = []
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[int] = []
        self._pictures: list[PictureAt] = []
        self._lost_pictures = 0

    def _add_columns(self, attributes: dict[str, str]) -> None:
        columns = _number(attributes, "number-columns-repeated")
        if attributes.get("table:visibility") in _HIDDEN or self._is_in_hidden("table-column-group"):
            last = min(self._declared + columns, self._limits.columns)
            self._hidden_columns += range(self._declared, last)
        self._declared += columns

    def _is_in_hidden(self, kind: str) -> bool:
        return (kind, True) in self._groups

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._in_cell = True
        self._columns = _number(attributes, "number-columns-repeated")
        self._span = (
            _number(attributes, "number-rows-spanned"),
            _number(attributes, "number-columns-spanned"),
        )
        self._valued = "office:value-type" in attributes
        self._is_error = attributes.get("calcext:value-type") == "error"
        self._is_number = attributes.get("office:value-type") == "float"
        # A cell without a type is its text, which the reader in Rust takes for empty.
        self._is_untyped = "office:value-type" not in attributes
        self._reads_text = self._is_number or self._is_untyped
        self._text: list[str] = []

    def _close_cell(self) -> None:
        if self._valued:
            self._cells.append((self._column, self._columns))
            if self._is_error:
                self._flaws.append((self._row, self._column, "ERROR"))
            elif self._reads_text:
                text = "".join(self._text).strip()
                if text and (self._is_untyped or _shows_more(text)):
                    self._texts.append((self._column, self._columns, text))
        if self._span != (1, 1) and len(self._merged) < self._limits.merged:
            down, across = self._span
            self._merged.append((self._row, self._column, self._row + down - 1, self._column + across - 1))
        self._column += self._columns
        self._in_cell = self._reads_text = False

    def _add_picture(self, member: str) -> None:
        if self._in_cell and member.startswith("Pictures/"):
            self._pictures.append((self._row, self._column, member))
        else:
            self._lost_pictures += 1


def scan_ods(container: Container, limits: Limits) -> Scanned:
    """Scan the tables of an .ods.

    Returns:
        The facts about each table, in the order of the file; and the file without CDATA sections and blanks between its
        elements where it has some.
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
    plain = _INDENTED.sub(b">", _CDATA.sub(_escaped, tables))
    return Scanned(scan.facts, None if plain == tables else _packed(container, plain))


def _escaped(section: re.Match[bytes]) -> bytes:
    """Return the text of a CDATA section, which the reader in Rust overlooks, as ordinary text."""
    return section[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _packed(container: Container, tables: bytes) -> bytes:
    """Return a container with these tables and what a reader needs besides."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in ("mimetype", "META-INF/manifest.xml"):
            if name in container.names:
                archive.writestr(name, container.read(name))
        archive.writestr("content.xml", tables)
    return packed.getvalue()


def _shows_more(text: str) -> bool:
    """Return whether a cell shows more than its number: zeros before it, or words; an overflow shows nothing."""
    if not text or not text.strip("#"):
        return False
    plain = _DECORATION.sub("", text)
    return _NUMBER.fullmatch(plain) is None and not plain.endswith("%")


def _number(attributes: dict[str, str], label: str) -> int:
    text = attributes.get(f"table:{label}", "1")
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 9 and int(text) else 1
