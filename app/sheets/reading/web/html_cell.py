"""A cell of a web page: the text that it shows."""

from __future__ import annotations

import re

from app.sheets.reading.number_formats import shown_text
from app.sheets.reading.web.css import Style

_SPAN = re.compile(r"\s*([0-9]{1,6})")
_BREAK = "\x00"
_BLANKS = re.compile(r"[ \t\r\n\f\xa0\u3000]+")
_BREAKS = re.compile(r" ?\x00[ \x00]*")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE][+-]?\d+|#{2,}")
_SPACER = 16
_TYPED_INPUTS = frozenset({"", "text", "number", "tel", "email", "date", "search", "url"})


class HtmlCell:
    """A cell that is being read.

    Args:
        attributes: the attributes of ``<td>``.
        style: its style.
    """

    __slots__ = ("_choice", "_number", "_option", "_text", "columns", "hidden", "number_format", "pictures",
                 "rows", "texts")  # fmt: skip

    def __init__(self, attributes: dict[str, str | None], style: Style) -> None:
        self.texts: list[str] = []
        self.hidden = style.hides
        self.number_format = style.number_format
        self.columns = _span(attributes.get("colspan"))
        self.rows = _span(attributes.get("rowspan"))
        self.pictures = 0
        self._number = attributes.get("x:num") or ""
        self._text = attributes.get("x:str") or ""
        #: Where the texts of a choice begin, and whether the open option is chosen.
        self._choice: int | None = None
        self._option = False

    def break_line(self) -> None:
        """Begin a new line."""
        self.texts.append(_BREAK)

    def control(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Take what a field or picture shows."""
        if tag == "img":
            self.pictures += _is_picture(attributes)
        elif tag == "input":
            kind = (attributes.get("type") or "").lower()
            if kind in _TYPED_INPUTS:
                self.texts.append(attributes.get("value") or "")
        elif tag == "select":
            self._choice = len(self.texts)
            self._option = False
        elif tag == "option" and self._choice is not None:
            self._end_option()
            self._option = "selected" in attributes

    def end_control(self, tag: str) -> None:
        """End a field; of a choice, only the chosen text is shown."""
        if tag in ("option", "select") and self._choice is not None:
            self._end_option()
            if tag == "select":
                self._choice = None

    def _end_option(self) -> None:
        assert self._choice is not None
        if self._option:
            self._choice = len(self.texts)
        else:
            del self.texts[self._choice :]
        self._option = False

    def value(self) -> tuple[str, str]:
        """Return the cell's text, and what it probably shows if that is not known for sure."""
        text = "".join(self.texts)
        text = _BLANKS.sub(" ", text).strip()
        if _BREAK in text:
            text = _BREAKS.sub("\n", text).strip()
        if text.startswith('="'):
            text = _KEPT_AS_TEXT.sub(r"\1", text)
        if not text:
            return self._text or self._number, ""
        if self._number and self._number != text and _SCIENTIFIC.fullmatch(text):
            return self._number, text
        if self.number_format and _PLAIN_NUMBER.fullmatch(text):
            return _formatted(text, self.number_format)
        return text, ""


def _formatted(number: str, code: str) -> tuple[str, str]:
    """Return what a number shows under a format, for pages whose writer left it to Excel to apply the format.

    Excel itself writes the shown text, which does not change by being formatted again.
    """
    outcome, text = shown_text(float(number), code)
    if outcome == "text":
        return text, ""
    return number, text if outcome == "unclear" and text != number else ""


def _is_picture(attributes: dict[str, str | None]) -> bool:
    """Return whether a picture is large enough to be one; reports are full of invisible ones that keep distances."""
    sizes = [_span(attributes.get(side)) for side in ("width", "height") if attributes.get(side)]
    return bool(attributes.get("src")) and all(size > _SPACER for size in sizes)


def _span(text: str | None) -> int:
    if text is None:
        return 1
    found = _SPAN.match(text)
    return int(found[1]) if found else 1
