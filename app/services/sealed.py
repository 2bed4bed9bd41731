"""The sealed columns of an account, by the one name that their ciphertext and blind index are bound to."""

from __future__ import annotations

from app.context import Context
from app.models import User

ID_NUMBER = "id_number"
MOBILE = "mobile"


def open_id_number(ctx: Context, user: User) -> str | None:
    """The ID number of an account of this school, in clear."""
    return _open(ctx, ID_NUMBER, user.id, user.id_number_sealed)


def open_mobile(ctx: Context, user: User) -> str | None:
    """The phone of an account of this school, in clear."""
    return _open(ctx, MOBILE, user.id, user.mobile_sealed)


def mobile_index(ctx: Context, mobile: str) -> bytes:
    """The blind index under which a phone (11 digits) is found in this school."""
    return ctx.vault.blind_index(ctx.school.id, MOBILE, mobile)


def _open(ctx: Context, column: str, user_id: int, sealed: bytes | None) -> str | None:
    return ctx.vault.open_field(ctx.school.id, column, user_id, sealed) if sealed is not None else None
