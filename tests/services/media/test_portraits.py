"""People's pictures: made anew and square, shown to the people of their school."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from app.context import Context
from app.errors import Invalid, NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.me.changes import change_own_photo
from app.services.media.portraits import PHOTO_BYTES, PHOTO_SIZE, clean_photo, get_photo
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.requests import camera_picture

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_of_any_shape_becomes_a_square_without_its_exif(kind: str) -> None:
    made = clean_photo(camera_picture(kind))
    with Image.open(io.BytesIO(made.content)) as picture:
        assert (picture.size, picture.format) == (PHOTO_SIZE, "WEBP")
    assert b"secret-place" not in made.content


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" <svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "无法识别的图片"),
        (b"no picture", "无法识别的图片"),
        (bytes(PHOTO_BYTES + 1), "8"),
    ],
    ids=["drawing", "text", "too large"],
)
def test_what_is_no_photo_is_refused_at_its_field(content: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_photo(content, field="photo")
    assert refusal.value.field == "photo"
    assert says in str(refusal.value.message)


def test_a_picture_is_shown_to_people_of_its_school_under_its_present_name(
    me: Callable[..., Context],
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    with unit_of_work(me()) as ctx:
        sha = change_own_photo(ctx, content=camera_picture())
    user_id = me().actor.user_id
    assert user_id is not None
    classmate = make_ctx(school, Role.STUDENT, user=make_user(school))
    assert get_photo(classmate, user_id=user_id, sha=sha)[8:12] == b"WEBP"
    with pytest.raises(NotFound):
        get_photo(classmate, user_id=user_id, sha="0" * 16)
    with pytest.raises(NotFound):
        get_photo(make_ctx(other_school, user=make_user(other_school)), user_id=user_id, sha=sha)
    with pytest.raises(NotAllowed):
        get_photo(make_ctx(school, Role.STUDENT), user_id=user_id, sha=sha)
