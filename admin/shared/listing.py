"""What the lists of the management side read from their address, and the addresses they offer."""

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

#: In the session: the lists whose ticks were acted on and that were not shown since.
_TICKS_USED = "ticks_used"
_MOST_LISTS = 9


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


def sorting(allowed: Sequence[Sort], default: Sort) -> tuple[Sort, bool]:
    """What a list is sorted by, and whether downwards; ``default`` when the address names nothing that is allowed."""
    asked = request.args.get("sort", "")
    return next((one for one in allowed if one == asked), default), request.args.get("desc") == "1"


def ticks_used(path: str) -> None:
    """Let a list forget what was ticked on it, when it is shown next.

    Args:
        path: of the list.
    """
    session[_TICKS_USED] = [*session.get(_TICKS_USED, ())[-_MOST_LISTS:], path]


def list_values(found: Page[Any], address: ListAddress) -> dict[str, Any]:
    """What the templates of lists read: the page, its addresses, what was chosen, and whether ticks are forgotten."""
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
        kept: what makes it this list, as the number of a class or the chosen tab; it stays when filters are cleared.
    """

    endpoint: str
    chosen: Mapping[str, Argument] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    kept: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def filtered(self) -> bool:
        """Whether something was searched for or chosen."""
        return any(value not in ("", None) for value in self.chosen.values())

    @property
    def clear(self) -> str:
        """The address of the list without search, filters and order."""
        return self._to(self.kept)

    @property
    def action(self) -> str:
        """Where the form of the filters goes; ``hidden`` is sent along."""
        return urlsplit(self.clear).path

    @property
    def hidden(self) -> Mapping[str, str]:
        """What the form of the filters keeps: the tab, and the order."""
        return {**dict(parse_qsl(urlsplit(self.clear).query)), **self._order(self.sort, self.descending)}

    def page(self, n: int) -> str:
        """The address of page ``n``, for ``ui.list_pages``."""
        order = self._order(self.sort, self.descending)
        return self._to({**self.kept, **self.chosen, **order, "page": n if n > 1 else ""})

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by ``column``; sorted by it already, the other way round."""
        order = self._order(column, column == self.sort and not self.descending)
        return self._to({**self.kept, **self.chosen, **order})

    def direction(self, column: str) -> str | None:
        """How the list is sorted by this column, for ``ui.list_column``."""
        if column != self.sort:
            return None
        return "desc" if self.descending else "asc"

    def tab(self, **kept: Argument) -> str:
        """The address of another tab of the list, with the same search and filters."""
        return self._to({**self.kept, **kept, **self.chosen})

    def _to(self, values: Mapping[str, Argument]) -> str:
        return address(self.endpoint, **{name: value for name, value in values.items() if value is not None})

    @staticmethod
    def _order(sort: str, descending: bool) -> dict[str, str]:
        return {"sort": sort, "desc": "1" if descending else ""}
