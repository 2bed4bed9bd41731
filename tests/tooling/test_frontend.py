"""The front end's lock file and the output of `npm run build` for the web server."""

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


#: Bundles that a few pages load beside what all of them do, with the most KiB of each on the wire.
SOME_PAGES = {"editor.js": 140, "charts.js": 60}


def test_what_every_page_loads_stays_within_60_kb_on_the_wire() -> None:
    manifest: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    sizes = {
        name: path.stat().st_size for name, file in manifest.items() if (path := DIST / f"{file}.br").exists()
    }
    assert sum(size for name, size in sizes.items() if name not in SOME_PAGES) < 60 * 1024
    assert {name for name, most in SOME_PAGES.items() if sizes[name] > most * 1024} == set()


def test_the_editor_is_loaded_where_rich_text_is_edited_and_nowhere_else() -> None:
    pages = [*PROJECT.glob("app/templates/**/*.html"), *PROJECT.glob("admin/templates/**/*.html")]
    using = {page.relative_to(PROJECT).as_posix() for page in pages if "editor.js" in page.read_text("utf-8")}
    assert using == {
        "admin/templates/manage/announcements/form.html",
        "admin/templates/manage/courses/frame.html",
        "admin/templates/manage/courses/new.html",
        "admin/templates/manage/offerings/frame.html",
    }
