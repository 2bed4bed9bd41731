"""The demo's secrets are made once and stay private."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

from deploy.local.keys import load_secrets


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert len(base64.b64decode(first["VAULT_KEY"])) >= 32
    assert len(set(first.values())) == len(first)


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    path = tmp_path / "secrets.env"
    path.write_text(
        "\n".join(line for line in path.read_text().splitlines() if not line.startswith("PG_APP"))
    )
    second = load_secrets(tmp_path)
    assert second["PG_APP_PASSWORD"] not in ("", first["PG_APP_PASSWORD"])
    assert second | {"PG_APP_PASSWORD": ""} == first | {"PG_APP_PASSWORD": ""}
