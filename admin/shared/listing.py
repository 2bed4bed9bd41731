"""Lists of the management side: reading the parameters of their addresses and building their addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import request, session

from app.errors import Conflict, msg
from app.rules.shared.whole_numbers import BIGINT, whole_number
from app.services.shared.paging import Page
from app.web.shared.listing import address

Argument = str | int | None
Sort = TypeVar("Sort", bound=str)

#: The session's key for the paths of the lists whose ticks are cleared when they are shown next.
_TICKS_USED = "ticks_used"
_MOST_LISTS = 9


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


def sorting(allowed: Sequence[Sort], default: Sort) -> tuple[Sort, bool]:
    """Return the column by which a list is sorted, and whether it is descending.

    The column is ``default`` unless the address names an allowed one.
    """
    requested = request.args.get("sort", "")
    return next((column for column in allowed if column == requested), default), request.args.get(
        "desc"
    ) == "1"


def ticks_used(path: str) -> None:
    """Clear the ticks of a list when it is shown next.

    Args:
        path: of the list.
    """
    session[_TICKS_USED] = [*session.get(_TICKS_USED, ())[-_MOST_LISTS:], path]


def list_values(found: Page[Any], address: ListAddress) -> dict[str, Any]:
    """Return the variables of a list's template: page, addresses, filters, and whether to clear the ticks."""
    used = request.path in session.get(_TICKS_USED, ())
    if used:
        session[_TICKS_USED] = [path for path in session[_TICKS_USED] if path != request.path]
    return {"found": found, "address": address, "chosen": address.chosen, "done": used}


@dataclass(frozen=True, slots=True)
class ListAddress:
    """The addresses of one list: its pages and its sorted forms, all with the filters kept.

    Args:
        endpoint: the view.
        chosen: search and filters.
        sort: the column it is sorted by, ``""`` where it cannot be sorted.
        descending: in which direction.
        kept: arguments that identify the list, like the id of a class or the chosen tab; clearing filters keeps them.
    """

    endpoint: str
    chosen: Mapping[str, Argument] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    kept: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def filtered(self) -> bool:
        """Return whether a search or a filter is set."""
        return any(value not in ("", None) for value in self.chosen.values())

    @property
    def clear(self) -> str:
        """Return the address of the list without search, filters and order."""
        return self._to(self.kept)

    @property
    def action(self) -> str:
        """Return the target of the filters' form, which also sends ``hidden``."""
        return urlsplit(self.clear).path

    @property
    def hidden(self) -> Mapping[str, str]:
        """Return the hidden fields of the filters' form: the tab and the order."""
        return {**dict(parse_qsl(urlsplit(self.clear).query)), **self._order(self.sort, self.descending)}

    def page(self, n: int) -> str:
        """Return the address of page ``n``, for ``ui.list_pages``."""
        order = self._order(self.sort, self.descending)
        return self._to({**self.kept, **self.chosen, **order, "page": n if n > 1 else ""})

    def sorted_by(self, column: str) -> str:
        """Return the address of the list sorted by ``column``, descending if it is sorted by it ascending already."""
        order = self._order(column, column == self.sort and not self.descending)
        return self._to({**self.kept, **self.chosen, **order})

    def direction(self, column: str) -> str | None:
        """Return the direction in which the list is sorted by this column, for ``ui.list_column``."""
        if column != self.sort:
            return None
        return "desc" if self.descending else "asc"

    def tab(self, **kept: Argument) -> str:
        """Return the address of another tab of the list, with the same search and filters."""
        return self._to({**self.kept, **kept, **self.chosen})

    def _to(self, values: Mapping[str, Argument]) -> str:
        return address(self.endpoint, **{name: value for name, value in values.items() if value is not None})

    @staticmethod
    def _order(sort: str, descending: bool) -> dict[str, str]:
        return {"sort": sort, "desc": "1" if descending else ""}
