"""The states of account activation: every account is in exactly one of three."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_

from app.models import User


class Activation(StrEnum):
    """Whether an account has never been logged in to, is in use, or is disabled."""

    NEVER = "never"
    ACTIVE = "active"
    DISABLED = "disabled"


_OPEN = User.status == "active"
IN_STATE: dict[Activation, ColumnElement[bool]] = {
    Activation.NEVER: and_(_OPEN, User.last_login_at.is_(None)),
    Activation.ACTIVE: and_(_OPEN, User.last_login_at.is_not(None)),
    Activation.DISABLED: User.status == "disabled",
}
