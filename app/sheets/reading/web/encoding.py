"""The encoding of web pages and XML, which declare it and often declare a wrong one."""

from __future__ import annotations

import codecs
import re

from app.sheets.reading.limits import refuse
from app.sheets.reading.web.recognise import utf16_encoding

_HEAD = 2**16
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})""", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")
#: Encodings in which any bytes are a text, so that they prove nothing.
_ANYTHING = re.compile(r"(?:iso|windows|cp125|latin|us-?ascii|ascii|mac|koi|hz|utf)", re.IGNORECASE)


def decoded_page(content: bytes, declared: str = "") -> str:
    """Return the text of a page: by its byte order mark, as UTF-8 if it is, as declared, else as GB18030.

    Args:
        content: the page.
        declared: the encoding that its transport declares; without it, the page's own declaration counts.
    Raises:
        Refusal: no encoding fits.
    """
    if encoding := utf16_encoding(content[:_HEAD]):
        return content.decode(encoding, "replace").lstrip("\ufeff")
    content = content.removeprefix(codecs.BOM_UTF8)
    for encoding in ("utf-8", *_usable(declared or _declaration(content)), "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and _is_broken_utf8(content):
            break
        return text.lstrip("\ufeff")
    return refuse("encoding")


def _declaration(content: bytes) -> str:
    found = _DECLARED.search(content.lstrip()[:_HEAD])
    return found[1].decode("ascii") if found else ""


def _usable(name: str) -> list[str]:
    """Return the declared encoding if a text in it can be told from others; GB2312 and GBK are parts of GB18030."""
    if not name or _ANYTHING.match(name) or name.lower().replace("-", "").startswith(("gb", "xgb", "cp936")):
        return []
    try:
        return [codecs.lookup(name).name]
    except LookupError:
        return []


def _is_broken_utf8(content: bytes) -> bool:
    """Return whether invalid UTF-8 holds mostly Chinese in UTF-8: a page that was cut or has mixed encodings."""
    foreign = len(content) - len(content.decode("ascii", "ignore"))
    chinese = len(_CHINESE.findall(content.decode("utf-8", "ignore")))
    return 3 * chinese > foreign / 2
