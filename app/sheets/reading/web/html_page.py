"""The tables of a web page, with the text that each cell shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.web.css import NO_STYLE, Style, class_styles, style_of
from app.sheets.reading.web.html_cell import HtmlCell
from app.sheets.reading.web.html_table import HtmlTable
from app.sheets.reading.web.web_sheet import WebSheet

#: Elements whose text is not shown, or is shown only by a program.
_UNSHOWN = frozenset({"script", "style", "template", "title", "rt", "rp", "datalist", "svg"})
_BREAKS = frozenset({"br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre", "center"})
_CONTROLS = frozenset({"img", "input", "option", "select", "textarea"})
_VOID = frozenset(
    {"br", "img", "input", "col", "hr", "meta", "link", "base", "wbr", "area", "embed", "source"}
)
#: Prefixes under which Office stores what is not part of the page.
_OFFICE = frozenset({"o", "v", "w", "x", "st1", "st2"})
_DEEPEST = 100
_LONGEST_NAME = 31
_MOST_TABLES = 1_000

Attributes = list[tuple[str, str | None]]


class HtmlPage(HTMLParser):
    """A page that is being read; it is tolerant of unclosed and misplaced elements, as browsers are.

    Args:
        limits: the limits of each table.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.office: list[str] = []
        self._limits = limits
        self._open: list[_Open] = []
        self._done: list[HtmlTable] = []
        self._last_depth = 0
        self._classes: dict[str, Style] = {}
        self._unshown: list[str] = []
        self._style_text: list[str] = []
        self._title: list[str] | None = None
        #: The hidden element that is open, and how many elements of its name are open inside it.
        self._hidden_tag, self._hidden_depth = "", 0

    def sheets(self) -> list[WebSheet]:
        """Return the tables with content, in the order in which they end.

        Raises:
            Refusal: a table exceeds the limits.
        """
        self.close()
        while self._open:
            self._end_table()
        return [table.sheet() for table in self._done]

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Handle the start of an element."""
        tag = _plain(tag)
        if self._unshown:
            if tag == self._unshown[-1]:
                self._unshown.append(tag)
            return
        if tag in _UNSHOWN:
            self._unshown.append(tag)
        elif tag == "table":
            self._start_table(attrs)
        elif tag in _STARTS and self._is_in_table(tag):
            _STARTS[tag](self, self._open[-1], attrs)
        else:
            self._start_other(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Handle the end of an element."""
        tag = _plain(tag)
        if self._unshown:
            if tag == self._unshown[-1]:
                self._end_unshown()
            return
        if tag == self._hidden_tag:
            self._hidden_depth -= 1
            if not self._hidden_depth:
                self._hidden_tag = ""
        if self._open:
            if tag == "table":
                self._end_table()
            elif tag in _ENDS:
                _ENDS[tag](self, self._open[-1])
            elif cell := self._open[-1].cell:
                _end_in_cell(cell, tag)

    def handle_data(self, data: str) -> None:
        """Handle text."""
        if self._unshown:
            if self._unshown[-1] == "style":
                self._style_text.append(data)
        elif self._title is not None:
            self._title.append(data)
        elif self._open and (cell := self._open[-1].cell) and not self._hidden_tag:
            cell.texts.append(data)

    def handle_comment(self, data: str) -> None:
        """Keep what Excel writes about its sheets, which stands in a comment."""
        if "ExcelWorksheet" in data:
            self.office.append(data)

    def unknown_decl(self, data: str) -> None:
        """Take the text of CDATA, which XHTML may contain, and pass over the conditions of Office."""
        if data.startswith("CDATA["):
            self.handle_data(data[6:].removesuffix("]"))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Parse ``<![…]>``; one with an unknown word is text, where the base class raises AssertionError."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return -1

    def _is_in_table(self, tag: str) -> bool:
        """Return whether a table is open; rows without one, as some programs write, begin one."""
        if not self._open and tag in ("tr", "td", "th"):
            self._start_table([])
        return bool(self._open)

    def _start_table(self, attrs: Attributes) -> None:
        if len(self._open) >= _DEEPEST or len(self._done) >= _MOST_TABLES:
            refuse("too_complex")
        hidden = bool(self._hidden_tag) or self._is_hidden(attrs)
        self._open.append(_Open(HtmlTable(self._limits, hidden=hidden), self._hidden_tag, self._hidden_depth))
        self._hidden_tag = ""

    def _end_table(self) -> None:
        ended = self._open.pop()
        ended.end_cell()
        self._title = None
        around = self._open[-1] if self._open else None
        text = ended.table.only_text
        if around and around.cell and text is not None:
            around.cell.texts.append(text)
        elif ended.table.is_data:
            self._add_table(ended.table)
            if around:
                around.table.holds_tables = True
        self._hidden_tag, self._hidden_depth = ended.hidden_around

    def _add_table(self, table: HtmlTable) -> None:
        """Keep a table with content; one that continues the table before it becomes part of that one."""
        if not (self._done and len(self._open) == self._last_depth and self._done[-1].join(table)):
            self._done.append(table)
        self._last_depth = len(self._open)

    def _start_cell(self, table: _Open, attrs: Attributes) -> None:
        table.end_cell()
        self._hidden_tag = ""
        found = dict(attrs)
        table.cell = HtmlCell(found, self._style(found))

    def _end_cell(self, table: _Open) -> None:
        """End a cell, and with it any hidden element inside that was never closed."""
        table.end_cell()
        self._hidden_tag = ""

    def _start_row(self, table: _Open, attrs: Attributes) -> None:
        self._end_cell(table)
        table.table.start_row(hidden=table.group_hidden or self._is_hidden(attrs))

    def _start_group(self, table: _Open, attrs: Attributes) -> None:
        self._end_cell(table)
        table.group_hidden = self._is_hidden(attrs)

    def _end_group(self, table: _Open) -> None:
        self._end_cell(table)
        table.group_hidden = False

    def _start_caption(self, _table: _Open, _attrs: Attributes) -> None:
        self._title = []

    def _end_caption(self, table: _Open) -> None:
        if self._title is not None:
            table.table.name = " ".join("".join(self._title).split())[:_LONGEST_NAME]
        self._title = None

    def _start_other(self, tag: str, attrs: Attributes) -> None:
        cell = self._open[-1].cell if self._open else None
        if cell and not self._hidden_tag:
            if tag in _BREAKS:
                cell.break_line()
            elif tag in _CONTROLS:
                cell.control(tag, dict(attrs))
        if tag in _VOID:
            return
        if self._hidden_tag:
            self._hidden_depth += tag == self._hidden_tag
        elif attrs and self._is_hidden(attrs):
            self._hidden_tag, self._hidden_depth = tag, 1

    def _end_unshown(self) -> None:
        if self._unshown.pop() == "style":
            self._classes.update(class_styles("".join(self._style_text)))
            self._style_text.clear()

    def _add_column(self, table: _Open, attrs: Attributes) -> None:
        found = dict(attrs)
        count = _number(found.get("span"))
        if self._style(found).hides:
            table.table.hide_columns(table.columns, count)
        table.columns += count

    def _start_columns(self, table: _Open, attrs: Attributes) -> None:
        """Count the columns of a group without elements of its own; the others are counted one by one."""
        if any(name == "span" for name, _ in attrs):
            self._add_column(table, attrs)

    def _is_hidden(self, attrs: Attributes) -> bool:
        return bool(attrs) and self._style(dict(attrs)).hides

    def _style(self, attributes: dict[str, str | None]) -> Style:
        style = style_of(attributes.get("style") or "")
        for name in (attributes.get("class") or "").split() if self._classes else ():
            further = self._classes.get(name, NO_STYLE)
            style = Style(style.hides or further.hides, style.number_format or further.number_format)
        return style._replace(hides=True) if "hidden" in attributes else style


