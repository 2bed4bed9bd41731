"""Credential slips: random first passwords for accounts whose holders have not set their own yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    column,
    func,
    select,
    update,
    values,
)

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.auth.initial_passwords import slip_digest
from app.services.schools.settings import RANDOM, get_settings
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import open_mobile
from app.services.shared.locks import Hold, locking
from app.services.shared.password_hashes import make_one_time_password
from app.services.shared.require_permission import require
from app.sheets.writing.slips import Slip, SlipSheet

#: The most slips of one file; a school prints class by class.
MOST = 2000

_CLASS_ORDER: tuple[Any, ...] = (
    SchoolClass.entry_year.desc().nulls_last(),
    SchoolClass.name.nulls_last(),
    SchoolClass.id,
)
#: Accounts that a slip may open: no own password has been set yet.
_NOT_ACTIVATED: tuple[ColumnElement[bool], ...] = (User.status == "active", User.password_hash.is_(None))


class SlipGroup(StrEnum):
    """A group of people who can be chosen together."""

    STUDENTS = "students"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipChoice:
    """The people to print slips for: a class, a group of people, or these accounts; exactly one is given."""

    class_id: int | None = None
    group: SlipGroup | None = None
    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassCount:
    """The number of people of a class who have not activated their accounts; without a class ``id`` is ``None``."""

    id: int | None
    name: str | None
    entry_year: int | None
    count: int


@dataclass(frozen=True, slots=True)
class SlipPreview:
    """The effect of printing.

    Args:
        classes: counts by class, in the order of the pages.
        count: the number of slips.
        students: the number of slips for students.
        voided: how many of these people have a valid slip, which printing makes void.
        passed_over: how many of the chosen accounts are left out: activated already, or disabled.
        good_until: the last day of the new slips.
    """

    classes: tuple[ClassCount, ...]
    count: int
    students: int
    voided: int
    passed_over: int
    good_until: date


def count_not_activated(ctx: Context) -> tuple[Sequence[ClassCount], int]:
    """Return the number of students without an own password by class, and of such teachers and administrators.

    Raises:
        NotAllowed: only administrators may.
    """
    require(ctx, Action.PRINT_SLIPS)
    return _by_class(ctx, [User.kind == "student"]), _count(ctx, *_NOT_ACTIVATED, User.kind != "student")


def preview_slips(ctx: Context, *, choice: SlipChoice) -> SlipPreview:
    """Return a preview of ``print_slips``: whom it would give new passwords.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class here.
    """
    require(ctx, Action.PRINT_SLIPS)
    conditions = _chosen(ctx, choice)
    classes = tuple(_by_class(ctx, conditions))
    count = sum(each.count for each in classes)
    passed_over = _count(ctx, *conditions) - count if choice.user_ids else 0
    return SlipPreview(
        classes=classes,
        count=count,
        students=_count(ctx, *_NOT_ACTIVATED, *conditions, User.kind == "student"),
        voided=_count(ctx, *_NOT_ACTIVATED, *conditions, User.slip_until > ctx.now()),
        passed_over=passed_over,
        good_until=_last_day(ctx),
    )


def print_slips(ctx: Context, *, choice: SlipChoice) -> list[SlipSheet]:
    """Create new one-time passwords; slips printed for these accounts before become void.

    Returns:
        the slips by class. The passwords exist nowhere else: only their keyed digest is stored.

    Raises:
        NotAllowed: only administrators may.
        Conflict: the school's first passwords follow the manual's rule, or everybody has an own password.
        Invalid: too many at once.
        NotFound: there is no such class here.
    """
    require(ctx, Action.PRINT_SLIPS)
    if get_settings(ctx).initial_password != RANDOM:
        raise Conflict(msg("本校的初始密码按规则生成，不使用密码条；可在「学校设置」中更改"))
    people = _lock(ctx, _chosen(ctx, choice))
    if not people:
        raise Conflict(msg("所选账号都已激活或停用，没有需要生成的密码条"))
    if len(people) > MOST:
        raise Invalid("choice", msg("一次最多生成 %(most)s 张，请按班级分别生成", most=MOST))
    passwords = {user.id: make_one_time_password() for user, _ in people}
    _store(ctx, passwords)
    data = {"count": len(people), "good_until": _last_day(ctx).isoformat(), "user_ids": sorted(passwords)}
    kind = "class" if choice.class_id is not None else "school"
    record(ctx, "slips.printed", kind, choice.class_id or ctx.school.id, data)
    return [
        SlipSheet(title, tuple(_slip(ctx, user, passwords[user.id]) for user, _ in members))
        for (title, _), members in groupby(people, key=lambda pair: (pair[1], pair[0].class_id))
    ]


def _chosen(ctx: Context, choice: SlipChoice) -> list[ColumnElement[bool]]:
    if choice.class_id is not None:
        if ctx.session.scalar(select(SchoolClass.id).where(SchoolClass.id == choice.class_id)) is None:
            raise NotFound(msg("没有这个班级"))
        return [User.class_id == choice.class_id, User.kind == "student"]
    if choice.group is SlipGroup.STUDENTS:
        return [User.kind == "student"]
    if choice.group is SlipGroup.STAFF:
        return [User.kind != "student"]
    return [User.id.in_(choice.user_ids)]


def _count(ctx: Context, *conditions: ColumnElement[bool]) -> int:
    return ctx.session.scalar(select(func.count()).select_from(User).where(*conditions)) or 0


def _by_class(ctx: Context, conditions: list[ColumnElement[bool]]) -> list[ClassCount]:
    columns = (SchoolClass.id, SchoolClass.name, SchoolClass.entry_year)
    statement = (
        select(*columns, func.count())
        .select_from(User)
        .outerjoin(User.school_class)
        .where(*_NOT_ACTIVATED, *conditions)
        .group_by(*columns)
        .order_by(*_CLASS_ORDER)
    )
    return [
        ClassCount(number, name, entry_year, count)
        for number, name, entry_year, count in ctx.session.execute(statement)
    ]


def _lock(ctx: Context, conditions: list[ColumnElement[bool]]) -> list[tuple[User, str]]:
    """Return the accounts with the titles of their pages; locked, so that none sets its own password meanwhile."""
    query = select(User.id).where(*_NOT_ACTIVATED, *conditions).limit(MOST + 1)
    locked = ctx.session.scalars(locking(query, User, Hold.WRITE)).all()
    in_order = (
        select(User, SchoolClass.name)
        .outerjoin(User.school_class)
        .where(User.id.in_(locked))
        .order_by(*_CLASS_ORDER, User.kind, User.student_no, User.login_name, User.id)
    )
    return [(user, name or _title(user)) for user, name in ctx.session.execute(in_order)]


def _title(user: User) -> str:
    return str(msg("未分班学生") if user.kind == "student" else msg("教师和管理员"))


def _store(ctx: Context, passwords: dict[int, str]) -> None:
    made = values(column("id", BigInteger), column("digest", LargeBinary), name="made").data(
        [(user_id, slip_digest(ctx, user_id, password)) for user_id, password in passwords.items()]
    )
    day_after = datetime.combine(_last_day(ctx) + timedelta(days=1), time(), ZoneInfo(ctx.school.timezone))
    statement = (
        update(User)
        .where(User.id == made.c.id)
        .values(
            slip_digest=made.c.digest,
            slip_until=day_after,
            must_change_password=True,
            failed_logins=0,
            updated_at=User.updated_at,
        )
    )
    ctx.session.execute(statement, execution_options={"synchronize_session": False})


def _last_day(ctx: Context) -> date:
    return ctx.today() + timedelta(days=get_settings(ctx).slip_days)


def _slip(ctx: Context, user: User, password: str) -> Slip:
    login = user.student_no or user.login_name or open_mobile(ctx, user) or user.email or ""
    return Slip(user.real_name, login, user.student_no is not None, password)
