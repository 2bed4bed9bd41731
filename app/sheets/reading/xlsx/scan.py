"""The scan of an .xlsx before it is read: the extent of its sheets, and what the reader in Rust does not give.

The reader in Rust allocates a sheet as a full rectangle, so two cells in far corners cost half a terabyte.
A few searches over the bytes clear most files; the others are parsed properly.
"""

from __future__ import annotations

import re

from app.sheets.reading.columns import column_number
from app.sheets.reading.container import Container
from app.sheets.reading.facts import Scanned, SheetFacts
from app.sheets.reading.limits import Limits
from app.sheets.reading.markup import parse_xml, refuse_declarations
from app.sheets.reading.xlsx.canonical import has_escapes, is_unusual, rewritten, without_escapes
from app.sheets.reading.xlsx.package import Package, as_utf8
from app.sheets.reading.xlsx.pictures import CellPictures, anchored_pictures
from app.sheets.reading.xlsx.sheet import SheetScan
from app.sheets.reading.xlsx.styles import Styles, read_styles, read_texts, without_durations

_SLICE = 4 * 2**20
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_PREFIXED_CELL = re.compile(rb":c[\s/>]")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)|\s(?:ht|width)\s*=\s*["']0(?:\.0*)?["']""")
_DOUBTS = (
    b"<c>",
    b"<c/",
    b"<c\t",
    b"<c\n",
    b"<c\r",
    b"<!",
    b'"e"',
    b"'e'",
    b"\x00",
)


_FORMULAS = (b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\t", b"<f\r")


def scan_xlsx(container: Container, limits: Limits) -> Scanned:
    """Scan all parts of the container that may be a sheet.

    Raises:
        Refusal: a sheet is too large, or a part is hostile or damaged.
    """
    package = Package(container)
    pictures = CellPictures(package)
    style_part = package.of_kind("styles")
    stored_styles = package.read(style_part) if style_part in container.paths and style_part else b""
    styles = read_styles(stored_styles) if stored_styles else Styles()
    texts = package.of_kind("sharedStrings")
    if styles.add_to_texts and texts in container.paths and texts:
        styles = styles._replace(texts=read_texts(without_escapes(package.read(texts))))
    sheets = frozenset(package.sheets)
    facts: dict[str, SheetFacts] = {}
    changed: dict[str, bytes] = {}
    durations = False
    for part, stored in container.parts(""):
        if not part.lower().endswith((".xml", ".rels")) and part not in sheets and part != texts:
            continue
        content = as_utf8(stored)
        refuse_declarations(content)
        if content is not stored:
            changed[part] = content
        if (part == texts or part in sheets) and has_escapes(content):
            changed[part] = without_escapes(content)
        if part not in {package.workbook, texts} and not part.endswith(".rels"):
            scan = scan_sheet(content, limits, styles if part in sheets else Styles(), pictures)
            if scan is not None and part in sheets:
                facts[part] = scan.facts()
                durations = durations or scan.durations
    if durations and style_part:
        changed[style_part] = without_durations(stored_styles)
    found = [_with_pictures(package, sheet, facts.get(sheet, SheetFacts())) for sheet in package.sheets]
    return Scanned(found, rewritten(package, changed) if changed or is_unusual(package) else None)


def _with_pictures(package: Package, sheet: str, facts: SheetFacts) -> SheetFacts:
    anchored, lost = anchored_pictures(package, sheet)
    if not anchored and not lost:
        return facts
    return facts._replace(pictures=[*anchored, *facts.pictures], lost_pictures=facts.lost_pictures + lost)


def scan_sheet(content: bytes, limits: Limits, styles: Styles, pictures: CellPictures) -> SheetScan | None:
    """Scan a single part.

    Returns:
        The scan; None if the bytes alone prove that there is nothing to find.
    Raises:
        Refusal: the part is too large or not well-formed.
    """
    if _is_plain_and_small(content, limits) and not _hides(content) and not _has_style(content, styles):
        return None
    scan = SheetScan(limits, styles, pictures)
    parse_xml(content, scan)
    scan.extent.check()
    return scan


def _hides(content: bytes) -> bool:
    """Return whether rows or columns may be hidden; a search for the words alone clears most sheets."""
    if b"hidden" in content or b' ht="0' in content:
        return _HIDDEN.search(content) is not None
    return _HIDDEN.search(content, 0, max(content.find(b"<sheetData"), 0)) is not None


def _has_style(content: bytes, styles: Styles) -> bool:
    if not styles.codes:
        return False
    numbers = "|".join(styles.codes).encode()
    return re.search(rb"""\ss\s*=\s*["'](?:""" + numbers + rb""")["']""", content) is not None


def _is_plain_and_small(content: bytes, limits: Limits) -> bool:
    """Return whether the bytes alone prove that all cells are within the limits and none is a formula or error."""
    declared = content[:200].lower()
    if b"encoding=" in declared and b"utf-8" not in declared:
        return False
    if any(doubt in content for doubt in _DOUBTS) or _PREFIXED_CELL.search(content):
        return False
    if b"<f" in content and any(formula in content for formula in _FORMULAS):
        return False
    cells = content.count(b"<c ")
    if cells > limits.cells:
        return False
    start, seen = 0, 0
    while start < len(content):
        end = content.rfind(b"<", start + 1, start + _SLICE)
        end = len(content) if end < 0 or start + _SLICE >= len(content) else end
        found = _CELL.findall(content[start:end])
        seen += len(found)
        rows, columns = {row for _, row in found}, {column for column, _ in found}
        if any(int(row) > limits.sheet_rows for row in rows) or any(
            column_number(column.decode()) > limits.columns for column in columns
        ):
            return False
        start = end
    return seen == cells
