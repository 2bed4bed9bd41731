"""List pages: the parameters of their addresses, and their two forms, the page and its changing part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request, url_for

from app.rules.shared.cells import without_marks

MAX_TEXT = 64


def text_argument(name: str) -> str:
    """Return a text of the address in normal form: trimmed and cut, with full-width letters and digits converted.

    Characters that no title has are dropped.
    """
    text = without_marks(request.args.get(name, "")).replace("\u3000", " ")
    return "".join(c for c in text if c.isprintable()).strip()[:MAX_TEXT]


def page_argument(name: str = "page") -> int:
    """Return the page of the address, counted from 1; it may lie beyond the last page."""
    return max(request.args.get(name, 1, type=int), 1)


def address(endpoint: str, **values: str | int) -> str:
    """Return the address of a list without its empty arguments."""
    arguments: dict[str, Any] = {name: value for name, value in values.items() if value != ""}
    return url_for(endpoint, **arguments)


def page_address(endpoint: str, **values: str) -> Callable[[int], str]:
    """Return the addresses of the pages of a list, for ``ui.pagination``; the first page has no number."""
    return lambda n: address(endpoint, **values, page=n if n > 1 else "")


def with_choice(endpoint: str, **values: str) -> Callable[[str, str], str]:
    """Return the addresses of a list's filters: its first page with another value of one argument."""
    return lambda name, value: address(endpoint, **(values | {name: value}))


def wants_fragment() -> bool:
    """Return whether the page's script asks for the changing part only, to swap it in."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") == "partial"


def render_list(whole: str, part: str, /, *, canonical: str, **values: Any) -> Response:
    """Render a list, or the part of it that changes during typing.

    Args:
        whole: the template of the whole page.
        part: the template of the part, rendered with ``fragment=True`` when it is sent alone.
        canonical: the address that the browser shows after the swap.
    """
    fragment = wants_fragment()
    response = make_response(render_template(part if fragment else whole, fragment=fragment, **values))
    response.vary.add("HX-Request")
    if fragment:
        response.headers["HX-Replace-Url"] = canonical
    return response
