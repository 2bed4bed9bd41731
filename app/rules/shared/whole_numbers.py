"""Whole numbers in addresses, forms and cells."""

from __future__ import annotations

#: The largest value of a BIGINT column, such as the id of a row.
BIGINT = 2**63 - 1
_MOST_DIGITS = len(str(BIGINT))


def whole_number(text: str, most: int = BIGINT) -> int | None:
    """Read a number from 0 to ``most`` in plain digits; ``None`` for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= most else None
