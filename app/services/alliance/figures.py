"""The daily figures of a school: counted in the school's own scope, stored for its alliance as numbers only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.models import CourseOffering, Registration, School, SchoolFigure, User
from app.rules.permissions import Action
from app.services.schools.directory import INFO_COLUMNS, get_member, require_alliance
from app.services.shared.audit import record
from app.services.shared.require_permission import require
from tenants.registry import SchoolInfo

#: The most schools that one 「立即更新」 counts; those that were counted longest ago come first.
MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The numbers of schools that were counted, and that were left out because they were too many at once."""

    counted: int
    left: int


def write_figures(ctx: Context) -> None:
    """Count the school as it is now and store it as this day's figures; a second count on a day replaces the first.

    People are accounts that are not disabled; activated are those of them who have ever logged in.
    """
    active = select(func.count()).select_from(User).where(User.status == "active")
    online = select(func.count()).select_from(CourseOffering).where(CourseOffering.status == "online")
    registered = select(func.count()).select_from(Registration).where(Registration.withdrawn_at.is_(None))
    row = ctx.session.execute(
        select(
            active.scalar_subquery().label("people"),
            active.where(User.last_login_at.is_not(None)).scalar_subquery().label("activated"),
            online.scalar_subquery().label("courses_online"),
            registered.scalar_subquery().label("registrations"),
            select(func.max(User.last_login_at)).scalar_subquery().label("last_activity_at"),
        )
    ).one()
    values = {**row._mapping, "counted_at": ctx.now()}
    statement = insert(SchoolFigure).values(
        school_id=ctx.school.id, alliance_id=ctx.school.alliance_id, day=ctx.today(), **values
    )
    ctx.session.execute(
        statement.on_conflict_do_update(index_elements=["school_id", "day"], set_=values),
        execution_options={"synchronize_session": False},
    )


def refresh_figures(ctx: Context, *, school_id: int | None = None) -> Refreshed:
    """Count a school now (「立即更新」), or all of them (``MOST_AT_ONCE`` at a time).

    Args:
        school_id: a member; ``None`` for all.

    Raises:
        NotAllowed: the actor is not the secretariat.
        NotFound: there is no such member.
    """
    require(ctx, Action.SEE_ACTIVITY)
    require_alliance(ctx)
    schools, total = _longest_ago(ctx) if school_id is None else ([get_member(ctx, school_id=school_id)], 1)
    for school in schools:
        with ctx.within(school) as inner:
            write_figures(inner)
            record(inner, "figures.counted", "school", school.id)
    record(ctx, "figures.counted", "school", school_id, {"schools": len(schools)})
    return Refreshed(len(schools), total - len(schools))


def _longest_ago(ctx: Context) -> tuple[list[SchoolInfo], int]:
    counted = (
        select(SchoolFigure.school_id, func.max(SchoolFigure.counted_at).label("at"))
        .where(SchoolFigure.alliance_id == ctx.school.id)
        .group_by(SchoolFigure.school_id)
        .subquery()
    )
    rows = ctx.session.execute(
        select(*INFO_COLUMNS, func.count().over())
        .outerjoin(counted, counted.c.school_id == School.id)
        .where(School.kind == "member", School.status == "active")
        .order_by(counted.c.at.nulls_first(), School.id)
        .limit(MOST_AT_ONCE)
    ).all()
    return [SchoolInfo(*row[:-1]) for row in rows], rows[0][-1] if rows else 0
