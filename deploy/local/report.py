"""One-line messages for the terminal, in Chinese and in English; needs only the standard library."""

from __future__ import annotations

import sys


class LocalError(Exception):
    """Raised for a failure that the person at the terminal can remedy.

    Args:
        chinese: the problem and its remedy, in one line.
        english: the same in English.
    """

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")


def say(chinese: str, english: str) -> None:
    """Print the current step."""
    print(f"» {chinese} / {english}", flush=True)


def fail(error: LocalError) -> int:
    """Print the error as one line on stderr and return the exit code."""
    print(f"✗ {error}", file=sys.stderr, flush=True)
    return 1
