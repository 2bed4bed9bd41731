"""The limits of a school (配额), accounts and own courses: set by the alliance, stored at the school."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, Message, msg
from app.models import Course, School, User
from app.rules.permissions import Action
from app.services.schools.directory import get_member, require_alliance
from app.services.shared.audit import record
from app.services.shared.locks import Lock, school_lock
from app.services.shared.require_permission import require

MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of a limit; ``None`` for no limit."""

    people: int
    most_people: int | None
    courses: int
    most_courses: int | None


def set_quotas(ctx: Context, *, school_id: int, most_people: int | None, most_courses: int | None) -> Usage:
    """Set a school's limits; a limit below the present usage only prevents additions.

    Args:
        most_people: accounts of all kinds; ``None`` for no limit.
        most_courses: own courses; ``None`` for no limit.

    Raises:
        Invalid: a value is no number (field ``most_people`` or ``most_courses``).
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    school = get_member(ctx, school_id=school_id)
    limits = {"most_people": most_people, "most_courses": most_courses}
    for field, number in limits.items():
        if number is not None and not 0 <= number <= MOST:
            raise Invalid(field, msg("应为 0 至 %(most)s 的整数，不填则不限", most=MOST))
    before = dict(zip(limits, _limits(ctx, school_id), strict=True))
    if limits != before:
        ctx.session.execute(
            update(School).where(School.id == school_id, School.kind == "member").values(limits)
        )
        record(ctx, "school.quotas_set", "school", school_id, {"old": before, "new": limits})
        with ctx.within(school) as inner:
            record(inner, "school.quotas_set", "school", school_id, {"old": before, "new": limits})
    return school_usage(ctx, school_id=school_id)


def school_usage(ctx: Context, *, school_id: int) -> Usage:
    """Return the usage of a school, for the secretariat; only counts leave the school.

    Raises:
        NotAllowed: the actor is not the secretariat.
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    with ctx.within(get_member(ctx, school_id=school_id)) as inner:
        return usage(inner)


def usage(ctx: Context) -> Usage:
    """Return the usage of this school, in one query and one for the limits."""
    most_people, most_courses = _limits(ctx, ctx.school.id)
    people = select(func.count()).select_from(User).where(User.school_id == ctx.school.id)
    courses = select(func.count()).select_from(Course).where(Course.school_id == ctx.school.id)
    counted = ctx.session.execute(select(people.scalar_subquery(), courses.scalar_subquery())).one()
    return Usage(counted[0], most_people, counted[1], most_courses)


def people_refusal(ctx: Context, *, new: int, hold: bool = False) -> Message | None:
    """Return why so many accounts cannot be added, ``None`` when they can.

    Args:
        new: how many are to be created.
        hold: make other transactions that add accounts wait until this one is committed.
    """
    most, _ = _limits(ctx, ctx.school.id)
    if most is None or not new:
        return None
    if hold:
        school_lock(ctx, Lock.QUOTAS)
    here = (
        ctx.session.scalar(select(func.count()).select_from(User).where(User.school_id == ctx.school.id)) or 0
    )
    if here + new <= most:
        return None
    return msg(
        "本校账号上限为 %(most)s 个，已有 %(here)s 个，不能再新建 %(new)s 个；请减少人数，或请联盟秘书处提高上限",
        most=most,
        here=here,
        new=new,
    )


def require_room_for_people(ctx: Context, *, new: int = 1, hold: bool = True) -> None:
    """Check that the school may have so many more accounts.

    Args:
        new: how many are to be created.
        hold: make other transactions that add accounts wait until this one is committed; without it
            the answer is of this moment.

    Raises:
        Conflict: it may not; the message says the limit and the usage.
    """
    refusal = people_refusal(ctx, new=new, hold=hold)
    if refusal is not None:
        raise Conflict(refusal)


def require_room_for_course(ctx: Context) -> None:
    """Check that the school may have one more own course.

    Raises:
        Conflict: it may not; the message says the limit.
    """
    most = _limits(ctx, ctx.school.id)[1]
    if most is None:
        return
    school_lock(ctx, Lock.QUOTAS)
    here = (
        ctx.session.scalar(select(func.count()).select_from(Course).where(Course.school_id == ctx.school.id))
        or 0
    )
    if here + 1 > most:
        raise Conflict(
            msg(
                "本校自建课程上限为 %(most)s 门，已有 %(here)s 门；请联盟秘书处提高上限后再新建",
                most=most,
                here=here,
            )
        )


def _limits(ctx: Context, school_id: int) -> tuple[int | None, int | None]:
    row = ctx.session.execute(
        select(School.most_people, School.most_courses).where(School.id == school_id)
    ).one()
    return row[0], row[1]
