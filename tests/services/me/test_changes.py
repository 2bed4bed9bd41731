"""What a person changes about themselves alone."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotAllowed, NotFound, msg
from app.models import User, UserPhoto
from app.rules.permissions import Role
from app.services.me import changes as own_changes
from app.services.media.portraits import PHOTO_SIZE
from app.services.shared.encrypted_fields import open_mobile
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.requests import camera_picture
from tests.support.rows import own_row

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def change(ctx: Context, **values: str) -> list[str]:
    """Save the form; what is not given stays as it is shown."""
    with unit_of_work(ctx):
        return own_changes.change_own_information(ctx, **({"nickname": "小张", "mobile": ""} | values))


def test_nickname_and_phone_are_changed_and_marked(me: Callable[..., Context]) -> None:
    assert change(me(), nickname="阿丰", mobile="+86 138-0013-8000") == ["nickname", "mobile"]
    user = own_row(me())
    assert user.nickname == "阿丰"
    assert open_mobile(me(), user) == "13800138000"
    assert set(user.edited_columns) == {"nickname", "mobile"}
    assert change(me(), nickname="阿丰", mobile="138****8000") == [], "the masked number as shown stays"
    assert change(me(), nickname="") == ["nickname", "mobile"]
    assert own_row(me()).nickname == "张三丰"
    assert own_row(me()).mobile_index is None


@pytest.mark.parametrize(
    ("field", "value"), [("mobile", "12345"), ("nickname", "长" * 65), ("mobile", "139****0000")]
)
def test_what_the_import_would_refuse_is_refused(me: Callable[..., Context], field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        change(me(), **{field: value})
    assert refusal.value.field == field


def test_a_phone_is_one_persons_in_a_school_and_free_in_another(
    me: Callable[..., Context],
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    change(make_ctx(school, Role.STUDENT, user=make_user(school)), mobile="13800138000")
    with pytest.raises(Invalid) as refusal:
        change(me(), mobile="13800138000")
    assert refusal.value.field == "mobile"
    change(make_ctx(other_school, Role.STUDENT, user=make_user(other_school)), mobile="13800138000")


def test_staff_write_an_introduction_and_students_do_not(
    me: Callable[..., Context], make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo
) -> None:
    teacher = make_ctx(school, Role.TEACHER, user=make_user(school, "teacher"))
    assert "bio" in change(teacher, bio="讲授\r\n内科学")
    assert own_row(teacher).bio == "讲授\n内科学"
    change(me(), bio="我")
    assert own_row(me()).bio is None
    with pytest.raises(Invalid):
        change(make_ctx(school, Role.TEACHER, user=make_user(school, "teacher")), bio="长" * 2001)


def test_a_photo_is_made_anew_replaced_and_removed(me: Callable[..., Context], school: SchoolInfo) -> None:
    with unit_of_work(me()) as ctx:
        first = own_changes.change_own_photo(ctx, content=camera_picture())
    with unit_of_work(me()) as ctx:
        second = own_changes.change_own_photo(ctx, content=camera_picture("PNG") + b"")
    content = own_changes.own_photo(me(), sha=second)
    assert content[8:12] == b"WEBP"
    with Image.open(io.BytesIO(content)) as made:
        assert made.size == PHOTO_SIZE, "of the same shape as an imported one"
    assert b"secret-place" not in content
    assert first == second
    with pytest.raises(NotFound):
        own_changes.own_photo(me(), sha="0" * 16)
    with unit_of_work(me()) as ctx:
        assert own_changes.remove_own_photo(ctx)
        assert not own_changes.remove_own_photo(ctx)
    with school_scope(school.id) as session:
        assert session.scalars(select(UserPhoto)).all() == []
    with pytest.raises(Invalid) as refusal:
        own_changes.change_own_photo(me(), content=b"no picture")
    assert refusal.value.field == "photo"
    assert refusal.value.message == msg("无法识别的图片，只接受 PNG、JPEG 或 WebP")


def test_nobody_changes_anything_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    with pytest.raises(NotAllowed):
        change(make_ctx(school, Role.STUDENT))
