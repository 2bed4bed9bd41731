"""Encodings of text files, as programs of schools write them."""

from __future__ import annotations

import codecs
import re

from app.rules.shared.private_characters import count_known
from app.sheets.reading.limits import refuse

#: Signs of a wrong encoding: replacement characters, and controls that no text has.
_GARBLED = re.compile("[\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
#: What DOS programs and copied buffers leave behind the text.
_END_MARKS = b"\x1a\x00"
#: A text with a private character for each so many Chinese ones is garbled.
_CHINESE_PER_PRIVATE = 10
_FEW_PRIVATE = 3
_SAMPLE = 4096


def decode_text(content: bytes) -> str:
    """Decode by byte order mark, else as UTF-16 if every other byte is 0, else strictly as UTF-8, else as GB18030.

    The order matters: UTF-8 text often also decodes as GB18030, into other characters.

    Raises:
        Refusal: no encoding fits, or the text itself is garbled.
    """
    encodings = _candidates(content)
    if not encodings[0].startswith(("utf-16", "utf-32")):
        content = content.rstrip(_END_MARKS)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text.rstrip("\x1a\x00").removeprefix("\ufeff")
        if _is_garbled(text) or (encoding == "gb18030" and _is_broken_utf8(content)):
            break
        return text
    return refuse("encoding")


def _candidates(content: bytes) -> list[str]:
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ["utf-32"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if content.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    sample = content[:_SAMPLE]
    if b"\x00" in sample.rstrip(b"\x00"):
        # Digits, separators and line breaks have their 0 behind them in little endian, before them in big endian.
        behind, before = sample[1::2].count(0), sample[::2].count(0)
        return ["utf-16-le"] if behind >= before else ["utf-16-be"]
    return ["utf-8", "gb18030"]


def _is_garbled(text: str) -> bool:
    """Return whether a text shows signs of a wrong encoding; known private characters, and a few others, are names."""
    if _GARBLED.search(text):
        return True
    private = len(_PRIVATE.findall(text)) - count_known(text)
    return private > _FEW_PRIVATE and private * _CHINESE_PER_PRIVATE > len(_CHINESE.findall(text))


def _is_broken_utf8(content: bytes) -> bool:
    """Return whether invalid UTF-8 holds mostly Chinese in UTF-8: a file that was cut or has mixed encodings."""
    foreign = len(content) - len(content.decode("ascii", "ignore"))
    chinese = len(_CHINESE.findall(content.decode("utf-8", "ignore")))
    return 3 * chinese > foreign / 2
