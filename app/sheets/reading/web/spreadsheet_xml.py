"""SpreadsheetML 2003, the XML of Excel 2003 that many systems write and name .xls."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from app.sheets.reading.facts import Flaw, Merged, SheetFacts, Unclear
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.markup import XmlHandler, parse_xml
from app.sheets.reading.number_formats import shown_text
from app.sheets.reading.sheet_bounds import Extent
from app.sheets.reading.web.web_sheet import Value, WebSheet, trimmed
from app.sheets.reading.xls.formats import is_dated

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_DECLARATION = re.compile(r"\s*<[?]xml[^<>]*[?]>")
_MOST_SHEETS = 1_000
_DEEPEST = 200
_FRACTION = re.compile(r"\.\d+")
#: Names under which Excel stores its own formats.
_NAMED_FORMATS = {
    "General Date": "yyyy/m/d h:mm",
    "Long Date": "yyyy/m/d",
    "Medium Date": "d-mmm-yy",
    "Short Date": "yyyy/m/d",
    "Long Time": "h:mm:ss",
    "Medium Time": "h:mm AM/PM",
    "Short Time": "h:mm",
    "Percent": "0.00%",
    "General Number": "General",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Currency": "#,##0.00",
    "Euro Currency": "#,##0.00",
    "Scientific": "0.00E+00",
    "Yes/No": "General",
    "True/False": "General",
    "On/Off": "General",
}
#: The day 0 and the last one that Excel counts, and what it shows instead of others.
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001
_LAST_DAY = 2_958_466
_TOO_WIDE = "########"


def read_spreadsheet_xml(text: str, limits: Limits) -> list[WebSheet]:
    """Read the sheets of a workbook in XML.

    Args:
        text: the decoded file.
        limits: the limits of each sheet.
    Raises:
        Refusal: the XML declares a document type or is not well-formed, or a sheet exceeds the limits.
    """
    handler = _Workbook(limits)
    parse_xml(
        _DECLARATION.sub("", text, count=1).strip("\ufeff\x00 \t\r\n\x1a").encode("utf-8", "replace"), handler
    )
    return [sheet.sheet() for sheet in handler.sheets]


class _Workbook(XmlHandler):
    """The sheets and the number formats of a workbook."""

    def __init__(self, limits: Limits) -> None:
        self.sheets: list[_Sheet] = []
        self.formats: dict[str, str] = {}
        self._limits = limits
        self._style = ""
        self._path: list[str] = []
        self._kind = ""
        self._texts: list[str] | None = None
        self._in_comment = 0

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > _DEEPEST:
            refuse("too_complex")
        found = {key.rpartition(":")[2]: value for key, value in attributes.items()} if attributes else {}
        sheet = self.sheets[-1] if self.sheets else None
        if name == "Cell" and sheet:
            sheet.start_cell(found)
        elif name == "Data" and sheet and not self._in_comment:
            self._kind, self._texts = found.get("Type", "String"), []
        elif name == "Row" and sheet:
            sheet.start_row(found)
        elif name == "Column" and sheet:
            sheet.add_columns(found)
        elif name == "Comment":
            self._in_comment += 1
        elif name == "Worksheet":
            if len(self.sheets) >= _MOST_SHEETS:
                refuse("too_complex")
            self.sheets.append(_Sheet(found.get("Name", ""), self.formats, self._limits))
        elif name == "Style":
            self._style = found.get("ID", "")
            self.formats[self._style] = self.formats.get(found.get("Parent", "Default"), "")
        elif name == "NumberFormat":
            self.formats[self._style] = found.get("Format", "")
        elif name == "Visible":
            self._texts = []

    def end_element(self, name: str) -> None:
        self._path.pop()
        sheet = self.sheets[-1] if self.sheets else None
        if name == "Comment":
            self._in_comment -= 1
        elif name == "Data" and sheet and self._texts is not None and not self._in_comment:
            sheet.put(self._kind, "".join(self._texts))
            self._texts = None
        elif name == "Cell" and sheet:
            sheet.end_cell()
        elif name == "Visible" and sheet and self._texts is not None:
            sheet.hidden = "".join(self._texts).strip() in ("SheetHidden", "SheetVeryHidden")
            self._texts = None

    def character_data(self, text: str) -> None:
        if self._texts is not None and not self._in_comment:
            self._texts.append(text)


class _Sheet:
    """A sheet that is being read; rows and columns count from 0."""

    def __init__(self, name: str, formats: dict[str, str], limits: Limits) -> None:
        self.hidden = False
        self._name, self._formats, self._limits = name, formats, limits
        self._rows: list[list[Value]] = []
        self._row = self._column = -1
        self._next_row = self._next_column = 0
        self._column_styles: dict[int, str] = {}
        self._row_style = self._style = ""
        self._next_declared = 0
        self._hidden_rows: list[int] = []
        self._hidden_columns: set[int] = set()
        self._merged: list[Merged] = []
        self._flaws: list[Flaw] = []
        self._unclear: list[Unclear] = []
        self._formula = self._filled = False
        self._extent = Extent(limits)

    def add_columns(self, attributes: dict[str, str]) -> None:
        first = _number(attributes, "Index", self._next_declared + 1) - 1
        last = first + _number(attributes, "Span", 0)
        self._next_declared = last + 1
        for column in range(max(first, 0), min(last + 1, self._limits.columns)):
            if attributes.get("Hidden") == "1" or attributes.get("Width") == "0":
                self._hidden_columns.add(column)
            if style := attributes.get("StyleID"):
                self._column_styles[column] = style

    def start_row(self, attributes: dict[str, str]) -> None:
        self._row = max(_number(attributes, "Index", self._next_row + 1) - 1, 0)
        span = _number(attributes, "Span", 0)
        self._next_row = self._row + span + 1
        self._column, self._next_column = -1, 0
        self._row_style = attributes.get("StyleID", "")
        if attributes.get("Hidden") == "1" or attributes.get("Height") == "0":
            self._hidden_rows += range(self._row, min(self._next_row, self._limits.sheet_rows))

    def start_cell(self, attributes: dict[str, str]) -> None:
        self._column = max(_number(attributes, "Index", self._next_column + 1) - 1, 0)
        across, down = _number(attributes, "MergeAcross", 0), _number(attributes, "MergeDown", 0)
        self._next_column = self._column + across + 1
        if (across or down) and len(self._merged) < self._limits.merged:
            self._merged.append((self._row, self._column, self._row + down, self._column + across))
        self._style = attributes.get("StyleID") or self._row_style
        self._style = self._style or self._column_styles.get(self._column, "Default")
        self._formula, self._filled = "Formula" in attributes, False

    def end_cell(self) -> None:
        if self._formula and not self._filled:
            self._extent.add(self._row, self._column)
            self._flaws.append((self._row, self._column, "FORMULA"))

    def put(self, kind: str, text: str) -> None:
        """Put the open cell's value."""
        if text == "" or self._row < 0 or self._column < 0:
            return
        self._filled = True
        self._extent.add(self._row, self._column)
        if kind == "Error":
            self._flaws.append((self._row, self._column, "ERROR"))
            return
        if self._row >= self._limits.sheet_rows or self._column >= self._limits.columns:
            return
        value = self._formatted(_value(kind, text))
        while len(self._rows) <= self._row:
            self._rows.append([])
        row = self._rows[self._row]
        row.extend([""] * (self._column + 1 - len(row)))
        row[self._column] = value

    def _formatted(self, value: Value) -> Value:
        """Return what a value shows under the format of its style; what is not certain is recorded."""
        code = self._formats.get(self._style, "")
        if not code or isinstance(value, bool) or not isinstance(value, str | float):
            return value
        code = _NAMED_FORMATS.get(code, code)
        if isinstance(value, float) and is_dated(code):
            if 0 < value < _LAST_DAY and "[" not in code:
                return _FIRST_DAY + timedelta(seconds=round(value * 86_400))
            self._unclear.append((self._row, self._column, f"{value:.15g}", _TOO_WIDE))
            return value
        outcome, text = shown_text(value, code)
        if outcome == "unclear":
            number = value if isinstance(value, str) else f"{value:.15g}"
            self._unclear.append((self._row, self._column, number, text))
        return text if outcome == "text" else value

    def sheet(self) -> WebSheet:
        """Return the sheet.

        Raises:
            Refusal: it has too many rows or columns.
        """
        self._extent.check()
        facts = SheetFacts(
            flaws=self._flaws,
            unclear=self._unclear,
            hidden_rows=self._hidden_rows,
            hidden_columns=sorted(self._hidden_columns),
            merged=self._merged,
        )
        return WebSheet(self._name, trimmed(self._rows), facts, hidden=self.hidden)


def _value(kind: str, text: str) -> Value:
    """Return a value of this type; what does not fit its type stays a text."""
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return datetime.fromisoformat(_FRACTION.sub("", text.strip().rstrip("Z")))
    except ValueError:
        return text
    if kind == "Boolean":
        return text.strip() in ("1", "true", "TRUE")
    return text


def _number(attributes: dict[str, str], name: str, otherwise: int) -> int:
    text = attributes.get(name, "")
    return min(int(text), 10**6) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise
