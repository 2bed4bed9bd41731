"""Search in the school's catalogue: filters with their counts, orders, pages. Two queries, however many rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from app.context import Context
from app.models import Course, CourseOffering
from app.rules.offerings.phase import CourseState
from app.services.catalogue.school import (
    CatalogueItem,
    as_item,
    is_shown,
    items_query,
    with_operating_teacher,
)
from app.services.offerings.phase import state_condition, state_number
from app.services.registrations.counts import registrations_of_offering
from app.services.shared.paging import Page, fetch_page
from app.services.shared.search import course_matches, person_matches

#: Cards on a page: rows of two, three or four are full.
CARDS_ON_A_PAGE = 12


class Sort(StrEnum):
    """The orders of the catalogue; the first is 综合: 报名中 first, then by the course's beginning."""

    STATE = ""
    NEWEST = "new"
    CLOSING = "closing"
    POPULAR = "popular"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The search and its filters; blank means everything, and so does an unknown state, source or order.

    Args:
        text: as ``course_matches``.
        category: a discipline, exact.
        state: a ``CourseState``, by the school's calendar.
        source: ``own`` (本校) or ``alliance`` (联盟慕课).
        sort: a ``Sort``.
    """

    text: str = ""
    category: str = ""
    state: str = ""
    source: str = ""
    sort: str = ""

    @property
    def is_known(self) -> bool:
        """Return whether state, source and order exist; the results show whether the discipline does."""
        return self == _known(self)


@dataclass(frozen=True, slots=True)
class Facets:
    """The number of courses that each choice leaves, the other filters unchanged; empty choices are absent."""

    categories: Mapping[str, int]
    states: Mapping[str, int]
    sources: Mapping[str, int]
    total: int


def search_catalogue(ctx: Context, wanted: Wanted, *, page: int = 1) -> tuple[Page[CatalogueItem], Facets]:
    """Return one page of the catalogue (online and licensed courses) that matches."""
    wanted = _known(wanted)
    facets = count_facets(ctx, wanted)
    statement = items_query(ctx).where(*_found(ctx, wanted.text))
    if wanted.category:
        statement = statement.where(Course.category == wanted.category)
    if wanted.state:
        statement = statement.where(state_condition(CourseState(wanted.state), ctx.today()))
    if wanted.source:
        statement = statement.where(_source(ctx) == wanted.source)
    ordered = statement.order_by(*_ORDERS[Sort(wanted.sort)](ctx), CourseOffering.id)
    item = partial(as_item, ctx)
    found = fetch_page(ctx.session, ordered, item, page=page, size=CARDS_ON_A_PAGE, count=facets.total)
    return found, facets


def count_facets(ctx: Context, wanted: Wanted) -> Facets:
    """Return the counts beside the filters, from one grouped query over the courses that match the text."""
    state = case(*[(state_condition(state, ctx.today()), state.value) for state in CourseState])
    rows: Select[*tuple[Any, ...]] = (
        select(Course.category.label("category"), state.label("state"), _source(ctx).label("source"))
        .select_from(CourseOffering)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .where(*_found(ctx, wanted.text))
    )
    found = with_operating_teacher(rows).subquery()
    keys = (found.c.category, found.c.state, found.c.source)
    statement = select(*keys, func.count()).group_by(*keys)
    groups = [tuple(row) for row in ctx.session.execute(statement)]
    chosen = (wanted.category, wanted.state, wanted.source)
    categories, states, sources = (_counted(groups, chosen, place) for place in range(len(keys)))
    total = sum(group[-1] for group in groups if _fits(group, chosen))
    return Facets(categories, states, sources, total)


def _known(wanted: Wanted) -> Wanted:
    return replace(
        wanted,
        state=wanted.state if wanted.state in set(CourseState) else "",
        source=wanted.source if wanted.source in ("own", "alliance") else "",
        sort=wanted.sort if wanted.sort in set(Sort) else "",
    )


def _counted(groups: list[tuple[Any, ...]], chosen: tuple[str, ...], place: int) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for group in groups:
        if _fits(group, chosen, beside=place):
            counts[group[place]] += group[-1]
    return counts


def _fits(group: tuple[Any, ...], chosen: tuple[str, ...], beside: int | None = None) -> bool:
    return all(place == beside or not choice or group[place] == choice for place, choice in enumerate(chosen))


def _found(ctx: Context, text: str) -> Iterator[ColumnElement[bool]]:
    """Return the shown courses that match the text: by the course, or by name or pinyin of the 运营教师."""
    yield is_shown(ctx)
    # Without a teacher the comparison is NULL, which is no match.
    yield or_(course_matches(text), person_matches(text, whole_pinyin=True))


def _source(ctx: Context) -> ColumnElement[str]:
    return case((CourseOffering.course_owner_id == ctx.school.id, "own"), else_="alliance")


def _by_state(ctx: Context) -> tuple[ColumnElement[Any], ...]:
    return state_number(ctx), CourseOffering.starts_on.expression


def _by_newness(_ctx: Context) -> tuple[ColumnElement[Any], ...]:
    return CourseOffering.created_at.desc(), CourseOffering.id.desc()


def _by_closing(ctx: Context) -> tuple[ColumnElement[Any], ...]:
    return state_number(ctx), CourseOffering.registration_ends_on.expression


def _by_registrations(_ctx: Context) -> tuple[ColumnElement[Any], ...]:
    return (registrations_of_offering().desc(),)


def _by_title(_ctx: Context) -> tuple[ColumnElement[Any], ...]:
    return Course.title_pinyin.expression, Course.title.expression


_ORDERS: Mapping[Sort, Callable[[Context], tuple[ColumnElement[Any], ...]]] = {
    Sort.STATE: _by_state,
    Sort.NEWEST: _by_newness,
    Sort.CLOSING: _by_closing,
    Sort.POPULAR: _by_registrations,
    Sort.TITLE: _by_title,
}
