"""Display of staged values."""

from __future__ import annotations

from typing import Any

from app.context import Context
from app.rules.shared.masking import mask_date, mask_email, mask_id_number, mask_mobile, shorten
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal

_GENDERS = {"male": "男", "female": "女"}


def shown_value(ctx: Context, column: str, user_id: int, value: Any) -> str:
    """Return a staged column of ``users`` as a person may see it: sealed values opened, personal ones masked."""
    if value is None:
        return ""
    if column == "id_number_sealed":
        return mask_id_number(_open(ctx, ID_NUMBER, user_id, value))
    if column == "mobile_sealed":
        return mask_mobile(_open(ctx, MOBILE, user_id, value))
    if column == "photo_sha":
        return "✓"
    text = str(value)
    if column == "bio":
        return shorten(text)
    if column == "email":
        return mask_email(text)
    if column == "birth_date":
        return mask_date(text.replace("-", ""))
    return _GENDERS.get(text, text) if column == "gender" else text


def _open(ctx: Context, field: str, user_id: int, value: str) -> str:
    return unseal(ctx.vault, ctx.school.id, field, user_id, bytes.fromhex(value.removeprefix("\\x"))) or ""
