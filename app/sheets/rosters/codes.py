"""Coded values of a roster, whose meaning only a person knows."""

from __future__ import annotations

from collections.abc import Sequence

from app.rules.shared.cells import display_text
from app.sheets.reading.workbook import Grid
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.header import Header

#: The most different values of a coded column.
_MOST_CODES = 4
#: Values that need no explanation: words, their initials, and the codes of GB/T 2261.1 (1 male, 2 female).
_CLEAR = frozenset(
    {
        "男",
        "女",
        "男性",
        "女性",
        "男生",
        "女生",
        "male",
        "female",
        "m",
        "f",
        "1",
        "2",
        "boy",
        "girl",
        "先生",
        "女士",
    }
)


def find_codes(
    grids: Sequence[Grid], headers: Sequence[Header], choices: Choices
) -> dict[str, tuple[str, ...]]:
    """Return the codes of the gender column that a person has to explain: 0 and 1, A and B.

    Args:
        grids: the sheets that are read as one roster.
        headers: the header of each, with the same fields.
        choices: what has been explained already.
    """
    index = next((index for index, field in headers[0].fields.items() if field == "gender"), None)
    if index is None:
        return {}
    explained = choices.codes.get("gender", {})
    values = {
        text
        for grid, header in zip(grids, headers, strict=True)
        for row in grid.rows[header.row_no :]
        if index < len(row) and (text := code_of(display_text(row[index])))
    }
    unclear = {value for value in values if value.lower() not in _CLEAR and value not in explained}
    # 1 beside 0 is no code of the standard.
    if "0" in values and "1" not in explained:
        unclear |= values & {"1"}
    coded = [value for value in unclear if len(value) == 1 and value.isascii()]
    if not coded or len(values) > _MOST_CODES:
        return {}
    return {"gender": tuple(sorted(coded))}


def code_of(text: str) -> str:
    """Return a coded value as it is explained: without blanks, and without the ``.0`` of exports."""
    return text.strip().removesuffix(".0")
