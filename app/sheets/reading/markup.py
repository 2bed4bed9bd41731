"""Event-based parsing of untrusted XML."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from app.sheets.reading.limits import refuse

_CHUNK = 2**20


class XmlHandler:
    """The base of handlers of XML events; names of elements come without their prefix."""

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element; names of attributes keep their prefix."""

    def end_element(self, name: str) -> None:
        """Handle the end of an element."""

    def character_data(self, text: str) -> None:
        """Handle text inside an element."""


def parse_xml(content: bytes, handler: XmlHandler) -> None:
    """Parse a part and pass its events to the handler.

    Raises:
        Refusal: the part declares a document type, or is not well-formed.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: handler.start_element(
        name.rpartition(":")[2], attributes
    )
    parser.EndElementHandler = lambda name: handler.end_element(name.rpartition(":")[2])
    parser.CharacterDataHandler = handler.character_data
    try:
        for start in range(0, len(content), _CHUNK):
            parser.Parse(content[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        refuse("damaged")


def refuse_declarations(content: bytes) -> None:
    """Refuse document types in a part that is not parsed.

    Raises:
        Refusal: the part declares a document type or an entity.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        refuse("unsafe_markup")


def _refuse_doctype(*_: object) -> NoReturn:
    refuse("unsafe_markup")
