"""What the rows of all rosters have in common: how they are given, and how their problems are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from app.errors import Message
from app.rules.shared.cells import Cell, display_text
from app.rules.shared.masking import shorten
from app.rules.shared.problems import Problem


class RowCells(Protocol):
    """A row as a sheet or a form gives it."""

    @property
    def row_no(self) -> int:
        """The row as the person sees it."""

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The cells by field; a field without a column is absent."""


def problems_of_row(
    row: RowCells,
    wrong: Mapping[str, Message],
    *,
    columns: Mapping[str, str],
    labels: Mapping[str, str],
    masks: Mapping[str, Callable[[str], str]],
) -> tuple[Problem, ...]:
    """The problems of a row in the order of its columns, each with its cell, masked where it is personal.

    Args:
        wrong: what is wrong, by field.
        columns: the fields of the roster with the headers of its template.
        labels: headers as the person wrote them; the template's where a field is absent.
        masks: how a field's text is shown; others are cut short.
    """
    return tuple(
        Problem(
            row.row_no,
            labels.get(field, header),
            wrong[field],
            masks.get(field, shorten)(display_text(row.cells.get(field))),
        )
        for field, header in columns.items()
        if field in wrong
    )
