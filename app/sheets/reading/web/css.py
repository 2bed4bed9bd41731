"""The few properties of CSS that change which text of a page is shown."""

from __future__ import annotations

import re
from typing import NamedTuple

_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*(?:collapse|hidden))", re.IGNORECASE)
_FORMAT = re.compile(
    r"""(?:mso|vnd\.ms-excel\.)-?number-?format\s*:\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^;}]+)""",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{4})\s?|(.))")
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]*)\}")
_CLASS = re.compile(r"(?:[a-zA-Z0-9*]*)\.([\w-]+)")
_MOST_RULES = 5_000


class Style(NamedTuple):
    """The properties of an element.

    Args:
        hides: whether the element is not shown.
        number_format: Excel's format code; "" if there is none.
    """

    hides: bool = False
    number_format: str = ""


NO_STYLE = Style()


def style_of(declarations: str) -> Style:
    """Return the style of an attribute ``style`` or of the body of a rule."""
    if not declarations:
        return NO_STYLE
    found = _FORMAT.search(declarations)
    return Style(bool(_HIDING.search(declarations)), _unquoted(found[1]) if found else "")


def class_styles(sheet: str) -> dict[str, Style]:
    """Return the styles of a ``<style>`` element by class; rules for anything but a class alone are passed over."""
    styles: dict[str, Style] = {}
    for number, rule in enumerate(_RULE.finditer(_COMMENT.sub(" ", sheet))):
        if number >= _MOST_RULES:
            break
        style = style_of(rule[2])
        if style == NO_STYLE:
            continue
        for selector in rule[1].split(","):
            if name := _CLASS.fullmatch(selector.strip()):
                styles[name[1]] = style
    return styles


def _unquoted(code: str) -> str:
    code = code.strip()
    if code[:1] in ("'", '"') and code[-1:] == code[:1]:
        code = code[1:-1]
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else escape[2], code)
