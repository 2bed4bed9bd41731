"""Settings from the environment, read once by ``wsgi.py``, migrations and tests; all errors are reported together."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.rules.messages.mail_server import MailServer, is_address

ENVIRONMENTS = ("demo", "test", "production")


class BadSettings(Exception):
    """Raised when the environment is wrong; the message lists every error on a line of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of the platform.

    Args:
        env: ``demo``, ``test`` or ``production``.
        base_domain: the apex host; the hosts of schools are one label below it.
        port: the public port in addresses; ``None`` for the default port of the scheme.
        scheme: ``http`` in the demo, ``https`` in production.
        secret_key: signs cookies and tokens.
        vault_key: the master key of personal data (32 bytes or more).
        database_url: the connection of the restricted application role.
        redis_url: the server of the queue, of sessions, caches and rate counters.
        captcha: whether the login asks for a captcha; only the demo and tests may switch it off.
        trusted_proxies: the number of proxies in front that set X-Forwarded-*.
        mail_server: the server for mails; ``None`` if they are stored in ``mail_folder`` or not sent at all.
        mail_from: the sender address of mails.
        mail_folder: the folder in which the demo stores mails instead of sending them.
    """

    env: str
    base_domain: str
    port: int | None
    scheme: str
    secret_key: str
    vault_key: bytes
    database_url: str
    redis_url: str
    captcha: bool
    trusted_proxies: int
    mail_server: MailServer | None
    mail_from: str
    mail_folder: Path | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings.

        Raises:
            BadSettings: the environment is wrong; the message has all errors, not only the first.
        """
        errors: list[str] = []
        env = environ.get("SPOC_ENV", "production")
        if env not in ENVIRONMENTS:
            errors.append(f"SPOC_ENV must be one of {', '.join(ENVIRONMENTS)}, not {env!r}")
        production = env == "production"

        def required(name: str) -> str:
            value = environ.get(name, "").strip()
            if not value:
                errors.append(f"{name} is not set")
            return value

        secret_key = required("SECRET_KEY")
        if production and secret_key and len(secret_key) < 32:
            errors.append("SECRET_KEY needs at least 32 characters")
        captcha = environ.get("CAPTCHA", "on").lower()
        if captcha not in ("on", "off"):
            errors.append(f"CAPTCHA must be on or off, not {captcha!r}")
        elif captcha == "off" and production:
            errors.append("CAPTCHA=off is honoured in the demo only; SPOC_ENV=production refuses it")
        mail_server, mail_folder = _mail(environ, env, errors)
        settings = cls(
            env=env,
            base_domain=required("BASE_DOMAIN").lower(),
            port=_number(environ, "PORT", None if production else 8000, errors),
            scheme="https" if production else "http",
            secret_key=secret_key,
            vault_key=_key(required("VAULT_KEY"), errors),
            database_url=with_driver(required("DATABASE_URL")),
            redis_url=required("REDIS_URL"),
            captcha=captcha != "off",
            trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0, errors) or 0,
            mail_server=mail_server,
            mail_from=_mail_from(environ, mail_server, errors),
            mail_folder=mail_folder,
        )
        if errors:
            raise BadSettings("\n".join(errors))
        return settings


def _number(environ: Mapping[str, str], name: str, default: int | None, errors: list[str]) -> int | None:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) > 65535:
        errors.append(f"{name} must be a number, not {value!r}")
        return default
    return int(value)


def _mail(environ: Mapping[str, str], env: str, errors: list[str]) -> tuple[MailServer | None, Path | None]:
    """Return the destination of mails: a server, a folder (not in production), or neither."""
    url = environ.get("SMTP_URL", "").strip()
    if url and url != "off":
        try:
            return MailServer.from_url(url), None
        except ValueError as error:
            errors.append(f"SMTP_URL {error}")
            return None, None
    if env == "production" and not url:
        errors.append("SMTP_URL is not set (smtp://… or, to send no mail at all, off)")
    if env == "production" or url:
        return None, None
    folder = environ.get("MAIL_FOLDER", "").strip()
    if folder or env == "demo":
        return None, Path(folder) if folder else Path(__file__).parent / "var" / "mail"
    return None, None


def _mail_from(environ: Mapping[str, str], server: MailServer | None, errors: list[str]) -> str:
    address = environ.get("MAIL_FROM", "").strip()
    if not address and server is None:
        return "noreply@" + environ.get("BASE_DOMAIN", "").strip().lower()
    if not is_address(address):
        errors.append(f"MAIL_FROM must be a mail address, not {address!r}")
    return address


def _key(value: str, errors: list[str]) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        errors.append("VAULT_KEY is not base64")
        return b""
    if value and len(key) < 32:
        errors.append("VAULT_KEY needs at least 32 bytes (base64)")
    return key


def with_driver(url: str) -> str:
    """Return the address with the installed driver, whichever scheme it has."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url
