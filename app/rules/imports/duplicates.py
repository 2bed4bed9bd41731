"""The check for values that may occur only once in a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from app.errors import Message, msg
from app.rules.shared.masking import shorten
from app.rules.shared.problems import Problem

_OTHERS_NAMED = 5


class CheckedRow(Protocol):
    """A row of a roster whose cells have been read."""

    @property
    def row_no(self) -> int:
        """The number of the row as the spreadsheet program shows it."""

    @property
    def values(self) -> Any:
        """The normalised values of the row, by field."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the row."""


Row = TypeVar("Row", bound=CheckedRow)


def find_repeated(
    checked: Sequence[Row],
    fields: Iterable[str],
    *,
    labels: Mapping[str, str],
    masks: Mapping[str, Callable[[str], str]],
    row_name: Callable[[int], str] | None = None,
) -> list[Problem]:
    """Find values that occur in several rows; each of these rows gets a problem, since any may be the wrong one.

    Args:
        checked: the rows of one file, in its order.
        fields: the fields whose values may occur only once.
        labels: headers as the person wrote them, by field.
        masks: functions that mask personal values, by field.
        row_name: returns the name of a row where its number alone says too little.
    Returns:
        The problems in order of row; each names the other rows, five at most.
    """
    problems: list[Problem] = []
    for field in fields:
        value_of = attrgetter(f"values.{field}")
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in checked:
            if value := value_of(row):
                groups[value.casefold()].append(row)
        label, mask = labels[field], masks.get(field, shorten)
        for rows in groups.values():
            if len(rows) > 1:
                numbers = [row.row_no for row in rows]
                problems += (
                    Problem(row.row_no, label, _double_of(row.row_no, numbers, row_name), mask(value_of(row)))
                    for row in rows
                )
    problems.sort(key=attrgetter("row_no"))
    return problems


def _double_of(row: int, rows: Iterable[int], row_name: Callable[[int], str] | None) -> Message:
    others: list[int] = []
    for other in rows:
        if other != row:
            others.append(other)
        if len(others) > _OTHERS_NAMED:
            break
    more, named = len(others) > _OTHERS_NAMED, tuple(others[:_OTHERS_NAMED])
    if row_name is not None:
        names = tuple(map(row_name, named))
        return msg("与%(rows)s等行重复", rows=names) if more else msg("与%(rows)s重复", rows=names)
    return msg("与第 %(rows)s 等行重复", rows=named) if more else msg("与第 %(rows)s 行重复", rows=named)
