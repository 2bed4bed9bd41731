"""The styles of an .xlsx whose cells may show something other than their value."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.sheets.reading.markup import XmlHandler, parse_xml
from app.sheets.reading.number_formats import BUILTIN_CODES, may_differ, shown_text

_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_STORED_ELAPSED = re.compile(_ELAPSED.pattern.encode(), re.IGNORECASE)
_CODE = re.compile(rb"""(formatCode\s*=\s*)("[^"]*"|'[^']*')""")
_BUILTIN_ELAPSED = re.compile(rb"""(numFmtId\s*=\s*)["']46["']""")


class Styles(NamedTuple):
    """Styles of cells.

    Args:
        codes: the format code by the number of the style, for those that may differ from the value.
        elapsed: those of them that are durations, on which the reader in Rust fails.
        texts: the shared texts, if a format adds words to texts.
    """

    codes: dict[str, str] = {}
    elapsed: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()

    @property
    def add_to_texts(self) -> bool:
        """Whether a style adds words to texts."""
        return any("@" in code and shown_text("x", code).outcome != "plain" for code in self.codes.values())

    def text(self, number: str) -> str | None:
        """Return the shared text with this number, or None."""
        known = number.isascii() and number.isdecimal() and len(number) < 9 and int(number) < len(self.texts)
        return self.texts[int(number)] if known else None


def read_texts(content: bytes) -> tuple[str, ...]:
    """Return the shared texts of a file.

    Raises:
        Refusal: the part is damaged or hostile.
    """
    found = _Texts()
    parse_xml(content, found)
    return tuple(found.texts)


def read_styles(content: bytes) -> Styles:
    """Return the styles that need a closer look.

    Raises:
        Refusal: the part is damaged or hostile.
    """
    found = _Formats()
    parse_xml(content, found)
    codes = {}
    for number, key in enumerate(found.used):
        code = found.codes.get(key, "")
        if code and may_differ(code):
            codes[str(number)] = code
    elapsed = frozenset(style for style, code in codes.items() if _ELAPSED.search(code))
    return Styles(codes, elapsed)


def without_durations(content: bytes) -> bytes:
    """Return the styles with durations as plain numbers."""

    def general(match: re.Match[bytes]) -> bytes:
        return match[1] + (b'"General"' if _STORED_ELAPSED.search(match[2]) else match[2])

    return _BUILTIN_ELAPSED.sub(rb'\1"0"', _CODE.sub(general, content))


class _Formats(XmlHandler):
    """The handler that collects the codes of formats, and the formats that styles of cells use."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {str(key): code for key, code in BUILTIN_CODES.items()}
        self.used: list[str] = []
        self._in_cells = False

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            self.used.append(attributes.get("numFmtId", "0"))
        elif name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")

    def end_element(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False


class _Texts(XmlHandler):
    """The handler that collects shared texts, without the readings of their characters."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._in_text = self._in_reading = False

    def start_element(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self.texts.append("")
        elif name == "rPh":
            self._in_reading = True
        elif name == "t":
            self._in_text = not self._in_reading

    def end_element(self, name: str) -> None:
        if name == "rPh":
            self._in_reading = False
        elif name == "t":
            self._in_text = False

    def character_data(self, text: str) -> None:
        if self._in_text and self.texts:
            self.texts[-1] += text
