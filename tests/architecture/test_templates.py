"""The requirements of the content security policy and of the icon sprite on every template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path for folder in ("app/templates", "admin/templates") for path in (PROJECT / folder).rglob("*.html")
)
BUILD = (PROJECT / "app/static/src/build.mjs").read_text(encoding="utf-8")
ICONS = set(re.findall(r'"([a-z0-9-]+)"', BUILD.partition("const ICONS = [")[2].partition("]")[0]))

REFUSED = {
    "an inline handler": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an inline style": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a style element (``own_style`` makes them)": re.compile(r"<style", re.IGNORECASE),
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an address of another host": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE),
    "an attribute that htmx evaluates": re.compile(
        r"hx-on|hx-(?:vals|headers)=['\"]js:|hx-trigger=\"[^\"]*\["
    ),
}
NAMED = re.compile(r"""icon\(\s*'([a-z0-9-]+)'|icon='([a-z0-9-]+)'|menu_icon_value="([a-z0-9-]+)\"""")


def ids(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30
    assert "search" in ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=ids)
def test_a_template_holds_nothing_that_the_content_policy_refuses(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for what, pattern in REFUSED.items() if pattern.search(text)] == []


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATES if "admin/templates/manage" in path.as_posix()], ids=ids
)
def test_a_list_is_drawn_by_the_macros_of_lists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own = (
        "ui.pagination(",
        "ui.filters(",
        "active-filters",
        "_('清除筛选')",
        "address.sorted_by(",
    )
    assert [part for part in own if part in text] == []


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    sources = [*TEMPLATES, *sorted((PROJECT / "admin").rglob("*.py"))]
    named = {
        name for path in sources for found in NAMED.findall(path.read_text("utf-8")) for name in found if name
    }
    assert named - ICONS == set()
