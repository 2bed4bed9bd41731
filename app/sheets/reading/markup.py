"""XML of strangers, read event by event."""

from __future__ import annotations

from typing import NoReturn
from xml.parsers import expat

from app.sheets.reading.limits import refuse

_CHUNK = 2**20


class Listener:
    """Receives the events of a part; names come without their prefix."""

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; names of attributes keep their prefix."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def said(self, text: str) -> None:
        """Text inside an element."""


def listen(content: bytes, listener: Listener) -> None:
    """Parse a part.

    Raises:
        Refusal: the part declares a document type, or is not well-formed.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: listener.opened(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: listener.closed(name.rpartition(":")[2])
    parser.CharacterDataHandler = listener.said
    try:
        for start in range(0, len(content), _CHUNK):
            parser.Parse(content[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        refuse("damaged")


def refuse_declarations(content: bytes) -> None:
    """Refuse document types in a part that is not parsed here.

    Raises:
        Refusal: there is one.
    """
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        refuse("unsafe_markup")


def _refuse_doctype(*_: object) -> NoReturn:
    refuse("unsafe_markup")
