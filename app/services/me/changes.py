"""Changes that people make to their own account: nickname, phone, introduction and photo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import User, UserPhoto
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Unreadable
from app.rules.shared.contacts import read_mobile
from app.rules.shared.masking import mask_mobile
from app.rules.shared.texts import read_name
from app.services.media.portraits import clean_photo
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import MOBILE, open_id_number, open_mobile, seal
from app.services.shared.refusals import unique
from app.services.shared.require_permission import acting_user, acting_user_id

BIO_LENGTH = 2000


def change_own_information(ctx: Context, *, nickname: str, mobile: str, bio: str | None = None) -> list[str]:
    """Change nickname and phone, for staff also the introduction; an empty phone removes it.

    Args:
        bio: ``None`` leaves the introduction as it is; students have none.

    Returns:
        the names of the changed fields.

    Raises:
        Invalid: with the field; ``mobile`` also where another person of the school has it.
    """
    user = acting_user(ctx, lock=True)
    new_name = _read("nickname", lambda: read_name(nickname, lengths.NICKNAME)) or user.real_name
    present = open_mobile(ctx, user)
    # The form shows the number masked; if it comes back as shown, the number stays.
    unchanged = present is not None and mobile.strip() == mask_mobile(present)
    number = present if unchanged else _read("mobile", lambda: read_mobile(mobile))
    changed: list[str] = []
    if new_name != user.nickname:
        user.nickname = new_name
        changed.append("nickname")
    if number != present:
        _write_mobile(ctx, user, number)
        changed.append("mobile")
    if bio is not None and user.kind != "student" and _text(bio) != user.bio:
        user.bio = _text(bio)
        changed.append("bio")
    if changed:
        mark_edited(user, changed)
        record(ctx, "user.own_changed", "user", user.id, {"changed": changed})
    return changed


def change_own_photo(ctx: Context, *, content: bytes) -> str:
    """Replace the photo by a picture re-encoded from ``content``; return its fingerprint.

    Raises:
        Invalid: ``photo`` is not an accepted picture.
    """
    user = acting_user(ctx, lock=True)
    picture = clean_photo(content, field="photo")
    values = {"school_id": ctx.school.id, "user_id": user.id, "content": picture.content}
    statement = insert(UserPhoto).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["school_id", "user_id"], set_={"content": picture.content}
    )
    ctx.session.execute(statement)
    user.photo_sha = picture.sha
    mark_edited(user, ["photo"])
    record(ctx, "user.photo_changed", "user", user.id, {"sha": picture.sha})
    return picture.sha


def remove_own_photo(ctx: Context) -> bool:
    """Remove the photo; return whether there was one."""
    user = acting_user(ctx, lock=True)
    if user.photo_sha is None:
        return False
    ctx.session.execute(delete(UserPhoto).where(UserPhoto.user_id == user.id))
    user.photo_sha = None
    mark_edited(user, ["photo"])
    record(ctx, "user.photo_removed", "user", user.id)
    return True


def own_photo(ctx: Context, *, sha: str) -> bytes:
    """Return the acting person's photo (WebP).

    Raises:
        NotFound: there is no photo, or another one by now.
    """
    own = (User.id == acting_user_id(ctx), User.photo_sha == sha, UserPhoto.user_id == User.id)
    content = ctx.session.scalar(select(UserPhoto.content).where(*own))
    if content is None:
        raise NotFound(msg("没有这张图片"))
    return content


def reveal_own_numbers(ctx: Context) -> dict[str, str | None]:
    """Return ID number and phone of the acting person in full, at their own request."""
    user = acting_user(ctx)
    record(ctx, "user.own_numbers_shown", "user", user.id)
    return {"id_number": open_id_number(ctx, user), "mobile": open_mobile(ctx, user)}


def mark_edited(user: User, fields: list[str]) -> None:
    """Mark fields as changed by hand, so that an import does not overwrite them unseen."""
    user.edited_columns = sorted({*user.edited_columns, *fields})


def _write_mobile(ctx: Context, user: User, number: str | None) -> None:
    sealed, index = (None, None)
    if number is not None:
        sealed, index = seal(ctx.vault, ctx.school.id, MOBILE, user.id, number)
    refusal = Invalid("mobile", msg("本校已有人使用这个手机号，请核对，或联系管理员"))
    with unique(ctx, {"uq_users_school_id_mobile_index": refusal}):
        user.mobile_sealed, user.mobile_index = sealed, index


def _read(field: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Unreadable as unreadable:
        raise Invalid(field, unreadable.message) from unreadable


def _text(typed: str) -> str | None:
    text = typed.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > BIO_LENGTH:
        raise Invalid("bio", msg("超过 %(limit)s 个字符", limit=BIO_LENGTH))
    return text or None
