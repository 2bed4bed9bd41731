"""The extent of a sheet's content, checked against the limits before the sheet is loaded into memory."""

from __future__ import annotations

from app.sheets.reading.columns import column_letters
from app.sheets.reading.limits import Limits, refuse


class Extent:
    """The rows and columns with content, counted from 0 as in files."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: set[int] = set()
        self._columns: set[int] = set()
        self._cells = 0
        self._far: tuple[int, int] | None = None

    def add(self, row: int, column: int, *, rows: int = 1, columns: int = 1) -> None:
        """Add a cell with content, or a block of cells when the file repeats one.

        Raises:
            Refusal: there are too many cells, or more repetitions than rows or columns are allowed.
        """
        limits = self._limits
        if rows > limits.sheet_rows:
            refuse("too_many_rows", rows=rows, limit=limits.data_rows)
        if columns > limits.columns:
            refuse("too_many_columns", columns=columns, limit=limits.columns)
        self._cells += rows * columns
        if self._cells > limits.cells:
            refuse("too_many_cells", limit=limits.cells)
        last_row, last_column = row + rows - 1, column + columns - 1
        if self._far is None and (last_row >= limits.sheet_rows or last_column >= limits.columns):
            self._far = (last_row, last_column)
        if rows == columns == 1:
            self._rows.add(row)
            self._columns.add(column)
        else:
            self._rows.update(range(row, last_row + 1))
            self._columns.update(range(column, last_column + 1))

    def check(self) -> None:
        """Check the rows and columns that were added.

        Raises:
            Refusal: too many rows or columns have content, or a cell lies outside the limits.
        """
        limits = self._limits
        if len(self._rows) > limits.sheet_rows:
            refuse("too_many_rows", rows=len(self._rows), limit=limits.data_rows)
        if len(self._columns) > limits.columns:
            refuse("too_many_columns", columns=len(self._columns), limit=limits.columns)
        if self._far is not None:
            row, column = self._far
            refuse(
                "far_cell",
                cell=f"{column_letters(column + 1)}{row + 1}",
                rows=limits.sheet_rows,
                columns=limits.columns,
            )
