"""Schools as values, read fresh, for services that work across schools."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.context import Context
from app.errors import NotAllowed, NotFound, msg
from app.models import School
from tenants.registry import SchoolInfo

#: The columns of a ``SchoolInfo``, in its order.
INFO_COLUMNS = tuple(getattr(School, name) for name in SchoolInfo.__dataclass_fields__)


def require_alliance(ctx: Context) -> None:
    """Check that the scope is the alliance's own.

    Raises:
        NotAllowed: this is a member school.
    """
    if not ctx.school.is_alliance:
        raise NotAllowed(msg("此操作只能由联盟秘书处进行"))


def list_tenants(ctx: Context) -> list[SchoolInfo]:
    """Return the alliance and every member school, suspended ones too, by id.

    Raises:
        NotAllowed: this is a member school.
    """
    require_alliance(ctx)
    return [SchoolInfo(*row) for row in ctx.session.execute(select(*INFO_COLUMNS).order_by(School.id))]


def get_member(ctx: Context, *, school_id: int) -> SchoolInfo:
    """Return a member school by its id.

    Raises:
        NotFound: there is no such school.
    """
    return get_members(ctx, school_ids=[school_id])[0]


def get_members(ctx: Context, *, school_ids: Iterable[int]) -> list[SchoolInfo]:
    """Return member schools by their ids, by name.

    Raises:
        NotFound: one of them does not exist.
    """
    requested = set(school_ids)
    rows = ctx.session.execute(
        select(*INFO_COLUMNS).where(School.id.in_(requested), School.kind == "member").order_by(School.name)
    ).all()
    if len(rows) != len(requested) or not rows:
        raise NotFound(msg("没有找到这所学校"))
    return [SchoolInfo(*row) for row in rows]


def all_members(ctx: Context) -> list[SchoolInfo]:
    """Return all member schools, by name, for the secretariat's choices.

    Raises:
        NotAllowed: this is a member school.
    """
    require_alliance(ctx)
    statement = select(*INFO_COLUMNS).where(School.kind == "member").order_by(School.name)
    return [SchoolInfo(*row) for row in ctx.session.execute(statement)]
