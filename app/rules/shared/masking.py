"""Masks for personal values: the owner can recognise a masked value, nobody else can use it."""

from __future__ import annotations

_SHOWN_LENGTH = 40


def mask_id_number(value: str) -> str:
    """Hide birth date and most of the sequence: ``110105********002X``.

    A value of another length (a mistyped one) keeps its first three and last two characters.
    """
    if len(value) == 18:
        return f"{value[:6]}********{value[14:]}"
    return _ends(value, 3, 2)


def mask_mobile(value: str) -> str:
    """Hide the middle of a phone number: ``138****1234``."""
    if len(value) == 11:
        return f"{value[:3]}****{value[7:]}"
    return _ends(value, 3, 2)


def mask_email(value: str) -> str:
    """Keep the first letter and the domain: ``l***@example.com``."""
    local, at, domain = value.partition("@")
    return f"{local[:1]}***@{shorten(domain)}" if at else _ends(value, 2, 0)


def mask_date(value: str) -> str:
    """Keep the year of a birth date: ``1990****``."""
    return _ends(value, 4, 0)


def shorten(value: str) -> str:
    """Return a value that need not be masked, cut to the length of a line."""
    return value if len(value) <= _SHOWN_LENGTH else value[: _SHOWN_LENGTH - 1] + "…"


def _ends(value: str, head: int, tail: int) -> str:
    """Keep ``head`` and ``tail`` characters, but never more than half of the value."""
    keep = min(head, len(value) // 2)
    end = min(tail, len(value) // 2 - keep)
    hidden = min(len(value) - keep - end, _SHOWN_LENGTH)
    return value[:keep] + "*" * hidden + (value[-end:] if end > 0 else "")
