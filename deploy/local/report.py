"""One clear line for the person at the terminal, in Chinese and in English. Standard library only."""

from __future__ import annotations

import sys


class LocalError(Exception):
    """Something that a person can act on.

    Args:
        chinese: what is wrong and what to do, one line.
        english: the same in English.
    """

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} / {english}")


def say(chinese: str, english: str) -> None:
    """Print one step of the way."""
    print(f"» {chinese} / {english}", flush=True)


def fail(error: LocalError) -> int:
    """Print the error as one line on stderr and give the exit code."""
    print(f"✗ {error}", file=sys.stderr, flush=True)
    return 1
