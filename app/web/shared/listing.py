"""List pages: what they read from their address, and their two forms, the page and its changing part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from app.rules.shared.cells import without_marks

MAX_TEXT = 64


def text_argument(name: str) -> str:
    """A text of the address, as it was meant: trimmed and cut, full-width letters and digits put right.

    Characters that no title has are dropped.
    """
    typed = without_marks(request.args.get(name, "")).replace("\u3000", " ")
    return "".join(c for c in typed if c.isprintable()).strip()[:MAX_TEXT]


def page_argument(name: str = "page") -> int:
    """The page of the address, counted from 1; it may lie beyond the last one."""
    return max(request.args.get(name, 1, type=int), 1)


def address(endpoint: str, **values: str | int) -> str:
    """The address of a list with only the arguments that say something."""
    said: dict[str, Any] = {name: value for name, value in values.items() if value != ""}
    return url_for(endpoint, **said)


def page_address(endpoint: str, **values: str) -> Callable[[int], str]:
    """The addresses of the pages of a list, for ``ui.pagination``; the first page carries no number."""
    return lambda n: address(endpoint, **values, page=n if n > 1 else "")


def with_choice(endpoint: str, **values: str) -> Callable[[str, str], str]:
    """The addresses of a list's filters: the same list, its first page, with another value of one argument."""
    return lambda name, value: address(endpoint, **(values | {name: value}))


def wants_fragment() -> bool:
    """Whether the page's script asks for the changing part only, to swap it in."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"


def render_list(whole: str, part: str, /, *, canonical: str, **values: Any) -> Response:
    """Render a list, or the part of it that changes while one types.

    Args:
        whole: the template of the whole page.
        part: the template of the part; it is told ``fragment=True`` when it goes out alone.
        canonical: the address that the browser shows after the swap.
    """
    fragment = wants_fragment()
    response = make_response(render_template(part if fragment else whole, fragment=fragment, **values))
    response.vary.add("HX-Request")
    if fragment:
        response.headers["HX-Replace-Url"] = canonical
    return response
