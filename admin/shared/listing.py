"""Lists of the management side: reading the parameters of their addresses and building their addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

from app.errors import Conflict, msg
from app.rules.shared.whole_numbers import BIGINT, whole_number
from app.web.shared.listing import address


def choice(name: str, allowed: Sequence[str]) -> str:
    """Return the argument if it is one of ``allowed``, else the empty choice."""
    value = request.args.get(name, "")
    return value if value in allowed else ""


def number(name: str, most: int = BIGINT) -> int | None:
    """Return the argument if it is a whole number up to ``most`` (the column's limit), else ``None``."""
    return whole_number(request.args.get(name, ""), most)


def sent_number(name: str, most: int = BIGINT) -> int | None:
    """Return the field of the form as ``number`` returns an argument."""
    return whole_number(request.form.get(name, ""), most)


def year(name: str) -> int | None:
    """Return the argument if it is a possible year."""
    return number(name, 9999)


def ticked_ids(name: str = "rowid") -> list[int]:
    """Return the ticked ids without duplicates; values that are not ids are left out."""
    numbers = (whole_number(sent) for sent in request.form.getlist(name))
    return list(dict.fromkeys(row_id for row_id in numbers if row_id is not None))


def meant_ids(everybody: Callable[[], list[int]]) -> list[int]:
    """Return the ticked ids, or all that match if 「选择全部」 was chosen.

    Args:
        everybody: returns the ids of all rows that match the address.

    Raises:
        Conflict: the number differs from the one in the dialog.
    """
    if request.form.get("all") != "1":
        return ticked_ids()
    ids = everybody()
    if len(ids) != sent_number("total"):
        raise Conflict(msg("符合条件的人数刚刚有变化，没有进行任何操作，请核对后再试"))
    return ids


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The addresses of one list: its pages and its sorted forms, all with the filters kept.

    Args:
        endpoint: the view.
        chosen: search and filters.
        sort: the column it is sorted by, ``""`` where it cannot be sorted.
        descending: in which direction.
    """

    endpoint: str
    chosen: Mapping[str, str | int | None]
    sort: str = ""
    descending: bool = False

    def page(self, n: int) -> str:
        """Return the address of page ``n``, for ``ui.pagination``."""
        return self._to(self.sort, self.descending, n)

    def sorted_by(self, column: str) -> str:
        """Return the address of the list sorted by ``column``, descending if it is sorted by it ascending already."""
        return self._to(column, column == self.sort and not self.descending, 1)

    def direction(self, column: str) -> str | None:
        """Return the direction in which the list is sorted by this column, for ``ui.column``."""
        if column != self.sort:
            return None
        return "desc" if self.descending else "asc"

    def _to(self, sort: str, descending: bool, page: int) -> str:
        filters = {name: value for name, value in self.chosen.items() if value is not None}
        direction = {"sort": sort, "desc": "1" if descending else ""}
        return address(self.endpoint, **filters, **direction, page=page if page > 1 else "")
