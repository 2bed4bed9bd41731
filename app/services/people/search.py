"""Search for people of a school: the list of 系统管理."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.rules.shared.cells import Unreadable
from app.rules.shared.contacts import read_mobile
from app.rules.shared.id_numbers import read_id_number
from app.rules.shared.masking import mask_id_number, mask_mobile
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal
from app.services.shared.paging import Page, as_it_is, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import words

_SEARCHED = (
    User.real_name, User.nickname, User.name_pinyin, User.name_initials, User.student_no, User.login_name, User.email,
)  # fmt: skip


class PersonState(StrEnum):
    """The states by which the list can be filtered."""

    ACTIVE = "active"
    DISABLED = "disabled"
    NEVER = "never"


class PersonSort(StrEnum):
    """The columns by which the list can be sorted."""

    NUMBER = "number"
    NAME = "name"
    CLASS = "class"
    ENTRY_YEAR = "entry_year"
    LAST_LOGIN = "last_login"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Exact conditions beside the search; ``None`` means no condition."""

    kind: str | None = None
    class_id: int | None = None
    entry_year: int | None = None
    state: PersonState | None = None
    #: Only people who are not in this class.
    outside_class_id: int | None = None
    #: Only people without a class.
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the list; ID number and phone are masked."""

    id: int
    kind: str
    status: str
    login: str
    real_name: str
    nickname: str
    class_id: int | None
    class_name: str | None
    entry_year: int | None
    major: str | None
    email: str | None
    mobile: str | None
    id_number: str | None
    gender: str | None
    last_login_at: datetime | None


def search_people(
    ctx: Context,
    *,
    text: str = "",
    filters: PeopleFilter | None = None,
    sort: PersonSort = PersonSort.NUMBER,
    descending: bool = False,
    page: int = 1,
) -> Page[PersonRow]:
    """Return people of the school, searched by any data (manual 4.3: 输入学生任意信息).

    Args:
        text: words that must all be found: part of the name, pinyin, initials, 学号, login name, mail or class, or
            an exact phone or ID number.
        filters: exact conditions.
        page: from 1.

    Raises:
        NotAllowed: the actor may not see people.
    """
    require(ctx, Action.SEE_PEOPLE)
    conditions = _conditions(ctx, text, filters)
    query = select(User.id).where(*conditions)
    if sort is PersonSort.CLASS:
        query = query.outerjoin(User.school_class)
    ids = fetch_page(ctx.session, query.order_by(*_order(sort, descending)), as_it_is, page=page)
    # The rows are wide; only those of the page are read completely.
    found = select(User, SchoolClass.name).outerjoin(User.school_class).where(User.id.in_(ids.rows))
    people = {user.id: _row(ctx, user, class_name) for user, class_name in ctx.session.execute(found)}
    return ids.with_rows(people[number] for number in ids.rows if number in people)


def find_people_ids(ctx: Context, *, text: str = "", filters: PeopleFilter | None = None) -> list[int]:
    """Return the ids of the accounts on all pages of the list, for actions on all of them.

    Raises:
        NotAllowed: the actor may not see people.
    """
    require(ctx, Action.SEE_PEOPLE)
    return list(ctx.session.scalars(select(User.id).where(*_conditions(ctx, text, filters))))


def get_person_row(ctx: Context, *, user_id: int) -> PersonRow:
    """Return one person's row of the list.

    Raises:
        NotFound: there is no such account at this school.
        NotAllowed: the actor may not see people.
    """
    require(ctx, Action.SEE_PEOPLE)
    found = select(User, SchoolClass.name).outerjoin(User.school_class).where(User.id == user_id)
    row = ctx.session.execute(found).one_or_none()
    if row is None:
        raise NotFound(msg("没有找到这个用户"))
    return _row(ctx, *row)


def entry_years(ctx: Context) -> Sequence[int]:
    """Return the entry years of the school's students, latest first."""
    require(ctx, Action.SEE_PEOPLE)
    statement = select(User.entry_year).where(User.entry_year.is_not(None)).distinct()
    return [
        year for year in ctx.session.scalars(statement.order_by(User.entry_year.desc())) if year is not None
    ]


