"""The initial password that the manual prescribes, and the spelling of a credential slip's password."""

from __future__ import annotations

import unicodedata

DEFAULT_INITIAL = "123456"


def initial_password(id_number: str | None) -> str:
    """Return the password of an unused account: the last six characters of the ID number, else 123456.

    A final X counts as one of the six. Source: manual 4.2, rule 5, and 5.2 for teachers.
    """
    return id_number[-6:].upper() if id_number and len(id_number) >= 6 else DEFAULT_INITIAL


def normalise_slip_password(text: str) -> str:
    """Return a credential slip's password in capitals and without the dashes that are printed between groups."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())
