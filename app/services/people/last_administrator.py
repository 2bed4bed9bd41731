"""The one lock under which the number of a school's administrators may shrink."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, msg
from app.models import User
from app.services.shared.locks import Lock, school_lock


def keep_an_administrator(ctx: Context, *, without: Collection[int]) -> None:
    """Let these accounts cease to be active administrators; until this transaction ends nobody else may do such.

    Two administrators who demote each other at the same moment come one after the other: the second is refused.

    Args:
        without: ids of accounts that are about to be disabled or to get another role.

    Raises:
        Conflict: no active administrator would be left.
    """
    school_lock(ctx, Lock.ADMINISTRATORS)
    others = select(User.id).where(User.kind == "administrator", User.status == "active")
    if not set(ctx.session.scalars(others)) - set(without):
        raise Conflict(msg("学校至少要保留一位正常使用的管理员，请先添加另一位管理员"))
