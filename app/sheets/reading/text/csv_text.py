"""Comma-separated text, as people and programs write it, with or without correct quotation marks."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.sheet_bounds import Extent
from app.sheets.reading.text.encodings import decode_text

_SEPARATORS = ",\t;|，"
_LINE = re.compile(r"\r\n|\r|\n")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_BLANKS_AFTER_QUOTE = re.compile(r'"[ \t]+(?=[,;|，]|\t?$|\t?\r|\t?\n)')
#: The first line with which Excel is told the separator.
_DECLARED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_JSON = re.compile(r'\s*[\[{]\s*["\[{]')
_LONGEST_CELL = 131_072
_EXAMINED_LINES = 200
_LINES_NAMED = 5
#: The shortest value with digits that is taken for a code.
_SHORTEST_CODE = 4

Remark = tuple[str, dict[str, int | list[int]]]


class CsvText(NamedTuple):
    """The rows of a text file, and codes and parameters of remarks about it."""

    rows: list[list[str]]
    remarks: list[Remark]


def read_csv(content: bytes, limits: Limits) -> CsvText:
    """Read the rows of a text file.

    Quotation marks enclose a cell only in a file in which all of them do. In any other file each line is a row and a
    stray mark is a character, so that no cell swallows the lines below it.

    Raises:
        Refusal: the encoding is unknown, there are too many rows or columns, or the text is not a table.
    """
    text = decode_text(content)
    if _JSON.match(text):
        refuse("not_a_sheet")
    csv.field_size_limit(_LONGEST_CELL)
    declared = _DECLARED.fullmatch(_LINE.split(text, maxsplit=1)[0].strip())
    if declared:
        text = text[declared.end() :]
    separator = declared[1] if declared else _separator(text)
    remarks: list[Remark] = []
    rows = _well_formed(text, separator)
    if rows is None:
        lines = _LINE.split(text)
        stray: list[int] = []
        rows = [_cells_of_line(line, separator, number, stray) for number, line in enumerate(lines, start=1)]
        if stray:
            remarks.append(("stray_quote", {"lines": stray[:_LINES_NAMED], "n": len(stray)}))
    return CsvText(_bounded(rows, limits), remarks)


def _bounded(rows: Iterable[list[str]], limits: Limits) -> list[list[str]]:
    extent = Extent(limits)
    kept: list[list[str]] = []
    for cells in rows:
        row = [_KEPT_AS_TEXT.sub(r"\1", cell) if cell.startswith('="') else cell for cell in cells]
        while row and not row[-1].strip():
            row.pop()
        if row:
            extent.add(len(kept), len(row) - 1)
            if len(kept) >= 2 * limits.sheet_rows:
                refuse("too_many_rows", rows=len(kept), limit=limits.data_rows)
            if any(len(cell) > _LONGEST_CELL for cell in row):
                refuse("damaged")
        kept.append(row)
    while kept and not kept[-1]:
        kept.pop()
    extent.check()
    return kept


def _well_formed(text: str, separator: str) -> list[list[str]] | None:
    """Return the rows of a text whose quotation marks all enclose cells; None for any other text."""
    if '"' in text:
        text = _BLANKS_AFTER_QUOTE.sub('"', text)
    try:
        rows = list(_reader(StringIO(text, newline=""), separator))
    except csv.Error:
        return None
    # A cell that holds a whole line of the table has swallowed it.
    swallows = any("\n" in cell or "\r" in cell for row in rows for cell in row) and _swallows(
        rows, separator
    )
    return None if swallows else rows


def _reader(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, skipinitialspace=separator != "\t", strict=True)


def _swallows(rows: list[list[str]], separator: str) -> bool:
    """Return whether a cell holds lines that look like rows of the table, by the shapes of their values."""
    usual = _usual_shapes(rows)
    return any(
        _is_row(line.split(separator), usual)
        for row in rows
        for cell in row
        if "\n" in cell or "\r" in cell
        for line in _LINE.split(cell)[1:]
    )


def _usual_shapes(rows: list[list[str]]) -> list[tuple[int, bool]]:
    """Return the most frequent shape of each column, without the header and cells of several lines."""
    shapes: list[Counter[tuple[int, bool]]] = []
    for row in rows[1:]:
        shapes += [Counter() for _ in range(len(row) - len(shapes))]
        for column, cell in enumerate(row):
            if cell.strip() and "\n" not in cell and "\r" not in cell:
                shapes[column][_shape(cell)] += 1
    return [counts.most_common(1)[0][0] if counts else (0, False) for counts in shapes]


def _is_row(cells: list[str], usual: list[tuple[int, bool]]) -> bool:
    """Return whether the values of a line have the shapes of a row: a code in its column, or most of them."""
    pairs = [(_shape(cell), shape) for cell, shape in zip(cells, usual, strict=False) if cell.strip()]
    alike = [shape for own, shape in pairs if own == shape]
    code = any(digits and length >= _SHORTEST_CODE for length, digits in alike)
    return len(cells) > 1 and (code or 2 * len(alike) > len(pairs))


def _shape(cell: str) -> tuple[int, bool]:
    """Return the length of a value, and whether it has digits."""
    text = cell.strip()
    return len(text), any(map(str.isdigit, text))


def _cells_of_line(line: str, separator: str, number: int, stray: list[int]) -> list[str]:
    """Return the cells of a line alone; a line with a stray mark is split at every separator and noted."""
    try:
        return next(_reader([_BLANKS_AFTER_QUOTE.sub('"', line)], separator), [])
    except csv.Error:
        stray.append(number)
        return line.split(separator)


def _separator(text: str) -> str:
    """Return the separator under which most lines have the same number of columns."""
    lines = [line for line in _LINE.split(text[: _LONGEST_CELL * 4])[:_EXAMINED_LINES] if line.strip()]

    def fitness(separator: str) -> tuple[bool, float, int, int]:
        counts = Counter(_count(line, separator) for line in lines)
        if not counts:
            return False, 0.0, 0, 0
        columns, number = max(counts.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
        return columns > 1, round(number / len(lines), 1), columns, -_SEPARATORS.index(separator)

    return max(_SEPARATORS, key=fitness)


def _count(line: str, separator: str) -> int:
    """Return the number of columns of a line, without empty ones at its end."""
    try:
        cells = next(_reader([line], separator), [])
    except csv.Error:
        cells = line.split(separator)
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)
