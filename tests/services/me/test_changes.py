"""Changes that people make to their own data, and the confirmation of a mail address by a link."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound, TooManyTries, msg
from app.models import Consent, Mail, User, UserPhoto
from app.rules.permissions import Role
from app.services.auth import consents
from app.services.me import changes as own_changes
from app.services.me import email_confirmation as own_email
from app.services.me.email_confirmation import (
    LINK_HOURS,
    LINKS_AN_HOUR,
    EmailClaim,
    ask_for_email,
    confirm_email,
)
from app.services.media.portraits import PHOTO_SIZE
from app.services.messages import notices
from app.services.shared.encrypted_fields import open_mobile
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.services.requests.test_student import picture
from tests.support.app import NOW

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def me(make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser) -> Callable[..., Context]:
    """A student at work, always the same, each time in a session of his own."""
    user = make_user(school, real_name="张三丰", nickname="小张")
    return lambda **values: make_ctx(school, Role.STUDENT, user=user, **values)


def stored(ctx: Context) -> User:
    """One's own row as it is now."""
    with school_scope(ctx.school.id) as session:
        return session.scalars(select(User).where(User.id == ctx.actor.user_id)).one()


def change(ctx: Context, **values: str) -> list[str]:
    """Save the form; what is not given stays as it is shown."""
    with unit_of_work(ctx):
        return own_changes.change_own_information(ctx, **({"nickname": "小张", "mobile": ""} | values))


def test_nickname_and_phone_are_changed_and_marked(me: Callable[..., Context]) -> None:
    assert change(me(), nickname="阿丰", mobile="+86 138-0013-8000") == ["nickname", "mobile"]
    user = stored(me())
    assert user.nickname == "阿丰"
    assert open_mobile(me(), user) == "13800138000"
    assert set(user.edited_columns) == {"nickname", "mobile"}
    assert change(me(), nickname="阿丰", mobile="138****8000") == [], "the masked number as shown stays"
    assert change(me(), nickname="") == ["nickname", "mobile"]
    assert stored(me()).nickname == "张三丰"
    assert stored(me()).mobile_index is None


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
    assert stored(teacher).bio == "讲授\n内科学"
    change(me(), bio="我")
    assert stored(me()).bio is None
    with pytest.raises(Invalid):
        change(make_ctx(school, Role.TEACHER, user=make_user(school, "teacher")), bio="长" * 2001)


def test_a_photo_is_made_anew_replaced_and_removed(me: Callable[..., Context], school: SchoolInfo) -> None:
    with unit_of_work(me()) as ctx:
        first = own_changes.change_own_photo(ctx, content=picture())
    with unit_of_work(me()) as ctx:
        second = own_changes.change_own_photo(ctx, content=picture("PNG") + b"")
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


def ask(ctx: Context, email: str) -> EmailClaim:
    """Ask for an address and read the link that is sent."""
    claims: list[EmailClaim] = []
    with unit_of_work(ctx):
        ask_for_email(ctx, email=email, link_for=lambda claim: claims.append(claim) or "/email/x")
    return claims[0]


def test_an_address_is_taken_over_by_its_link_once(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    claim = ask(me(), "Zhang@Example.com")
    assert (stored(me()).email, stored(me()).pending_email) == (None, "zhang@example.com")
    with school_scope(school.id) as session:
        mail = session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.template, mail.params["link"]) == (
        "zhang@example.com",
        "confirm_email",
        "/email/x",
    )
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx:
        assert confirm_email(ctx, claim=claim) == "zhang@example.com"
    assert (stored(me()).email, stored(me()).pending_email) == ("zhang@example.com", None)
    assert "email" in stored(me()).edited_columns
    with pytest.raises(Conflict):
        confirm_email(make_ctx(school, Role.STUDENT), claim=claim)


def test_a_link_is_void_when_it_is_old_overtaken_given_up_or_of_another_school(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    first = ask(me(), "a@example.com")
    late = make_ctx(school, Role.STUDENT, now=NOW + timedelta(hours=LINK_HOURS, seconds=1))
    in_time = make_ctx(school, Role.STUDENT, now=NOW + timedelta(hours=LINK_HOURS, seconds=-1))
    assert own_email.is_open(in_time, first)
    assert not own_email.is_open(late, first)
    assert not own_email.is_open(make_ctx(other_school, Role.STUDENT), first)
    second = ask(me(), "b@example.com")
    assert not own_email.is_open(in_time, first)
    with unit_of_work(me()) as ctx:
        assert own_email.forget_pending_email(ctx)
    assert not own_email.is_open(in_time, second)
    with pytest.raises(Conflict):
        confirm_email(in_time, claim=second)


def test_an_address_that_was_taken_meanwhile_is_refused(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    claim = ask(me(), "a@example.com")
    make_user(school, email="a@example.com")
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx, pytest.raises(Conflict):
        confirm_email(ctx, claim=claim)
    for wrong in ("a@example.com", "no address", ""):
        with pytest.raises(Invalid), unit_of_work(me()) as ctx:
            ask_for_email(ctx, email=wrong, link_for=lambda _: "/")


def test_links_are_not_sent_without_end(me: Callable[..., Context]) -> None:
    for number in range(LINKS_AN_HOUR):
        ask(me(), f"a{number}@example.com")
    with pytest.raises(TooManyTries):
        ask(me(), "again@example.com")


def test_messages_are_the_persons_own_and_are_read_once(
    me: Callable[..., Context], make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo
) -> None:
    stranger = make_ctx(school, Role.STUDENT, user=make_user(school))
    for _ in range(3):
        with unit_of_work(make_ctx(school)) as ctx:
            user_id = me().actor.user_id
            assert user_id is not None
            notices.notify(ctx, user_id=user_id, subject=msg("甲"), body=msg("乙"), link="/me")
    assert notices.count_unread(me()) == 3
    assert notices.count_unread(stranger) == 0
    ids = [one.id for one in notices.list_notices(me()).rows]
    assert ids == sorted(ids, reverse=True)
    with pytest.raises(NotFound):
        notices.open_notice(stranger, notice_id=ids[0])
    with unit_of_work(stranger) as ctx:
        assert notices.mark_read(ctx, notice_ids=ids) == 0
    with unit_of_work(me()) as ctx:
        assert notices.open_notice(ctx, notice_id=ids[0]).link == "/me"
    with unit_of_work(me()) as ctx:
        assert notices.mark_read(ctx, notice_ids=[ids[1], ids[0]]) == 1
        assert notices.mark_read(ctx) == 1
    assert notices.count_unread(me()) == 0


def test_consent_is_noted_once_a_version(me: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = me().actor.user_id
    assert user_id is not None
    assert not consents.has_consented(me(), user_id=user_id)
    for _ in range(2):
        with unit_of_work(me()) as ctx:
            consents.accept_consent(ctx)
    assert consents.has_consented(me(), user_id=user_id)
    with school_scope(me().school.id) as session:
        assert len(session.scalars(select(Consent)).all()) == 1
    monkeypatch.setattr(consents, "VERSION", "later")
    assert not consents.has_consented(me(), user_id=user_id)


def test_nobody_changes_anything_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    with pytest.raises(NotAllowed):
        change(make_ctx(school, Role.STUDENT))
