"""Pages of lists: this module cuts and counts every list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

Row = TypeVar("Row")
Other = TypeVar("Other")
Columns = TypeVarTuple("Columns")

#: Rows on a page unless a list says otherwise.
PAGE_SIZE = 20
#: Rows on a page of a list with short lines, for example people to be ticked.
LONG_PAGE_SIZE = 50
#: A higher page number means the last page; OFFSET stays within PostgreSQL's range.
_HIGHEST = 2**31


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of a longer list.

    Args:
        rows: the rows of this page.
        total: how many there are on all pages.
        number: this page, from 1 to ``pages``.
        size: rows on a full page.
    """

    rows: tuple[Row, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """The number of pages; an empty list has one."""
        return _pages(self.total, self.size)

    def with_rows(self, rows: Iterable[Other]) -> Page[Other]:
        """Return the same page with other rows, for a list that reads in two steps."""
        return Page(tuple(rows), self.total, self.number, self.size)


def fetch_page(
    session: Session,
    statement: Select[*Columns],
    make: Callable[[*Columns], Row],
    *,
    page: int,
    size: int = PAGE_SIZE,
    count: Select[int] | int | None = None,
) -> Page[Row]:
    """Read one page of a list. The total is right on every page.

    A page that is not full gives the total itself, so most lists cost one query.

    Args:
        statement: the whole list in its order.
        make: makes a row of the page from the columns of a row of the statement.
        page: from 1. A lower number means the first page, a number beyond the last page the last one.
        size: rows on a page.
        count: how many rows there are when that is known, or a statement that counts them when it costs less than
            counting the rows of ``statement``.
    """
    page = min(max(page, 1), _HIGHEST)
    if isinstance(count, int):
        page = min(page, _pages(count, size))
    found = _cut(session, statement, page, size)
    if isinstance(count, int):
        total = count
    elif 0 < len(found) < size or (page == 1 and not found):
        total = (page - 1) * size + len(found)
    else:
        total = session.scalar(_counting(statement) if count is None else count) or 0
    if not found and page > 1:
        page = _pages(total, size)
        found = _cut(session, statement, page, size)
    return Page(tuple(make(*row) for row in found), total, page, size)


def page_of(rows: Sequence[Row], *, page: int, size: int = PAGE_SIZE) -> Page[Row]:
    """Return one page of rows that are already loaded; ``page`` and ``size`` as in ``fetch_page``."""
    page = min(max(page, 1), _pages(len(rows), size))
    return Page(tuple(rows[(page - 1) * size : page * size]), len(rows), page, size)


def as_it_is(value: Row) -> Row:
    """Return the value itself: ``make`` for statements of one column whose values are the rows of the page."""
    return value


def as_tuple(*values: *Columns) -> tuple[*Columns]:
    """Return the columns as a tuple: ``make`` for lists that read in two steps."""
    return values


def _cut(session: Session, statement: Select[*Columns], page: int, size: int) -> Sequence[Any]:
    return session.execute(statement.limit(size).offset((page - 1) * size)).all()


def _counting(statement: Select[*Columns]) -> Select[int]:
    # The count omits what only serves the columns: joins to at most one row, and subqueries.
    return select(func.count()).select_from(statement.order_by(None).subquery())


def _pages(total: int, size: int) -> int:
    return max(1, ceil(total / size))
