"""Compound files (OLE) around an .xls: read under limits, and written anew for the reader in Rust."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from io import BytesIO

from olefile import MAXREGSECT, STGTY_STREAM, OleFileIO

from app.sheets.reading.limits import refuse

#: Entries of a compound file's directory; a workbook has some ten, and two for each embedded object.
_MOST_ENTRIES = 4096
_ENTRY_BYTES = 128
_WORKBOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")

_SECTOR = 512
#: Streams below this size would have to stand among the small streams.
_SMALLEST = 4096
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _LAST, _IS_FAT, _IS_DIFAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_PER_SECTOR = _SECTOR // 4
_IN_HEADER = 109


def sheets_stream(content: bytes) -> bytes:
    """Return the stream of an .xls that contains its sheets.

    Raises:
        Refusal: the file has a password or macros, contains no workbook, or is damaged.
        OSError, ValueError, LookupError, RecursionError, struct.error: the compound file is damaged.
    """
    if not content.startswith(_MAGIC):
        return content
    _check_header(content)
    with _BoundedOle(BytesIO(content)) as compound:
        names = {entry.name for entry in compound.direntries if entry is not None}
        if "EncryptedPackage" in names:
            refuse("password")
        stream = next((found for name in _WORKBOOKS if (found := compound.stream(name))), b"")
        if not stream:
            refuse("not_a_sheet")
        if "_VBA_PROJECT_CUR" in names:
            refuse("macro")
    return stream


def wrapped(stream: bytes) -> bytes:
    """Return a compound file that contains this stream as its workbook and nothing else ([MS-CFB]).

    The order is: header, the stream, its directory, the FAT, and what lists the FAT beyond the header (DIFAT).
    """
    stream = stream.ljust(_SMALLEST, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    sectors = len(stream) // _SECTOR
    fats, difats = 1, 0
    while fats * _PER_SECTOR < sectors + 1 + fats + difats:
        fats += 1
        difats = -(-max(fats - _IN_HEADER, 0) // (_PER_SECTOR - 1))
    first_fat, first_difat = sectors + 1, sectors + 1 + fats
    fat = [*range(1, sectors), _LAST, _LAST, *[_IS_FAT] * fats, *[_IS_DIFAT] * difats]
    fat += [_FREE] * (fats * _PER_SECTOR - len(fat))
    listed = [*range(first_fat, first_difat)]
    header = _MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIII", 0, fats, sectors, 0, _SMALLEST)
    header += struct.pack("<IIII", _LAST, 0, first_difat if difats else _LAST, difats)
    header += _numbers(listed[:_IN_HEADER], _IN_HEADER)
    directory = _entry("Root Entry", 5, child=1, start=_LAST, size=0)
    directory += _entry("Workbook", 2, child=_FREE, start=0, size=len(stream))
    pieces = [header, stream, directory.ljust(_SECTOR, b"\0"), _numbers(fat, len(fat))]
    further = listed[_IN_HEADER:]
    for number in range(difats):
        part = further[number * (_PER_SECTOR - 1) : (number + 1) * (_PER_SECTOR - 1)]
        following = first_difat + number + 1 if number + 1 < difats else _LAST
        pieces.append(_numbers(part, _PER_SECTOR - 1) + struct.pack("<I", following))
    return b"".join(pieces)


def _numbers(numbers: list[int], count: int) -> bytes:
    return struct.pack(f"<{count}I", *numbers, *[_FREE] * (count - len(numbers)))


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    return (
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _check_header(content: bytes) -> None:
    """Refuse sizes that no program writes but that olefile would trust ([MS-CFB] 2.2)."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    if shift not in {9, 12} or mini_shift != 6:
        refuse("damaged")
    size = 1 << shift
    # A sector of the double-indirect table (DIFAT) names size/4 - 1 sectors of the FAT, each for size/4 sectors.
    sectors_each = size // 4 * (size // 4 - 1)
    (difat_sectors,) = struct.unpack_from("<I", content, 72)
    if difat_sectors > len(content) // (size * sectors_each) + 1:
        refuse("damaged")


class _BoundedOle(OleFileIO):  # type: ignore[misc]
    """A compound file whose chains of sectors are known to end.

    olefile follows a chain for as many sectors as the file declares, which may be billions in a loop. Therefore each
    chain is followed here before olefile reads it.
    """

    def loaddirectory(self, sect: int) -> None:
        """Read the directory, after the FAT."""
        if _length(self.fat, sect) * self.sector_size > _MOST_ENTRIES * _ENTRY_BYTES:
            refuse("damaged")
        _length(self.fat, self.first_mini_fat_sector)
        super().loaddirectory(sect)
        _length(self.fat, self.root.isectStart)

    def stream(self, name: str) -> bytes:
        """Return the first stream of this name in any folder, as calamine does; empty if there is none."""
        for entry in self.direntries:
            if entry is not None and entry.name == name and entry.entry_type == STGTY_STREAM:
                return self._read(entry.isectStart, entry.size)
        return b""

    def _read(self, start: int, size: int) -> bytes:
        if size >= self.minisectorcutoff:
            _length(self.fat, start)
        else:
            self.loadminifat()
            _length(self.minifat, start)
        return bytes(self._open(start, size).read())


def _length(table: Sequence[int], sector: int) -> int:
    """Return the number of sectors of the chain that begins with this sector.

    Raises:
        Refusal: the chain leads outside the file, or is a loop.
    """
    length = 0
    while sector < MAXREGSECT:
        length += 1
        if sector >= len(table) or length > len(table):
            refuse("damaged")
        sector = table[sector]
    return length
