"""The sealed columns of an account, by the one name that their ciphertext and blind index are bound to."""

from __future__ import annotations

from app.context import Context
from app.models import User
from app.vault import Vault

ID_NUMBER = "id_number"
MOBILE = "mobile"


def open_id_number(ctx: Context, user: User) -> str | None:
    """The ID number of an account of this school, in clear."""
    return _open(ctx, ID_NUMBER, user.id, user.id_number_sealed)


def open_mobile(ctx: Context, user: User) -> str | None:
    """The phone of an account of this school, in clear."""
    return _open(ctx, MOBILE, user.id, user.mobile_sealed)


def seal(vault: Vault, school_id: int, field: str, user_id: int, text: str) -> tuple[bytes, bytes]:
    """The two columns of a value: ``(sealed, index)``.

    Args:
        field: ``ID_NUMBER`` or ``MOBILE``.
        user_id: the account's id, to which the sealed value is bound.
        text: normalised, as ``app.rules`` reads it.
    """
    return vault.seal_field(school_id, field, user_id, text), vault.blind_index(school_id, field, text)


def unseal(vault: Vault, school_id: int, field: str, user_id: int, sealed: bytes | None) -> str | None:
    """The value that was sealed for this account, ``None`` where there is none.

    Raises:
        SealBroken: the value was damaged or copied from another row.
    """
    return None if sealed is None else vault.open_field(school_id, field, user_id, sealed)


def _open(ctx: Context, column: str, user_id: int, sealed: bytes | None) -> str | None:
    return unseal(ctx.vault, ctx.school.id, column, user_id, sealed)
