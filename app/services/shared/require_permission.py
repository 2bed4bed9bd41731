"""The permission check at the start of a use case."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.errors import NotAllowed, NotFound, msg
from app.models import User
from app.rules.permissions import Action, may
from app.services.shared.locks import Hold, locking


def require(ctx: Context, action: Action) -> None:
    """Check that the role of the actor may do this.

    Raises:
        NotAllowed: the actor's role may not do this (``app.rules.permissions.MAY``).
    """
    if not may(ctx.actor.role, action):
        raise NotAllowed(msg("您没有权限进行此操作"))


def acting_user_id(ctx: Context) -> int:
    """Return the id of the acting account, for use cases that concern the acting person.

    Raises:
        NotAllowed: nobody is logged in, or the account is of another school.
    """
    user_id = account_here(ctx)
    if user_id is None:
        raise NotAllowed(msg("请先登录"))
    return user_id


def acting_user(ctx: Context, *, lock: bool = False) -> User:
    """Return the acting person's account; with ``lock`` nobody else writes it until this transaction ends.

    Raises:
        NotAllowed: nobody is logged in.
        NotFound: the account is gone.
    """
    statement = select(User).where(User.id == acting_user_id(ctx))
    if lock:
        statement = locking(statement, User, Hold.WRITE)
    user = ctx.session.scalar(statement)
    if user is None:
        raise NotFound(msg("没有找到这个账号"))
    return user


def account_here(ctx: Context) -> int | None:
    """Return the acting account if it belongs to this school.

    Rows of a school that record their author point at the school's own accounts; for a visiting secretary they
    keep only the name.
    """
    return ctx.actor.user_id if ctx.actor.school_id == ctx.school.id else None
