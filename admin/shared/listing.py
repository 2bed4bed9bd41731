"""What the lists of the management side read from their address, and the addresses they offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

from app.errors import Conflict, msg
from app.rules.shared.whole_numbers import BIGINT, whole_number
from app.web.shared.listing import address


def choice(name: str, allowed: Sequence[str]) -> str:
    """The argument when it is one of ``allowed``, else the empty choice."""
    value = request.args.get(name, "")
    return value if value in allowed else ""


def number(name: str, most: int = BIGINT) -> int | None:
    """The argument when it is a whole number up to ``most`` (what the column can hold), else none."""
    return whole_number(request.args.get(name, ""), most)


def sent_number(name: str, most: int = BIGINT) -> int | None:
    """The same of a form's field."""
    return whole_number(request.form.get(name, ""), most)


def year(name: str) -> int | None:
    """The argument when it could be a year."""
    return number(name, 9999)


def ticked_ids(name: str = "rowid") -> list[int]:
    """The ids that were ticked, each once; what is no id is left out."""
    numbers = (whole_number(sent) for sent in request.form.getlist(name))
    return list(dict.fromkeys(one for one in numbers if one is not None))


def meant_ids(everybody: Callable[[], list[int]]) -> list[int]:
    """The ids that were ticked, or all that match when 「选择全部」 was.

    Args:
        everybody: finds all that match the address.

    Raises:
        Conflict: there are not as many as the dialog said.
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
        """The address of page ``n``, for ``ui.pagination``."""
        return self._to(self.sort, self.descending, n)

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by ``column``; sorted by it already, the other way round."""
        return self._to(column, column == self.sort and not self.descending, 1)

    def direction(self, column: str) -> str | None:
        """How the list is sorted by this column, for ``ui.column``."""
        if column != self.sort:
            return None
        return "desc" if self.descending else "asc"

    def _to(self, sort: str, descending: bool, page: int) -> str:
        given = {name: value for name, value in self.chosen.items() if value is not None}
        direction = {"sort": sort, "desc": "1" if descending else ""}
        return address(self.endpoint, **given, **direction, page=page if page > 1 else "")
