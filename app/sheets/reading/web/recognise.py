"""Recognition of web pages and XML among uploaded files, by what they contain, however they begin."""

from __future__ import annotations

import codecs
import re

_HEAD = 2**16
_BEGINNING = 4096
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Tags with which pages, fragments of pages and XML begin.
_FIRST = re.compile(
    r"<(?:[?][a-z]|!doctype|!--|!\[|(?:[a-z]{1,8}:)?"
    r"(?:html|head|body|meta|title|style|script|link|base|table|caption|colgroup|thead|tbody|tr|td|th|frameset"
    r"|div|span|p|br|hr|center|font|form|b|h[1-6]|section|article|main|pre|ul|ol|workbook)\b)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<(?:[a-z]{1,8}:)?(?:html|body|table|frameset)\b[^<>]*>", re.IGNORECASE)
_ROW = re.compile(r"<(?:[a-z]{1,8}:)?tr\b[^<>]*>\s*<(?:[a-z]{1,8}:)?t[dh]\b", re.IGNORECASE)
_WITHOUT_BLANKS = re.compile(rb"\A(?:\xef\xbb\xbf|\s)+")
_MIME = re.compile(
    r"(?:[a-z][a-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:mime-version:|content-type:\s*(?:multipart/|text/html))",
    re.IGNORECASE,
)


def is_web(content: bytes) -> bool:
    """Return whether a file is HTML, XML or a web page with its parts in one file (MHTML)."""
    text = head_text(content).lstrip("\ufeff\x00 \t\r\n\x0b\x0c\x1a")
    if _FIRST.match(text) or is_mime(text):
        return True
    return bool(_PAGE.search(text) and _ROW.search(text))


def is_mime(text: str) -> bool:
    """Return whether a text begins with the headers of MHTML."""
    return bool(_MIME.match(text[:_BEGINNING]))


def head_text(content: bytes) -> str:
    """Return the beginning of a file as text, in which at least the ASCII characters are right."""
    if encoding := utf16_encoding(content[:_HEAD]):
        return content[:_HEAD].decode(encoding, "ignore")
    # Pages that programs write may begin with very many blank lines.
    return _WITHOUT_BLANKS.sub(b"", content, count=1)[:_HEAD].decode("latin-1")


def utf16_encoding(head: bytes) -> str | None:
    """Return the encoding of UTF-16, with or without a byte order mark; None for other encodings."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    # Markup is mostly ASCII, of which every second byte is 0.
    beginning = head[:_BEGINNING]
    if beginning[:2].strip(b"\0") == beginning[:2] or b"\0" not in beginning:
        return None
    return "utf-16-be" if beginning[:1] == b"\0" else "utf-16-le"
