"""Rows of all kinds of rosters: their interface, and the problems of a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from app.errors import Message, msg
from app.rules.imports.blank_words import is_blank_word
from app.rules.shared.cells import Cell, display_text
from app.rules.shared.masking import shorten
from app.rules.shared.problems import Problem


class RowCells(Protocol):
    """A row of a sheet or the fields of a form."""

    @property
    def row_no(self) -> int:
        """The number of the row as the spreadsheet program shows it."""

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
    """Return the problems of a row in the order of its columns, each with its cell, masked if it is personal.

    Args:
        wrong: the message of each wrong field.
        columns: the fields of the roster, with the headers of its template.
        labels: headers as the person wrote them; for absent fields the template's are used.
        masks: functions that mask personal fields; the text of others is shortened.
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


def blank_word_problem(cell: Cell) -> Message | None:
    """Return the problem of a needed cell that says 无, - or the like; None for any other cell."""
    if cell.__class__ is str and is_blank_word(str(cell)):
        return msg("写的是“%(word)s”，请填写真实的内容", word=str(cell).strip())
    return None
