"""The initial password that the manual prescribes, and how the password of a credential slip is read."""

from __future__ import annotations

import unicodedata

DEFAULT_INITIAL = "123456"


def initial_password(id_number: str | None) -> str:
    """The password before its owner sets one: the last six of the ID number, X included, else 123456.

    Source: manual 4.2, rule 5, and 5.2 for teachers.
    """
    return id_number[-6:].upper() if id_number and len(id_number) >= 6 else DEFAULT_INITIAL


def slip_text(typed: str) -> str:
    """What a credential slip's password was typed to be: capitals, without the dashes that are printed between."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
