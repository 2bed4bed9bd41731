"""The check of addresses to go on to: only own paths pass."""

from __future__ import annotations

import pytest

from app.web.shared.safe_next import safe_next

GOOD = [
    "/",
    "/courses",
    "/courses?q=a&page=2",
    "/manage/people/?search=%E7%8E%8B",
    "/课程",
    "/a/b#c",
    "/@evil.example",
    "/:80",
]

BAD: list[str | None] = [
    None, "", " ", "courses", "?next=/", "#", ".", "./", "../", "..//evil.example", "//",
    "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\evil.example", "\\\\evil.example",
    "/\\/evil.example", "\\/evil.example",
    "//evil.example/%2f..", "//localhost", "//mingde.localhost", "//@evil.example", "//evil.example@localhost",
    "http://evil.example", "https://evil.example", "HTTPS://evil.example", "https:evil.example",
    "https:/evil.example",
    "https:///evil.example", "http:\\\\evil.example", "http:/\\evil.example", "ftp://evil.example",
    "file:///etc/passwd",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
    "javascript://localhost/%0aalert(1)", "vbscript:x",
    "data:text/html,<script>alert(1)</script>", "data:,x", "blob:https://evil.example/1",
    "mailto:a@b.example", "tel:1",
    " //evil.example", "\t//evil.example", "\n//evil.example", "/\t/evil.example",
    "/\n/evil.example", "/\r/evil.example",
    "/\r\n/evil.example", "/\x00/evil.example", "\x00//evil.example", "/\x0b/evil.example",
    "/\x0c/evil.example", "/\x7f",
    "/a\r\nSet-Cookie: sid=1", "/a\nLocation: //evil.example", "/a b", "/a\\b", "/\\", "/\x85", "/\x9f",
    "\u2028//evil.example", "\u3000//evil.example", "／／evil.example", "https：//evil.example", "evil.example",
    "evil.example/", "www.evil.example", "1.2.3.4", "[::1]", "@evil.example", ":80",
    ";//evil.example", "/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_a_path_of_this_host_is_kept(url: str) -> None:
    assert safe_next(url) == url


@pytest.mark.parametrize("url", BAD)
def test_everything_else_is_nothing(url: str | None) -> None:
    assert safe_next(url) is None


def test_enough_was_tried() -> None:
    assert len(set(BAD)) >= 60
