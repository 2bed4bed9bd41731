"""Facts about a sheet that the reader in Rust does not give, collected by the scan of the file.

Rows and columns are counted from 0 as in files. The module imports little because every start of the child process
loads it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

#: A cell without a value: row, column, and the name of a member of ``CellFlaw``.
Flaw = tuple[int, int, str]
#: A cell that shows another text than its value: row, column, and the text.
Shown = tuple[int, int, str]
#: A cell whose shown text is not known for sure: row, column, its value, and what it may show.
Unclear = tuple[int, int, str, str]
#: A merged range: top, left, bottom, right, both ends included.
Merged = tuple[int, int, int, int]
#: A picture in a sheet: row, column, and the member of the container that holds it.
PictureAt = tuple[int, int, str]


class SheetFacts(NamedTuple):
    """Facts about a sheet.

    Args:
        flaws: cells without a value.
        shown: cells whose number format shows another text than the value; the text replaces the value.
        unclear: cells whose number format cannot be rendered with certainty.
        hidden_rows: rows that are hidden or filtered out.
        hidden_columns: columns that are hidden.
        merged: merged ranges; None where the reader in Rust gives them.
        pictures: pictures, by the cell in which their upper left corner stands, or by the cell that shows them.
        lost_pictures: pictures that cannot be attributed to a cell or read.
    """

    flaws: list[Flaw] = []
    shown: list[Shown] = []
    unclear: list[Unclear] = []
    hidden_rows: list[int] = []
    hidden_columns: list[int] = []
    merged: list[Merged] | None = None
    pictures: list[PictureAt] = []
    lost_pictures: int = 0

    def as_json(self, merged: list[Merged]) -> dict[str, Any]:
        """Return the facts as the child process sends them, except for ``shown``, which is applied to the rows."""
        return {
            "flaws": self.flaws,
            "unclear": self.unclear,
            "hidden_rows": self.hidden_rows,
            "hidden_columns": self.hidden_columns,
            "merged": self.merged if self.merged is not None else merged,
            "pictures": self.pictures,
            "lost_pictures": self.lost_pictures,
        }


NO_FACTS = SheetFacts()


class Scanned(NamedTuple):
    """The result of the scan of a file.

    Args:
        facts: the facts about each sheet, in the order of the workbook.
        content: the file rewritten for the reader in Rust; None when that reads the file as it is.
    """

    facts: list[SheetFacts]
    content: bytes | None
