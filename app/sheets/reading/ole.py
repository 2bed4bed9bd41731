"""Compound files of old Office programs: their streams by name ([MS-CFB])."""

from __future__ import annotations

import struct

from app.sheets.reading.limits import refuse

_LAST_SECTOR = 0xFFFFFFFA
_HEADER_FAT = 109
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class CompoundFile:
    """An opened compound file.

    Raises:
        Refusal: the chains of sectors lead outside the file or in circles.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            shift, mini_shift = struct.unpack_from("<HH", content, 30)
            fat_sectors, directory = struct.unpack_from("<II", content, 44)
            self._cutoff, mini_fat, _, more_fat, more_sectors = struct.unpack_from("<IIIII", content, 56)
            header_fat = struct.unpack_from(f"<{_HEADER_FAT}I", content, 76)
        except struct.error:
            refuse("damaged")
        if shift not in {9, 12} or mini_shift != 6:
            refuse("damaged")
        self._size = 1 << shift
        self._fat = self._read_fat(list(header_fat), more_fat, more_sectors, fat_sectors)
        self._entries = self._read_directory(directory)
        self._mini_fat = _numbers(self._chain(mini_fat))
        root = next((entry for entry in self._entries if entry[1] == _ROOT), None)
        self._mini = self._chain(root[2]) if root else b""

    @property
    def names(self) -> set[str]:
        """Names of all streams and storages."""
        return {name for name, *_ in self._entries}

    def stream(self, name: str) -> bytes:
        """The bytes of a stream, "" when there is none of this name.

        Raises:
            Refusal: its chain is broken.
        """
        for entry_name, kind, start, size in self._entries:
            if entry_name == name and kind == _STREAM:
                return (self._mini_chain(start) if size < self._cutoff else self._chain(start))[:size]
        return b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        sector = self._content[start : start + self._size]
        if not sector:
            refuse("damaged")
        return sector

    def _read_fat(self, sectors: list[int], more: int, count: int, wanted: int) -> tuple[int, ...]:
        for _ in range(min(count, len(self._content) // self._size)):
            if more >= _LAST_SECTOR:
                break
            *found, more = _numbers(self._sector(more))
            sectors += found
        used = [sector for sector in sectors if sector < _LAST_SECTOR][:wanted]
        return _numbers(b"".join(self._sector(sector) for sector in used))

    def _chain(self, start: int) -> bytes:
        pieces: list[bytes] = []
        while start < _LAST_SECTOR:
            if start >= len(self._fat) or len(pieces) > len(self._fat):
                refuse("damaged")
            pieces.append(self._sector(start))
            start = self._fat[start]
        return b"".join(pieces)

    def _mini_chain(self, start: int) -> bytes:
        pieces: list[bytes] = []
        while start < _LAST_SECTOR:
            if start >= len(self._mini_fat) or len(pieces) > len(self._mini_fat):
                refuse("damaged")
            pieces.append(self._mini[start * 64 : start * 64 + 64])
            start = self._mini_fat[start]
        return b"".join(pieces)

    def _read_directory(self, start: int) -> list[tuple[str, int, int, int]]:
        table = self._chain(start)
        entries: list[tuple[str, int, int, int]] = []
        for offset in range(0, len(table) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", table, offset + 64)
            first, size = struct.unpack_from("<II", table, offset + 116)
            name = table[offset : offset + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind:
                entries.append((name, kind, first, size))
        return entries


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
