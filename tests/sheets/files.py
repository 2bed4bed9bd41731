"""Files made by hand, so that a test determines their content exactly."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import openpyxl
import xlwt

from app.rules.imports.students import LABELS
from app.sheets.writing.cells import put_text, saved
from app.sheets.writing.student_template import student_template

_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.{main}.main+xml"/>'
    "</Types>"
)
_MAIN = "openxmlformats-officedocument.spreadsheetml.sheet"
_MACRO_MAIN = "ms-excel.sheet.macroEnabled"
_RELATIONS = (
    '<?xml version="1.0"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = f'<Relationship Id="rId{{}}" Type="{_KINDS}/{{}}" Target="{{}}"/>'
_WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{}</sheets></workbook>'
)
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'
_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?>{}<office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet">{}</manifest:file-entry></manifest:manifest>'
)
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip of these members."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return buffer.getvalue()


def xlsx_members(
    *sheets: str,
    extra: dict[str, str | bytes] | None = None,
    names: list[str] | None = None,
    macro: bool = False,
) -> dict[str, str | bytes]:
    """The members of an .xlsx; each sheet is the whole XML of its part."""
    names = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    related = "".join(
        _RELATION.format(number, "worksheet", f"worksheets/sheet{number}.xml")
        for number in range(1, len(sheets) + 1)
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _CONTENT_TYPES.format(main=_MACRO_MAIN if macro else _MAIN),
        "_rels/.rels": _RELATIONS.format(_RELATION.format(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": _WORKBOOK.format(listed),
        "xl/_rels/workbook.xml.rels": _RELATIONS.format(related),
    }
    for number, sheet in enumerate(sheets, start=1):
        members[f"xl/worksheets/sheet{number}.xml"] = sheet
    return members | (extra or {})


def xlsx(rows: str, *, after: str = "") -> bytes:
    """An .xlsx of one sheet with these rows as XML."""
    return zipped(xlsx_members(_SHEET.format(rows, after)))


def xlsx_table(table: list[list[str]], *, merged: str = "") -> bytes:
    """An .xlsx of one sheet of texts."""
    after = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return xlsx(rows_xml(table), after=after)


def sheet_xml(table: list[list[str]]) -> str:
    """A sheet part with these texts."""
    return _SHEET.format(rows_xml(table), "")


def rows_xml(table: list[list[str]]) -> str:
    """Rows of inline texts."""
    return "".join(
        f'<row r="{row_no}">'
        + "".join(
            f'<c r="{letters(column)}{row_no}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in enumerate(row, start=1)
            if text
        )
        + "</row>"
        for row_no, row in enumerate(table, start=1)
    )


def letters(column: int) -> str:
    """A to ZZ."""
    head, tail = divmod(column - 1, 26)
    return (chr(64 + head) if head else "") + chr(65 + tail)


def ods(
    tables: str, *, prolog: str = "", manifest: str = "", extra: dict[str, str | bytes] | None = None
) -> bytes:
    """An .ods with these tables as XML."""
    return zipped(
        {
            "mimetype": ODS_TYPE,
            "content.xml": _ODS.format(prolog, tables),
            "META-INF/manifest.xml": _MANIFEST.format(manifest),
            **(extra or {}),
        }
    )


def ods_text(text: str, attributes: str = "") -> str:
    """A cell of an .ods."""
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def ods_table(table: list[list[str]], name: str = "Sheet1") -> str:
    """A table of texts for ``ods``."""
    rows = "".join(f"<table:table-row>{''.join(map(ods_text, row))}</table:table-row>" for row in table)
    return f'<table:table table:name="{name}">{rows}</table:table>'


def xls_table(table: list[list[object]], *, merged: tuple[int, int, int, int] | None = None) -> bytes:
    """An .xls of one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for row_no, row in enumerate(table):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(row_no, column, value)
    if merged:
        sheet.merge(*merged)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def compound(*names: str) -> bytes:
    """An OLE file with empty streams of these names: header, FAT sectors, directory sectors.

    Each stream stands to the right of the one before it in the tree; the first is the child of the root.
    """
    none, last = 0xFFFFFFFF, len(names)
    entries = [("Root Entry", 5, none, 1)]
    entries += [(name, 2, none if place == last else place + 1, none) for place, name in enumerate(names, 1)]
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, none, right, child)
        + bytes(36)
        + struct.pack("<IQ", 0xFFFFFFFE, 0)
        for name, kind, right, child in entries
    )
    sectors = -(-len(directory) // 512)
    # Each FAT sector names 128 sectors, of which one is itself.
    fats = -(-sectors // 127)
    chain = [0xFFFFFFFD] * fats + [*range(fats + 1, fats + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{128 * fats}I", *chain, *[0xFFFFFFFF] * (128 * fats - len(chain)))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(10)
    )
    header += struct.pack("<III", fats, fats, 0) + struct.pack("<IIIII", 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    listed = struct.pack("<109I", *range(fats), *[0xFFFFFFFF] * (109 - fats))
    return header + listed + fat + directory.ljust(sectors * 512, b"\0")


#: Texts that a spreadsheet program would take for a formula.
PAYLOADS = [
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://evil.example","x")',
        "\t=1+1",
        "\r=1",
    ),
    *(
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "=",
        "==1",
        "'=1",
        '="x"',
        "=1+1;",
        "%0A=1",
        "-2+3+cmd|' /C calc'!A0",
        "{=1+1}",
    ),
]


def template() -> bytes:
    """The template of students."""
    return student_template(unit_code="90001", school_name="明德医科大学", translate=str)


def filled(rows: list[dict[str, str]], columns: list[str] | None = None) -> bytes:
    """The template of students with these rows filled in; ``columns``: only these fields."""
    book = openpyxl.load_workbook(BytesIO(template()))
    sheet = book.worksheets[0]
    places = {str(sheet.cell(2, number).value).rstrip("*"): number for number in range(1, len(LABELS) + 1)}
    for row_no, row in enumerate(rows, start=4):
        for field in columns or LABELS:
            put_text(sheet.cell(row_no, places[LABELS[field]]), row[field])
    return saved(book)
