"""Web pages and XML as sheets: which kind it is, and how its tables are named."""

from __future__ import annotations

import re

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.web.encoding import decoded_page
from app.sheets.reading.web.html_page import HtmlPage
from app.sheets.reading.web.mhtml import pages_of
from app.sheets.reading.web.recognise import head_text, is_mime
from app.sheets.reading.web.spreadsheet_xml import NAMESPACE, read_spreadsheet_xml
from app.sheets.reading.web.web_sheet import WebSheet

_HEAD = 2**16
_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)")
_PROLOG = re.compile(r"(?:\s|<[?].*?[?]>|<!--.*?-->)*", re.DOTALL)
_XML = re.compile(r"\s*<[?]xml\b", re.IGNORECASE)
#: What Excel writes about the sheets of a page.
_ABOUT_SHEET = re.compile(r"<x:ExcelWorksheet>(.*?)</x:ExcelWorksheet>", re.DOTALL)
_SHEET_NAME = re.compile(r"<x:Name>([^<]{1,200})</x:Name>")
_SHEET_SOURCE = re.compile(r'<x:WorksheetSource\s+HRef="([^"]{1,500})"')
_SHEET_HIDDEN = re.compile(r"<x:Visible>\s*Sheet(?:Very)?Hidden\s*</x:Visible>")
_HTML_ELEMENTS = re.compile(r"<(?:[a-z]{1,8}:)?(?:html|body|tr)\b", re.IGNORECASE)


class _About:
    """The name, place and state of a sheet, as a page of Excel declares them."""

    def __init__(self, text: str) -> None:
        name, source = _SHEET_NAME.search(text), _SHEET_SOURCE.search(text)
        self.name = _unescaped(name[1]).strip() if name else ""
        self.source = source[1].rpartition("/")[2].lower() if source else ""
        self.hidden = bool(_SHEET_HIDDEN.search(text))


def read_web(content: bytes, limits: Limits) -> tuple[str, list[WebSheet]]:
    """Read the tables of a web page, or the sheets of SpreadsheetML 2003.

    Returns:
        The kind, ``html`` or ``xml``, and the sheets.
    Raises:
        Refusal: the page has no table, the file is other XML, exceeds the limits, or is damaged.
    """
    if is_mime(head_text(content).lstrip("\ufeff \t\r\n")):
        return "html", _named(_mhtml_sheets(content, limits))
    text = decoded_page(content).lstrip()
    root, head = _root(text)
    if root == "workbook" and NAMESPACE in head:
        return "xml", read_spreadsheet_xml(text, limits)
    if not root:
        refuse("damaged")
    if root != "html" and _XML.match(text) and not _HTML_ELEMENTS.search(text):
        refuse("other_xml")
    sheets, about = _page(text, limits)
    if len(about) == len(sheets):
        for sheet, known in zip(sheets, about, strict=True):
            sheet.name, sheet.hidden = known.name or sheet.name, sheet.hidden or known.hidden
    if not any(sheet.rows for sheet in sheets):
        refuse("web_page")
    return "html", _named(sheets)


def _page(text: str, limits: Limits) -> tuple[list[WebSheet], list[_About]]:
    page = HtmlPage(limits)
    page.feed(text)
    sheets = page.sheets()
    about = [_About(found[1]) for part in page.office for found in _ABOUT_SHEET.finditer(part)]
    return sheets, about


def _mhtml_sheets(content: bytes, limits: Limits) -> list[WebSheet]:
    """Return the tables of all pages; a page that the main page lists as a sheet gets the sheet's name."""
    sheets: list[WebSheet] = []
    known: dict[str, _About] = {}
    unnamed: list[_About] = []
    for location, page, charset in pages_of(content):
        found, about = _page(decoded_page(page, charset), limits)
        known |= {sheet.source: sheet for sheet in about if sheet.source}
        unnamed += [sheet for sheet in about if not sheet.source]
        file = location.replace("\\", "/").rpartition("/")[2].lower()
        if file in ("tabstrip.htm", "tabstrip.html"):
            continue
        own = known.get(file)
        for sheet in found:
            if own:
                sheet.name, sheet.hidden = own.name or sheet.name, own.hidden
        sheets += found
    if len(unnamed) == len(sheets):
        for sheet, about_it in zip(sheets, unnamed, strict=True):
            sheet.name, sheet.hidden = about_it.name or sheet.name, about_it.hidden
    if not any(sheet.rows for sheet in sheets):
        refuse("web_page")
    return sheets


def _named(sheets: list[WebSheet]) -> list[WebSheet]:
    """Give each of several sheets a name of its own, as Excel would."""
    if len(sheets) < 2:
        return sheets
    taken: set[str] = set()
    for number, sheet in enumerate(sheets, start=1):
        name = sheet.name or f"Sheet{number}"
        sheet.name = name if name not in taken else f"{name} ({number})"
        taken.add(sheet.name)
    return sheets


def _root(text: str) -> tuple[str, str]:
    """Return the name of the first element, and the text that begins with it."""
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    head = text[start : start + _HEAD]
    found = _ROOT.search(head)
    return (found[1].lower() if found else ""), head


def _unescaped(text: str) -> str:
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text
