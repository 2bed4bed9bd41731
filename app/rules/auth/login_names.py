"""What people type for their account at the login: 学号, mobile number, mail address or login name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.rules.shared import lengths
from app.rules.shared.cells import Cell, Unreadable, code_text
from app.rules.shared.contacts import read_email, read_mobile


@dataclass(frozen=True, slots=True)
class LoginNames:
    """What the typed account may mean, each in the form in which it is stored.

    Args:
        codes: 学号 or login name, as typed first, then in capitals and in small letters.
        email: in small letters, when it is an address.
        mobile: 11 digits, when it is a number.
    """

    codes: tuple[str, ...]
    email: str | None
    mobile: str | None


def read_login_names(typed: str) -> LoginNames:
    """Put right what was typed: blanks, full-width characters, capitals, +86; nonsense fits nobody."""
    try:
        code = code_text(typed[: lengths.EMAIL])
    except Unreadable:
        return LoginNames((), None, None)
    codes = tuple(dict.fromkeys((code, code.upper(), code.lower()))) if code else ()
    return LoginNames(codes, _or_none(read_email, code), _or_none(read_mobile, code))


def _or_none(read: Callable[[Cell], str | None], text: str) -> str | None:
    try:
        return read(text)
    except Unreadable:
        return None
