"""Secrets of the demo, created once and stored in `var/secrets.env`, which only its owner can read."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def _new_secrets() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "VAULT_KEY": base64.b64encode(secrets.token_bytes(64)).decode(),
        "PG_SUPERUSER_PASSWORD": secrets.token_urlsafe(24),
        "PG_OWNER_PASSWORD": secrets.token_urlsafe(24),
        "PG_APP_PASSWORD": secrets.token_urlsafe(24),
    }


def load_secrets(var: Path) -> dict[str, str]:
    """Return the secrets in `var/secrets.env`, after adding missing ones."""
    path = var / "secrets.env"
    known: dict[str, str] = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        known = dict(line.split("=", 1) for line in lines if "=" in line)
    merged = _new_secrets() | known
    if merged != known:
        _write_private(path, "".join(f"{name}={value}\n" for name, value in merged.items()))
    return merged


def _write_private(path: Path, content: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    unfinished.replace(path)
