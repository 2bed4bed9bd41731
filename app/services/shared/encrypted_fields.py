"""The encrypted columns of an account, and the field names that bind their ciphertext and blind index."""

from __future__ import annotations

from app.context import Context
from app.models import User
from app.vault import Vault

ID_NUMBER = "id_number"
MOBILE = "mobile"


def open_id_number(ctx: Context, user: User) -> str | None:
    """Return the ID number of an account of this school, in clear."""
    return _open(ctx, ID_NUMBER, user.id, user.id_number_sealed)


def open_mobile(ctx: Context, user: User) -> str | None:
    """Return the phone number of an account of this school, in clear."""
    return _open(ctx, MOBILE, user.id, user.mobile_sealed)


def seal(vault: Vault, school_id: int, field: str, user_id: int, text: str) -> tuple[bytes, bytes]:
    """Return the two columns of a value: ``(sealed, index)``.

    Args:
        field: ``ID_NUMBER`` or ``MOBILE``.
        user_id: the account's id, to which the sealed value is bound.
        text: normalised, as ``app.rules`` reads it.
    """
    return vault.seal_field(school_id, field, user_id, text), vault.blind_index(school_id, field, text)


def unseal(vault: Vault, school_id: int, field: str, user_id: int, sealed: bytes | None) -> str | None:
    """Return the value that was sealed for this account, ``None`` if there is none.

    Raises:
        SealBroken: the value was damaged or copied from another row.
    """
    return None if sealed is None else vault.open_field(school_id, field, user_id, sealed)


def _open(ctx: Context, column: str, user_id: int, sealed: bytes | None) -> str | None:
    return unseal(ctx.vault, ctx.school.id, column, user_id, sealed)
