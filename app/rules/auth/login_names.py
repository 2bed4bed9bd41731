"""The account as entered at the login: 学号, mobile number, mail address or login name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable, code_text
from app.rules.shared.contacts import read_email, read_mobile


@dataclass(frozen=True, slots=True)
class LoginNames:
    """The possible meanings of the text entered as account, each in the form in which it is stored.

    Args:
        codes: 学号 or login name: first as entered, then in upper and in lower case.
        email: in lower case, when the text is a mail address.
        mobile: 11 digits, when the text is a mobile number.
    """

    codes: tuple[str, ...]
    email: str | None
    mobile: str | None


def read_login_names(text: str) -> LoginNames:
    """Normalise blanks, full-width characters, case and +86; text that cannot be read matches no account."""
    try:
        code = code_text(text[: lengths.EMAIL])
    except Unreadable:
        return LoginNames((), None, None)
    codes = tuple(dict.fromkeys((code, code.upper(), code.lower()))) if code else ()
    return LoginNames(codes, _or_none(read_email, code), _or_none(read_mobile, code))


def _or_none(read: Callable[[Cell], str | None], text: str) -> str | None:
    try:
        return read(text)
    except Unreadable:
        return None
