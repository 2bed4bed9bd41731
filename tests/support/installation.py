"""The environment of a process that runs on given settings."""

from __future__ import annotations

import base64

from config import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The variables from which ``Settings.from_env`` makes these settings."""
    return {
        "SPOC_ENV": settings.env,
        "BASE_DOMAIN": settings.base_domain,
        "SECRET_KEY": settings.secret_key,
        "VAULT_KEY": base64.b64encode(settings.vault_key).decode(),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CAPTCHA": "on" if settings.captcha else "off",
    }
