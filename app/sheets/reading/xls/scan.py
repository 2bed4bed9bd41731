"""The scan of an .xls before it is read, record by record ([MS-XLS])."""

from __future__ import annotations

import struct
from typing import NamedTuple

from app.sheets.reading.facts import SheetFacts, Shown, Unclear
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.sheet_bounds import Extent
from app.sheets.reading.xls.biff5 import as_biff8
from app.sheets.reading.xls.compound import sheets_stream, wrapped
from app.sheets.reading.xls.formats import Formats, TextFormat, numbers_of
from app.sheets.reading.xls.mend import mended
from app.sheets.reading.xls.records import (
    BIFF5,
    BIFF8,
    BOF,
    BOOL_OR_ERROR,
    BOUNDSHEET,
    COLUMNS,
    FILEPASS,
    FORMULA,
    LABEL,
    MULTIPLE_RK,
    OBJECT,
    ROW,
    SHARED_LABEL,
    VALUES,
    records,
    unsigned,
)

#: Results of a formula that are no number end in two bytes FF; the first byte says what they are.
_SPECIAL, _ERROR_RESULT = b"\xff\xff", 2
#: The number 0, and the empty text.
_NO_RESULTS = (bytes(8), b"\x03\0\0\0\0\0\xff\xff")
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
#: The kind of an OBJ record that is a picture.
_PICTURE = 8


class XlsScan(NamedTuple):
    """The result of the scan of an .xls.

    Args:
        facts: the facts about each sheet, in the order of the workbook.
        content: a compound file for the reader in Rust, which contains nothing but the mended sheets.
        texts: cells of text whose format adds words, by sheet; their texts are known after the reading.
    """

    facts: list[SheetFacts]
    content: bytes
    texts: list[list[TextFormat]]


def scan_xls(content: bytes, limits: Limits) -> XlsScan:
    """Scan the sheets of an .xls, or of a stream of records without a compound file around it.

    Raises:
        Refusal: the file has a password or macros, contains no workbook, is too large, too old or damaged.
    """
    try:
        stream = sheets_stream(content)
        version = _version(stream)
        starts = _sheet_starts(stream)
        if version == BIFF5:
            stream, starts = as_biff8(stream, starts)
        formats = Formats(stream)
        scans = [_SheetScan(stream, start, formats, limits) for start in starts]
        has_results = any(scan.has_results for scan in scans)
        facts = [scan.facts(has_results=has_results) for scan in scans]
        unformatted = [place for scan in scans for place in scan.unformatted]
        return XlsScan(facts, wrapped(mended(stream, starts, unformatted)), [scan.texts for scan in scans])
    except (OSError, EOFError, ValueError, LookupError, RecursionError, struct.error):
        refuse("damaged")


def _version(stream: bytes) -> int:
    record = unsigned(stream, 0)
    if record in (0x0009, 0x0209, 0x0409):
        refuse("old_excel")
    if record != BOF:
        refuse("damaged")
    return BIFF5 if unsigned(stream, 4) == BIFF5 else BIFF8


def _sheet_starts(stream: bytes) -> list[int]:
    starts: list[int] = []
    for record, position, _, _ in records(stream, 0):
        if record == FILEPASS:
            refuse("password")
        if record == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", stream, position)[0])
    return starts


class _SheetScan:
    """The facts about a sheet, as its records are walked through."""

    def __init__(self, stream: bytes, start: int, formats: Formats, limits: Limits) -> None:
        self._stream, self._formats, self._limits = stream, formats, limits
        self._shown: list[Shown] = []
        self._unclear: list[Unclear] = []
        self.texts: list[TextFormat] = []
        #: Where the XF of a number stands that no date can show.
        self.unformatted: list[int] = []
        self._errors: list[tuple[int, int]] = []
        self._formulas: list[tuple[int, int]] = []
        self._hidden_rows: list[int] = []
        self._hidden_columns: set[int] = set()
        self._pictures = 0
        self.has_results = False
        extent = Extent(limits)
        for record, position, length, depth in records(stream, start):
            if depth > 1:
                continue
            if record in VALUES:
                row, column = struct.unpack_from("<HH", stream, position)
                last = unsigned(stream, position + length - 2) if record == MULTIPLE_RK else column
                extent.add(row, column, columns=max(last - column + 1, 1))
                self._look_at_value(record, position, row, column)
                if formats.of_interest:
                    self._look_at_format(record, position, length, row)
            elif record == ROW:
                if unsigned(stream, position + 12) & _HIDDEN_ROW:
                    self._hidden_rows.append(unsigned(stream, position))
            elif record == COLUMNS:
                self._look_at_columns(position)
            elif record == OBJECT:
                self._pictures += self._is_picture(position)
        extent.check()

    def facts(self, *, has_results: bool) -> SheetFacts:
        """Return the facts.

        Args:
            has_results: whether any formula of the workbook has a result other than 0 and "". Programs that
                cannot calculate store the same everywhere, and leave the results to Excel.
        """
        flaws = [(row, column, "ERROR") for row, column in self._errors]
        if not has_results:
            flaws += [(row, column, "FORMULA") for row, column in self._formulas]
        return SheetFacts(
            flaws=flaws,
            shown=self._shown,
            unclear=self._unclear,
            hidden_rows=[row for row in self._hidden_rows if row < self._limits.sheet_rows],
            hidden_columns=sorted(self._hidden_columns),
            lost_pictures=self._pictures,
        )

    def _look_at_value(self, record: int, position: int, row: int, column: int) -> None:
        stream = self._stream
        if record == BOOL_OR_ERROR:
            if stream[position + 7 : position + 8] == b"\x01":
                self._errors.append((row, column))
        elif record == FORMULA:
            result = stream[position + 6 : position + 14]
            if result[6:] == _SPECIAL and result[0] == _ERROR_RESULT:
                self._errors.append((row, column))
            elif result in _NO_RESULTS:
                self._formulas.append((row, column))
            else:
                self.has_results = True

    def _look_at_format(self, record: int, position: int, length: int, row: int) -> None:
        stream, formats = self._stream, self._formats
        if record in (SHARED_LABEL, LABEL):
            if code := formats.code(unsigned(stream, position + 4)):
                self.texts.append((row, unsigned(stream, position + 2), code))
            return
        for column, place, number in numbers_of(stream, record, position, length):
            index = unsigned(stream, place)
            if index in formats.of_interest:
                shown, unclear = formats.shown(row, column, index, number)
                if shown:
                    self._shown.append(shown)
                if unclear:
                    self._unclear.append(unclear)
                    self.unformatted.append(place)

    def _look_at_columns(self, position: int) -> None:
        first, last, width, _, options = struct.unpack_from("<5H", self._stream, position)
        if options & _HIDDEN_COLUMN or width == 0:
            self._hidden_columns.update(range(first, min(last + 1, self._limits.columns)))

    def _is_picture(self, position: int) -> bool:
        """Return whether an OBJ record is a picture; its kind follows four bytes in both versions."""
        return unsigned(self._stream, position + 4) == _PICTURE
