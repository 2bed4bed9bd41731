"""Limits on a file, and the exception with which the reading process refuses one.

The module imports little because every start of the child process loads it.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn


class Limits(NamedTuple):
    """Limits on a file; the defaults are those of the import.

    Args:
        file_bytes: the size of the file as uploaded.
        entries: members of a zip container.
        unpacked_bytes: the size of all members together, counted while unpacking.
        ratio: unpacked to packed size, for members over a megabyte.
        data_rows: rows below the header.
        head_rows: rows above the data.
        columns: columns with content.
        cells: cells with content in a sheet.
        merged: merged ranges that are reported.
        output_bytes: the size of the child's answer.
        memory_bytes: the child's address space.
        cpu_seconds: the child's CPU time.
        wall_seconds: the time until the child is killed; far above its CPU time, so that a busy machine refuses nobody.
    """

    file_bytes: int = 10 * 2**20
    entries: int = 4_000
    unpacked_bytes: int = 100 * 2**20
    ratio: int = 100
    data_rows: int = 50_000
    head_rows: int = 10
    columns: int = 100
    cells: int = 2_000_000
    merged: int = 20_000
    output_bytes: int = 32 * 2**20
    memory_bytes: int = 512 * 2**20
    cpu_seconds: int = 20
    wall_seconds: int = 300

    @property
    def sheet_rows(self) -> int:
        """Rows of a sheet, including those above the data."""
        return self.data_rows + self.head_rows


LIMITS = Limits()


class Refusal(Exception):
    """Raised when a file is not read; ``code`` names the message in ``app.sheets.reading.refusals``."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def refuse(code: str, **params: str | int) -> NoReturn:
    """Raise the refusal with this code."""
    raise Refusal(code, **params)
