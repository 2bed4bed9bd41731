"""An .xlsx rewritten with the usual names of parts, in UTF-8, for the reader in Rust."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from app.sheets.reading.xlsx.package import Package, Relation

_READ = frozenset({"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "styles", "sharedStrings"})
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    '<?xml version="1.0"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_ESCAPES = re.compile(rb"(?:_x[0-9A-Fa-f]{4}_)+")


def is_unusual(package: Package) -> bool:
    """Return whether the reader in Rust may not find the parts of the file."""
    if not package.rooted or package.workbook != "xl/workbook.xml":
        return True
    return any(_is_odd(relation) for relation in package.related.values() if relation.kind in _READ)


def _is_odd(relation: Relation) -> bool:
    target = relation.target
    return "./" in target or "%" in target or "\\" in target or not relation.part.endswith(target.lstrip("/"))


def has_escapes(content: bytes) -> bool:
    """Return whether a part spells characters as ``_x4E34_``."""
    return b"_x" in content and _ESCAPES.search(content) is not None


def without_escapes(content: bytes) -> bytes:
    """Return a part with the characters that it spells as ``_x4E34_``; control characters are left out."""
    return _ESCAPES.sub(_unescaped, content)


def _unescaped(match: re.Match[bytes]) -> bytes:
    units = b"".join(int(unit, 16).to_bytes(2, "little") for unit in match[0].decode()[2:-1].split("__x"))
    text = units.decode("utf-16-le", errors="replace")
    return "".join(f"&#{ord(sign)};" for sign in text if sign >= " " or sign in "\t\n\r").encode()


def _attribute(text: str) -> str:
    # The usual function for this imports the network, which costs each start of the process.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def rewritten(package: Package, changed: Mapping[str, bytes]) -> bytes:
    """Return the file with the parts that are read, and no others.

    Args:
        package: the parts.
        changed: the content of parts that replaces the stored one.
    """

    def content(part: str) -> bytes:
        return changed[part] if part in changed else package.read(part)

    buffer = BytesIO()
    listed = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as container:
        container.writestr("[Content_Types].xml", _TYPES)
        container.writestr(
            "_rels/.rels",
            _RELATIONS.format(
                f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/>'
            ),
        )
        container.writestr("xl/workbook.xml", content(package.workbook))
        for number, (key, relation) in enumerate(package.related.items(), start=1):
            if relation.kind not in _READ or relation.part not in package.container.paths:
                continue
            name = {"styles": "styles.xml", "sharedStrings": "sharedStrings.xml"}.get(
                relation.kind, f"worksheets/sheet{number}.xml"
            )
            container.writestr(f"xl/{name}", content(relation.part))
            listed.append(
                f'<Relationship Id="{_attribute(key)}" Type="{_KINDS}/{relation.kind}" Target="{name}"/>'
            )
        container.writestr("xl/_rels/workbook.xml.rels", _RELATIONS.format("".join(listed)))
    return buffer.getvalue()