class _Open:
    """A table that has begun and not ended."""

    def __init__(self, table: HtmlTable, hidden_tag: str, hidden_depth: int) -> None:
        self.table = table
        self.cell: HtmlCell | None = None
        self.group_hidden = False
        self.columns = 0
        self.hidden_around = (hidden_tag, hidden_depth)

    def end_cell(self) -> None:
        """Put the open cell into the table."""
        if self.cell:
            cell, self.cell = self.cell, None
            value, probable = cell.value()
            self.table.add_cell(
                value,
                probable,
                columns=cell.columns,
                rows=cell.rows,
                hidden=cell.hidden,
                pictures=cell.pictures,
            )


_NUMBER = re.compile(r"\s*([0-9]{1,5})")


def _number(text: str | None) -> int:
    found = _NUMBER.match(text or "")
    return int(found[1]) if found else 1


def _plain(tag: str) -> str:
    prefix, colon, name = tag.partition(":")
    return name if colon and prefix not in _OFFICE else tag


def _end_in_cell(cell: HtmlCell, tag: str) -> None:
    if tag in _BREAKS:
        cell.break_line()
    elif tag in _CONTROLS:
        cell.end_control(tag)


_STARTS: dict[str, Callable[[HtmlPage, _Open, Attributes], None]] = {
    "td": HtmlPage._start_cell,
    "th": HtmlPage._start_cell,
    "tr": HtmlPage._start_row,
    "thead": HtmlPage._start_group,
    "tbody": HtmlPage._start_group,
    "tfoot": HtmlPage._start_group,
    "col": HtmlPage._add_column,
    "colgroup": HtmlPage._start_columns,
    "caption": HtmlPage._start_caption,
}
_ENDS: dict[str, Callable[[HtmlPage, _Open], None]] = {
    "td": HtmlPage._end_cell,
    "th": HtmlPage._end_cell,
    "tr": HtmlPage._end_cell,
    "thead": HtmlPage._end_group,
    "tbody": HtmlPage._end_group,
    "tfoot": HtmlPage._end_group,
    "caption": HtmlPage._end_caption,
}
