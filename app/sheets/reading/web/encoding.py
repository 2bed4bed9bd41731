"""The encoding of web pages and XML, which declare it and often declare a wrong one."""

from __future__ import annotations

import codecs
import re

from app.sheets.reading.limits import refuse
from app.sheets.reading.web.recognise import utf16_encoding

_HEAD = 2**16
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})""", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")
#: Encodings besides UTF-8 and GB18030 that are believed where they are declared and the bytes fit.
_BELIEVED = {
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "big5hkscs",
    "shiftjis": "cp932",
    "xsjis": "cp932",
    "windows31j": "cp932",
    "eucjp": "euc_jp",
    "euckr": "cp949",
    "ksc56011987": "cp949",
}
_SEPARATORS = re.compile(r"[-_]")


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
    name = _SEPARATORS.sub("", declared or _declaration(content)).lower()
    for encoding in ("utf-8", *([_BELIEVED[name]] if name in _BELIEVED else ()), "gb18030"):
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


def _is_broken_utf8(content: bytes) -> bool:
    """Return whether invalid UTF-8 holds mostly Chinese in UTF-8: a page that was cut or has mixed encodings."""
    foreign = len(content) - len(content.decode("ascii", "ignore"))
    chinese = len(_CHINESE.findall(content.decode("utf-8", "ignore")))
    return 3 * chinese > foreign / 2
