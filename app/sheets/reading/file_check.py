"""The first check of a file, by its size and its first bytes, never by its name."""

from __future__ import annotations

from typing import Literal

from app.sheets.reading.limits import Limits, refuse

Form = Literal["zip", "ole", "text"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES = (b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"RIFF",
    b"{\\rtf",
    b"\x7fELF",
    b"MZ",
    b"II*\x00",
)
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TEXT_ENDINGS = (".csv", ".txt")
_HEAD = 4096


def check_file(content: bytes, filename: str, limits: Limits) -> Form:
    """Return the kind of a file, recognised by its first bytes.

    Args:
        content: the whole file.
        filename: only chooses between two messages.
        limits: the largest size allowed.
    Raises:
        Refusal: the file is empty, too large, an archive, a web page, or obviously something else.
    """
    if not content.strip(_UTF8_MARK + b" \t\r\n"):
        refuse("empty_file")
    if len(content) > limits.file_bytes:
        refuse("too_large", limit=limits.file_bytes // 2**20)
    if content.startswith(_ZIP):
        return "zip"
    if content.startswith(_OLE):
        return "ole"
    if content.startswith(_ARCHIVES):
        refuse("archive")
    if content.startswith(_OTHERS):
        refuse("not_a_sheet")
    if _is_markup(content):
        refuse("web_page")
    if b"\x00" in content[:_HEAD] and not content.startswith(_UTF16_MARKS):
        refuse("encoding" if filename.lower().endswith(_TEXT_ENDINGS) else "not_a_sheet")
    return "text"


def _is_markup(content: bytes) -> bool:
    """Return whether a file is HTML or XML, as the "spreadsheets" that many school systems export are."""
    head = content[:_HEAD].removeprefix(_UTF8_MARK).lstrip().lower()
    return head.startswith(
        (b"<?xml", b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<style", b"<!--")
    )
