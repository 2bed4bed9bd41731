"""The parts of an .xlsx and how they refer to each other; nothing relies on the usual names of parts."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple
from urllib.parse import unquote

from app.sheets.reading.container import Container
from app.sheets.reading.limits import refuse
from app.sheets.reading.markup import XmlHandler, parse_xml

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00?\x00", b"\x00<\x00?")
_ENCODING = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")


class Relation(NamedTuple):
    """A reference to another part: the last word of its type, the part, and the target as written."""

    kind: str
    part: str
    target: str


class Package:
    """The parts of an .xlsx.

    Args:
        container: the zip.
    Raises:
        Refusal: there is no workbook in it, it has macros, or a part is damaged or hostile.
    """

    def __init__(self, container: Container) -> None:
        self.container = container
        self._names = {path.lower(): path for path in container.paths}
        root = self.relations("")
        mains = [relation for relation in root.values() if relation.kind == "officeDocument"]
        self.workbook = mains[0].part if mains and mains[0].part in container.paths else "xl/workbook.xml"
        #: Whether the package itself names its workbook.
        self.rooted = bool(mains)
        if self.workbook not in container.paths:
            refuse("damaged")
        self.related = self.relations(self.workbook)
        if any(relation.kind == "vbaProject" for relation in self.related.values()):
            refuse("macro")
        listed = _Sheets()
        parse_xml(self.read(self.workbook), listed)
        self.sheets = [self.related[key].part if key in self.related else "" for key in listed.keys]

    def read(self, part: str) -> bytes:
        """Unpack a part, in UTF-8."""
        return as_utf8(self.container.read(part))

    def existing(self, part: str) -> str:
        """Return the name under which the zip has a part, whatever its case; the name itself if it has none."""
        return part if part in self.container.paths else self._names.get(part.lower(), part)

    def named(self, name: str) -> str | None:
        """Return the part whose last name this is, whatever its folder and case."""
        return next((part for key, part in self._names.items() if posixpath.basename(key) == name), None)

    def of_kind(self, kind: str) -> str | None:
        """Return the part that the workbook refers to as this kind."""
        return next((relation.part for relation in self.related.values() if relation.kind == kind), None)

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what a part refers to, by key; nothing outside the file.

        Args:
            part: a part; "" for the package itself.
        """
        folder, name = posixpath.split(part)
        source = self.existing(posixpath.join(folder, "_rels", f"{name}.rels"))
        if source not in self.container.paths:
            return {}
        found = _Relations()
        parse_xml(self.read(source), found)
        return {
            key: Relation(kind, self.existing(_resolved(folder, target)), target)
            for key, (kind, target) in found.targets.items()
        }


def as_utf8(content: bytes) -> bytes:
    """Return a part in UTF-8; only UTF-16, the other encoding that spreadsheets may use, is converted.

    Raises:
        Refusal: the part is not in the encoding that it begins with.
    """
    if not content.startswith(_UTF16_MARKS):
        return content
    order = "utf-16" if content[0] in b"\xff\xfe" else "utf-16-le" if content[0] else "utf-16-be"
    try:
        text = content.decode(order)
    except UnicodeDecodeError:
        refuse("damaged")
    return _ENCODING.sub(r"\1", text, count=1).encode()


def _resolved(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    path = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(path).lstrip("/")


class _Sheets(XmlHandler):
    """The handler of the workbook that collects the keys of the sheets' parts, in order."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.keys.append(
                next((value for label, value in attributes.items() if label.endswith(":id")), "")
            )


class _Relations(XmlHandler):
    """The handler of relationships that collects those within the file."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.targets[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))
