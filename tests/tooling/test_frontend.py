"""The front end's lock file and what `npm run build` leaves for the web server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
DIST = PROJECT / "app" / "static" / "dist"


def test_the_lock_file_carries_checksums_and_no_download_addresses() -> None:
    packages: dict[str, dict[str, Any]] = json.loads((PROJECT / "package-lock.json").read_text("utf-8"))[
        "packages"
    ]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
    assert [name for name, entry in fetched.items() if not entry["integrity"].startswith("sha512-")] == []


def test_every_built_text_file_has_its_compressed_forms_and_a_hashed_name() -> None:
    manifest: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    assert {"site.css", "site.js", "icons.svg", "favicon.svg", "cover.svg"} <= manifest.keys()
    for name, file in manifest.items():
        assert file != name
        assert (DIST / file).stat().st_size > 0
        for ending in (".gz", ".br"):
            assert (DIST / f"{file}{ending}").stat().st_size < max((DIST / file).stat().st_size, 400)


def test_styles_scripts_and_icons_together_stay_within_60_kb_on_the_wire() -> None:
    assert sum(path.stat().st_size for path in DIST.glob("*.br")) < 60 * 1024
