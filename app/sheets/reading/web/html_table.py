"""A table of a web page as a grid: cells that span columns and rows stand in their first one."""

from __future__ import annotations

from app.sheets.reading.facts import Merged, SheetFacts, Unclear
from app.sheets.reading.limits import Limits, refuse
from app.sheets.reading.sheet_bounds import Extent
from app.sheets.reading.web.web_sheet import Value, WebSheet, trimmed

#: The widest sheet that Excel opens.
_WIDEST = 16_384


class HtmlTable:
    """A table that is being read.

    Args:
        limits: the limits of a sheet.
        hidden: whether the table is hidden.
    """

    def __init__(self, limits: Limits, *, hidden: bool = False) -> None:
        self.name = ""
        self.hidden = hidden
        self.holds_tables = False
        self._limits = limits
        self._rows: list[list[Value]] = []
        self._row = -1
        self._column = 0
        #: Cells of rows above that reach into this row or further: first column, last column, last row.
        self._reaching: list[tuple[int, int, int]] = []
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._shown_columns: set[int] = set()
        self._hidden_cells: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._pictures = 0
        self._width = 0
        self._continued: bool | None = None
        self._unclear: list[Unclear] = []
        self._extent = Extent(limits)

    def start_row(self, *, hidden: bool) -> None:
        """Begin a row."""
        self._row += 1
        self._column = 0
        self._rows.append([])
        if self._row >= 2 * self._limits.sheet_rows:
            refuse("too_many_rows", rows=self._row, limit=self._limits.data_rows)
        if self._reaching:
            self._reaching = [area for area in self._reaching if area[2] >= self._row]
        if hidden:
            self._hidden_rows.add(self._row)

    def add_cell(
        self, value: Value, probable: str, *, columns: int, rows: int, hidden: bool, pictures: int
    ) -> None:
        """Put a cell at the next free place of the row.

        Args:
            value: its value, "" if it is empty.
            probable: what it probably shows, if that is not known for sure; "" otherwise.
            columns: the number of columns that it spans.
            rows: the number of rows that it spans.
            hidden: whether the cell is hidden.
            pictures: the number of pictures in it.
        """
        if self._row < 0:
            self.start_row(hidden=False)
        column, row = self._free_column(), self._row
        columns = max(1, min(columns, _WIDEST))
        self._column = column + columns
        self._width = max(self._width, self._column)
        self._pictures += pictures
        if value != "":
            self._extent.add(row, column)
            if column < self._limits.columns:
                line = self._rows[row]
                line.extend([""] * (column - len(line)))
                line.append(value)
            (self._hidden_cells if hidden else self._shown_columns).add(column)
            if probable:
                self._unclear.append((row, column, str(value), probable))
        if rows != 1:
            # Zero means down to the end of the table.
            last = row + rows - 1 if rows > 0 else row + self._limits.sheet_rows
            self._reaching.append((column, column + columns - 1, last))
            self._merged.append((row, column, last, column + columns - 1))
        elif columns > 1:
            self._merged.append((row, column, row, column + columns - 1))

    def hide_columns(self, first: int, count: int) -> None:
        """Mark columns that the table declares as hidden."""
        self._hidden_columns.update(range(first, min(first + count, self._limits.columns)))

    def sheet(self) -> WebSheet:
        """Return the table as a sheet.

        Raises:
            Refusal: the table has too many rows or columns.
        """
        self._extent.check()
        rows = trimmed(self._rows)
        hidden = self._hidden_columns | (self._hidden_cells - self._shown_columns)
        return WebSheet(
            self.name,
            rows,
            SheetFacts(
                unclear=self._unclear,
                hidden_rows=sorted(row for row in self._hidden_rows if row < len(rows)),
                hidden_columns=sorted(hidden),
                merged=self._merged_within(len(rows)),
                lost_pictures=self._pictures,
            ),
            hidden=self.hidden,
        )

    def join(self, table: HtmlTable) -> bool:
        """Append a table below this one if both are parts of one list, and return whether that is so.

        Programs that keep a head in place write it as a table of its own, and some write one for each row.
        """
        if (
            not self._may_grow
            or not 1 < self._width == table._width
            or table.name
            or self.hidden != table.hidden
        ):
            return False
        if self._merged or self._hidden_columns or table._hidden_columns or self._hidden_cells:
            return False
        down = len(self._rows)
        self._rows += table._rows
        self._row += table._row + 1
        self._merged = [
            (top + down, left, bottom + down, right) for top, left, bottom, right in table._merged
        ]
        self._hidden_rows |= {row + down for row in table._hidden_rows}
        self._unclear += [(row + down, column, value, shown) for row, column, value, shown in table._unclear]
        self._hidden_cells |= table._hidden_cells
        self._shown_columns |= table._shown_columns
        self._pictures += table._pictures
        for row_no, row in enumerate(table._rows, start=down):
            for column, value in enumerate(row):
                if value != "":
                    self._extent.add(row_no, column)
        self._continued = table._may_grow
        return True

    @property
    def _may_grow(self) -> bool:
        """Whether the last table that became part of this one has a single row."""
        if self._continued is not None:
            return self._continued
        return sum(any(value != "" for value in row) for row in self._rows) == 1

    @property
    def is_data(self) -> bool:
        """Whether the table's own cells are rows and columns, and not only the frame of other tables."""
        columns = {column for row in self._rows for column, value in enumerate(row) if value != ""}
        rows = sum(any(value != "" for value in row) for row in self._rows)
        if not self.holds_tables:
            return bool(self._shown_columns or self._hidden_cells)
        return rows > 1 and len(columns) > 1

    @property
    def only_text(self) -> str | None:
        """The text of a table of one cell, which belongs to the cell around it; None for other tables."""
        values = [value for row in self._rows for value in row if value != ""]
        return str(values[0]) if len(values) == 1 else None

    def _merged_within(self, count: int) -> list[Merged]:
        clipped = [
            (top, left, min(bottom, count - 1), min(right, self._limits.columns - 1))
            for top, left, bottom, right in self._merged
        ]
        merged = [
            (top, left, bottom, right)
            for top, left, bottom, right in clipped
            if top <= bottom and left <= right and (top, left) != (bottom, right)
        ]
        return merged[: self._limits.merged]

    def _free_column(self) -> int:
        column = self._column
        if self._reaching:
            moved = True
            while moved:
                moved = False
                for first, last, _ in self._reaching:
                    # The cell itself may reach down from this row; it lies to the left of the next one.
                    if first <= column <= last:
                        column, moved = last + 1, True
        return column
