"""Showing one ID number or phone in full, for a reason that the audit log keeps."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import User
from app.rules.permissions import Action
from app.rules.shared.cells import Unreadable
from app.rules.shared.texts import read_line
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, open_id_number, open_mobile
from app.services.shared.require_permission import require

REASON_LENGTH = 200
_OPEN = {ID_NUMBER: open_id_number, MOBILE: open_mobile}


def reveal_value(ctx: Context, *, user_id: int, field: str, reason: str) -> str:
    """Return the value in clear; the caller commits, so that nothing is shown without its audit row.

    Args:
        field: ``id_number`` or ``mobile``.
        reason: why it has to be seen, as typed.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such account at this school, or no such value.
        Invalid: the reason is missing or too long.
    """
    require(ctx, Action.REVEAL_PERSONAL_DATA)
    user = ctx.session.scalar(select(User).where(User.id == user_id))
    value = _OPEN[field](ctx, user) if user is not None and field in _OPEN else None
    if value is None:
        raise NotFound(msg("没有找到这个用户"))
    record(ctx, "user.revealed", "user", user_id, {"field": field, "reason": _reason(reason)})
    return value


def _reason(typed: str) -> str:
    try:
        reason = read_line(typed, REASON_LENGTH)
    except Unreadable as error:
        raise Invalid("reason", error.message) from error
    if reason is None:
        raise Invalid("reason", msg("请填写查看原因"))
    return reason