def _conditions(ctx: Context, text: str, filters: PeopleFilter | None) -> list[ColumnElement[bool]]:
    found = words(text, *_SEARCHED, also=partial(_in_class_or_sealed, ctx))
    return [*_narrowed(filters or PeopleFilter()), found]


def _narrowed(filters: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.kind is not None:
        conditions.append(User.kind == filters.kind)
    if filters.class_id is not None:
        conditions.append(User.class_id == filters.class_id)
    if filters.entry_year is not None:
        conditions.append(User.entry_year == filters.entry_year)
    if filters.outside_class_id is not None:
        conditions.append(User.class_id.is_distinct_from(filters.outside_class_id))
    if filters.unassigned:
        conditions.append(User.class_id.is_(None))
    if filters.state is PersonState.NEVER:
        conditions.append(User.last_login_at.is_(None))
    elif filters.state is not None:
        conditions.append(User.status == filters.state.value)
    return conditions


def _in_class_or_sealed(ctx: Context, spellings: tuple[str, ...]) -> Iterator[ColumnElement[bool]]:
    """Return the condition that a word is part of a class's name, a whole phone or a whole ID number."""
    named = (SchoolClass.name.icontains(spelling, autoescape=True) for spelling in spellings)
    yield User.class_id.in_(select(SchoolClass.id).where(or_(*named)))
    mobile, id_number = _sealed_values(ctx, spellings[-1])
    if mobile is not None:
        yield User.mobile_index == ctx.vault.blind_index(ctx.school.id, MOBILE, mobile)
    if id_number is not None:
        yield User.id_number_index == ctx.vault.blind_index(ctx.school.id, ID_NUMBER, id_number)


def _sealed_values(ctx: Context, word: str) -> tuple[str | None, str | None]:
    """Return the phone and the ID number that the word could be."""
    mobile: str | None = None
    id_number: str | None = None
    try:
        mobile = read_mobile(word)
    except Unreadable:
        mobile = None
    try:
        identity = read_id_number(word, ctx.today())
        id_number = identity.number if identity is not None else None
    except Unreadable:
        id_number = None
    return mobile, id_number


def _order(sort: PersonSort, descending: bool) -> tuple[Any, ...]:
    columns: dict[PersonSort, tuple[Any, ...]] = {
        PersonSort.NUMBER: (User.student_no, User.login_name),
        PersonSort.NAME: (User.name_pinyin, User.real_name),
        PersonSort.CLASS: (SchoolClass.name, User.student_no),
        PersonSort.ENTRY_YEAR: (User.entry_year, User.student_no),
        PersonSort.LAST_LOGIN: (User.last_login_at,),
    }
    if descending:
        return (*(column.desc().nulls_last() for column in columns[sort]), User.id.desc())
    return (*(column.asc().nulls_last() for column in columns[sort]), User.id.asc())


def _row(ctx: Context, user: User, class_name: str | None) -> PersonRow:
    mobile = unseal(ctx.vault, user.school_id, MOBILE, user.id, user.mobile_sealed)
    id_number = unseal(ctx.vault, user.school_id, ID_NUMBER, user.id, user.id_number_sealed)
    return PersonRow(
        id=user.id,
        kind=user.kind,
        status=user.status,
        login=user.student_no or user.login_name or user.email or "",
        real_name=user.real_name,
        nickname=user.nickname,
        class_id=user.class_id,
        class_name=class_name,
        entry_year=user.entry_year,
        major=user.major,
        email=user.email,
        mobile=mask_mobile(mobile) if mobile else None,
        id_number=mask_id_number(id_number) if id_number else None,
        gender=user.gender,
        last_login_at=user.last_login_at,
    )
