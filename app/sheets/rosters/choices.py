"""Choices of a person about how a roster's file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

#: As the constant of the class: every sheet's name is the class of its rows.
SHEET_NAME = "{sheet}"


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices of a person about how a file is read; the defaults stand for "not decided".

    Args:
        sheets: the names of the sheets to read.
        header_row: the row of the header, from 1; 0 when the file has none.
        hidden_rows: whether hidden and filtered rows are left out or read.
        taken_rows: numbers of rows that are read although they look like no people or stand above the header.
        constants: the value of every row for a field without a column: ``class_name`` (or ``SHEET_NAME``),
            ``entry_year``, ``major``.
        codes: the meanings of coded values by field: ``{"gender": {"0": "女", "1": "男"}}``.
        fill_ditto: whether 同上 and the like take the value of the row above.
    """

    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    hidden_rows: Literal["shown", "all"] | None = None
    taken_rows: frozenset[int] = frozenset()
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fill_ditto: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the choices as plain data."""
        data = asdict(self)
        return {
            **data,
            "sheets": list(self.sheets),
            "taken_rows": sorted(self.taken_rows),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Choices:
        """Return the choices that ``as_json`` wrote; an empty value stands for no choices."""
        return cls(
            **{
                **data,
                "sheets": tuple(data.get("sheets", ())),
                "taken_rows": frozenset(data.get("taken_rows", ())),
            }
        )


NO_CHOICES = Choices()
