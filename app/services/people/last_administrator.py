"""The lock under which the number of a school's administrators may shrink."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, msg
from app.models import User
from app.services.shared.locks import Lock, school_lock


def keep_an_administrator(ctx: Context, *, without: Collection[int]) -> None:
    """Check that an active administrator remains without these accounts, under a lock until this transaction ends.

    When two administrators demote each other at the same moment, the second waits for the first and is refused.

    Args:
        without: ids of accounts that are about to be disabled or to get another role.

    Raises:
        Conflict: no active administrator would be left.
    """
    school_lock(ctx, Lock.ADMINISTRATORS)
    administrators = select(User.id).where(User.kind == "administrator", User.status == "active")
    if not set(ctx.session.scalars(administrators)) - set(without):
        raise Conflict(msg("学校至少要保留一位正常使用的管理员，请先添加另一位管理员"))
