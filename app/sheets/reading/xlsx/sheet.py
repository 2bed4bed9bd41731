"""The handler of a sheet's part that collects its extent and what the reader in Rust does not give."""

from __future__ import annotations

import re

from app.sheets.reading.columns import column_number
from app.sheets.reading.facts import Flaw, PictureAt, SheetFacts, Shown, Unclear
from app.sheets.reading.limits import Limits
from app.sheets.reading.markup import XmlHandler
from app.sheets.reading.number_formats import shown_text
from app.sheets.reading.sheet_bounds import Extent
from app.sheets.reading.xlsx.pictures import CellPictures
from app.sheets.reading.xlsx.styles import Styles

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_PICTURE_FORMULA = re.compile(r"""DISPIMG\(\s*"([^"]*)\"""", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TRUE = frozenset({"1", "true"})


class SheetScan(XmlHandler):
    """The handler that collects the extent of a sheet and the facts about it.

    Args:
        limits: the limits on the sheet.
        styles: the styles whose cells may show something other than their value.
        pictures: the pictures that stand in cells.
    """

    def __init__(self, limits: Limits, styles: Styles, pictures: CellPictures) -> None:
        self.extent = Extent(limits)
        self.durations = False
        self._limits = limits
        self._styles = styles
        self._cell_pictures = pictures
        self._flaws: list[Flaw] = []
        self._shown: list[Shown] = []
        self._unclear: list[Unclear] = []
        self._pictures: list[PictureAt] = []
        self._lost = 0
        self._hidden_rows: list[int] = []
        self._hidden_columns: set[int] = set()
        self._row = self._column = -1
        self._cell: dict[str, str] = {}
        self._text: list[str] = []
        self._formula_text: list[str] = []
        self._valued = self._formula = self._in_value = self._in_formula = False

    def facts(self) -> SheetFacts:
        """Return what was found."""
        return SheetFacts(
            flaws=self._flaws,
            shown=self._shown,
            unclear=self._unclear,
            hidden_rows=self._hidden_rows,
            hidden_columns=sorted(self._hidden_columns),
            pictures=self._pictures,
            lost_pictures=self._lost,
        )

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._move_to(attributes.get("r"))
            self._cell = attributes
            self._valued = self._formula = False
            self._text, self._formula_text = [], []
        elif name in {"v", "t"}:
            self._in_value = True
        elif name == "f":
            self._formula = self._in_formula = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isascii() and number.isdecimal() else self._row + 1
            self._column = -1
            if _is_hidden(attributes, "ht") and 0 <= self._row < self._limits.sheet_rows:
                self._hidden_rows.append(self._row)
        elif name == "col" and _is_hidden(attributes, "width"):
            self._hide_columns(attributes.get("min", ""), attributes.get("max", ""))

    def end_element(self, name: str) -> None:
        if name in {"v", "t"}:
            self._in_value = False
        elif name == "f":
            self._in_formula = False
        elif name == "c" and (self._valued or self._formula):
            self.extent.add(self._row, self._column)
            self._end_cell()

    def character_data(self, text: str) -> None:
        if self._in_value and text:
            self._valued = True
            self._text.append(text)
        elif self._in_formula:
            self._formula_text.append(text)

    def _end_cell(self) -> None:
        kind = self._cell.get("t", "n")
        if self._formula and self._is_wps_picture():
            return
        if kind == "e":
            if "vm" in self._cell and self._is_rich_picture(self._cell["vm"]):
                return
            self._flaws.append((self._row, self._column, "ERROR"))
        elif not self._valued and kind != "str":
            self._flaws.append((self._row, self._column, "FORMULA"))
        elif code := self._styles.codes.get(self._cell.get("s", "")):
            if kind == "n":
                self._show(code)
            elif kind in {"s", "str", "inlineStr"} and "@" in code:
                self._show_text(kind, code)

    def _show_text(self, kind: str, code: str) -> None:
        """Put the words that a format adds to a text, as ``"临床"@`` does."""
        text = "".join(self._text)
        if kind == "s":
            found = self._styles.text(text.strip())
            if found is None:
                return
            text = found
        shown = shown_text(text, code)
        if shown.outcome == "text":
            self._shown.append((self._row, self._column, shown.text))
        elif shown.outcome == "unclear":
            self._unclear.append((self._row, self._column, text, shown.text))

    def _show(self, code: str) -> None:
        self.durations = self.durations or self._cell["s"] in self._styles.elapsed
        text = "".join(self._text).strip()
        if not _NUMBER.fullmatch(text):
            return
        value = float(text)
        shown = shown_text(value, code)
        if shown.outcome == "text":
            self._shown.append((self._row, self._column, shown.text))
        elif shown.outcome == "unclear":
            plain = str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
            self._unclear.append((self._row, self._column, plain, shown.text))

    def _is_wps_picture(self) -> bool:
        match = _PICTURE_FORMULA.search("".join(self._formula_text))
        if match is None:
            return False
        self._put_picture(self._cell_pictures.of_wps(match[1]))
        return True

    def _is_rich_picture(self, number: str) -> bool:
        found, member = self._cell_pictures.of_value(number)
        if found:
            self._put_picture(member)
        return found

    def _put_picture(self, member: str | None) -> None:
        if member is None:
            self._lost += 1
        else:
            self._pictures.append((self._row, self._column, member))
        # The stored value (an error, or the formula once more) stands for the picture only.
        if self._valued:
            self._shown.append((self._row, self._column, ""))

    def _hide_columns(self, first: str, last: str) -> None:
        if first.isdecimal() and last.isdecimal() and len(first + last) < 12:
            self._hidden_columns.update(range(max(int(first), 1) - 1, min(int(last), self._limits.columns)))

    def _move_to(self, reference: str | None) -> None:
        match = _REFERENCE.fullmatch(reference or "")
        if match is None:
            self._column += 1
        else:
            self._row, self._column = int(match[2]) - 1, column_number(match[1]) - 1


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden") in _TRUE or attributes.get(size, "").strip("0.") == "" != attributes.get(
        size, ""
    )
