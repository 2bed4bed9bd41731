"""Zip containers (.xlsx, .ods), unpacked under limits that do not trust the sizes in their headers."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.markup import XmlHandler, parse_xml

_CHUNK = 2**20
_ENCRYPTED = 0x1
_KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_SHEET_ENDINGS = (".xlsx", ".xls", ".ods", ".csv", ".et")


class Container:
    """An open zip container whose directory has been checked.

    Raises:
        Refusal: the zip cannot be read, or has too many members, suspicious names or encrypted members.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            refuse("damaged")
        self._limits = limits
        self._left = limits.unpacked_bytes
        members = self._zip.infolist()
        self.names = [member.filename for member in members]
        if len(members) > limits.entries:
            refuse("bomb")
        #: The member by its path, which some programs write with backslashes.
        self.paths = {name.replace("\\", "/"): name for name in self.names}
        if len(self.paths) < len(members) or any(_is_suspicious(name) for name in self.names):
            refuse("damaged")
        if any(member.flag_bits & _ENCRYPTED for member in members):
            refuse("password")

    def members(self) -> Iterator[tuple[str, int]]:
        """Yield the name and the flags of each member, as stored in the directory."""
        return ((member.filename, member.flag_bits) for member in self._zip.infolist())

    def kind(self) -> str:
        """Return the format of the container, ``xlsx`` or ``ods``.

        Raises:
            Refusal: the container is a workbook with macros, a binary workbook, an archive of files, or anything else.
        """
        names = set(self.paths)
        if any(name.lower().endswith("vbaproject.bin") for name in names) or "Basic/script-lc.xml" in names:
            refuse("macro")
        if "xl/workbook.bin" in names:
            refuse("binary_workbook")
        if "content.xml" in names and self._media_type().startswith(_ODS_TYPE):
            return "ods"
        if "[Content_Types].xml" in names:
            types = _ContentTypes()
            parse_xml(self.read("[Content_Types].xml"), types)
            if types.macro:
                refuse("macro")
            if types.sheet or any(name.startswith("xl/") for name in names):
                return "xlsx"
        return refuse(
            "archive" if any(name.lower().endswith(_SHEET_ENDINGS) for name in names) else "not_a_sheet"
        )

    def read(self, name: str) -> bytes:
        """Unpack a member; its actual bytes count against the limit for all members together.

        Args:
            name: the member's name or path.
        Raises:
            Refusal: the member grows too large, or is damaged.
        """
        member = self._zip.getinfo(self.paths.get(name, name))
        if member.compress_type not in _KNOWN_METHODS:
            refuse("damaged")
        pieces: list[bytes] = []
        unpacked = 0
        try:
            with self._zip.open(member) as stream:
                while piece := stream.read(_CHUNK):
                    pieces.append(piece)
                    unpacked += len(piece)
                    self._count(len(piece), unpacked, member.compress_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            refuse("damaged")
        return b"".join(pieces)

    def parts(self, ending: str) -> Iterator[tuple[str, bytes]]:
        """Yield the members with this ending one by one; the others are unpacked too, so that their bytes count.

        Raises:
            Refusal: as ``read``.
        """
        for name, stored in self.paths.items():
            content = self.read(stored)
            if name.lower().endswith(ending):
                yield name, content

    def _media_type(self) -> bytes:
        return self.read("mimetype").strip() if "mimetype" in self.paths else b""

    def _count(self, piece: int, unpacked: int, packed: int) -> None:
        self._left -= piece
        if self._left < 0 or (unpacked > _CHUNK and unpacked > self._limits.ratio * max(packed, 1)):
            refuse("bomb")


def _is_suspicious(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\x00" in name


class _ContentTypes(XmlHandler):
    """The handler of ``[Content_Types].xml``: whether a part is a workbook, and whether one has macros.

    A type that is only declared for an ending says nothing unless it is the ending of the workbook itself: SheetJS
    declares a type with macros for ``.bin`` in every file.
    """

    def __init__(self) -> None:
        self.macro = self.sheet = False

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if name == "Override" or (name == "Default" and attributes.get("Extension", "").lower() == "xml"):
            self.macro = self.macro or "macroenabled" in kind or "vbaproject" in kind
            self.sheet = self.sheet or "spreadsheetml" in kind
