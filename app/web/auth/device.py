"""The device cookie: signed proof of an earlier login, so that others' failures do not lock the account here.

After OWASP's "Slow down online guessing attacks with device cookies".
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from app.services.auth.login import KnownDevice

LIFETIME = timedelta(days=180)


def known_device(school_id: int) -> KnownDevice | None:
    """Return the device that the request's cookie proves at this school; ``None`` without a valid cookie."""
    try:
        content = _signer().loads(request.cookies.get(_name(), ""), max_age=int(LIFETIME.total_seconds()))
    except BadData:
        return None
    of_school, user_id, device_id = content
    return KnownDevice(user_id, device_id) if of_school == school_id else None


def remember_device(response: Response, school_id: int, user_id: int) -> None:
    """Set the cookie that records that this account has logged in on this device."""
    before = known_device(school_id)
    device_id = before.mark if before is not None and before.user_id == user_id else secrets.token_hex(8)
    response.set_cookie(
        _name(),
        _signer().dumps([school_id, user_id, device_id]),
        max_age=LIFETIME,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="device")


def _name() -> str:
    return "__Host-spoc_device" if current_app.config["SESSION_COOKIE_SECURE"] else "spoc_device"
