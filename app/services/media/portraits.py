"""Pictures of people: re-encoded, cut to a square, shown to the people of their school."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import User, UserPhoto
from app.services.media.clean import CleanImage, clean_image
from app.services.shared.require_permission import acting_user_id

#: Width and height of every person's picture, in pixels, whatever its source.
PHOTO_SIZE = (400, 400)
#: The largest file, in bytes: enough for a camera's picture.
PHOTO_BYTES = 8 * 1024 * 1024
_MAX_PIXELS = 30_000_000


def clean_photo(content: bytes, *, field: str = "picture") -> CleanImage:
    """Check a picture of a person and re-encode it, cut to a square.

    Args:
        content: the file; PNG, JPEG or WebP, whatever its name says.
        field: the form's name for the picture, for the refusal.

    Raises:
        Invalid: not an accepted picture, broken, or too large.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        # A drawing is no photo, and each would need a process of its own.
        raise _refused(field)
    try:
        return clean_image(
            content,
            size=PHOTO_SIZE,
            crop=True,
            field=field,
            max_bytes=PHOTO_BYTES,
            max_pixels=_MAX_PIXELS,
        )
    except Invalid as error:
        # Messages with figures say what is too large; the others name formats that are accepted elsewhere.
        raise (error if error.message.params else _refused(field)) from error


def get_photo(ctx: Context, *, user_id: int, sha: str) -> bytes:
    """Return a person's picture (WebP), for people who are logged in at the same school.

    Args:
        sha: the fingerprint in the address; an outdated one is not found.

    Raises:
        NotAllowed: nobody of this school is logged in.
        NotFound: no such person here, or another picture by now.
    """
    acting_user_id(ctx)
    content = ctx.session.scalar(
        select(UserPhoto.content)
        .join(User, (User.school_id == UserPhoto.school_id) & (User.id == UserPhoto.user_id))
        .where(User.id == user_id, User.photo_sha == sha)
    )
    if content is None:
        raise NotFound(msg("没有这张图片"))
    return content


def _refused(field: str) -> Invalid:
    return Invalid(field, msg("无法识别的图片，只接受 PNG、JPEG 或 WebP"))
