"""The change of a person's mail address: requested, proved by a link that is sent there, then stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, TooManyTries, msg
from app.models import Mail, User
from app.rules.shared.cells import Unreadable
from app.rules.shared.contacts import read_email
from app.services.me.changes import mark_edited
from app.services.messages.mail_queue import NewMail, Reader, queue_mails
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.refusals import unique
from app.services.shared.require_permission import acting_user

#: How long a link is valid.
LINK_HOURS = 48
#: The most links sent for one person in an hour: enough for mistyped addresses, too few to pester strangers.
LINKS_AN_HOUR = 5
TEMPLATE = "confirm_email"


@dataclass(frozen=True, slots=True)
class EmailClaim:
    """The content of a link: this account asked for this address; ``expires`` is in seconds since 1970.

    ``before`` is the address that the account had, so that a link does not work twice.
    """

    school_id: int
    user_id: int
    email: str
    before: str
    expires: int


def ask_for_email(
    ctx: Context, *, email: str, link_for: Callable[[EmailClaim], str], language: str = "zh"
) -> str:
    """Send a link to the new address; until it is opened the old address stays.

    Args:
        link_for: signs a claim and returns the full address of the page that confirms it.

    Returns:
        the address after normalisation.

    Raises:
        Invalid: not an address, the present one, or another person's.
        TooManyTries: too many links in an hour.
    """
    user = acting_user(ctx, lock=True)
    address = _read(email)
    if address == user.email:
        raise Invalid("email", msg("这就是您现在的邮箱"))
    if ctx.session.scalar(select(User.id).where(User.email == address)) is not None:
        raise Invalid("email", msg("本校已有人使用这个邮箱"))
    _hold_back(ctx, user)
    user.pending_email = address
    expires = int((ctx.now() + timedelta(hours=LINK_HOURS)).timestamp())
    claim = EmailClaim(ctx.school.id, user.id, address, user.email or "", expires)
    reader = Reader(user.id, address, user.real_name)
    queue_mails(ctx, [NewMail(reader, TEMPLATE, {"link": link_for(claim)}, language)])
    record(ctx, "user.email_asked", "user", user.id)
    return address


def forget_pending_email(ctx: Context) -> bool:
    """Discard the address that waits, which makes its link void; return whether one waited."""
    user = acting_user(ctx, lock=True)
    waited, user.pending_email = user.pending_email, None
    if waited is not None:
        record(ctx, "user.email_ask_withdrawn", "user", user.id)
    return waited is not None


def is_open(ctx: Context, claim: EmailClaim) -> bool:
    """Return whether a link can still be used."""
    return _claimed(ctx, claim, lock=False) is not None


def confirm_email(ctx: Context, *, claim: EmailClaim) -> str:
    """Store the address that a link proves; no login is needed, the link is the proof.

    Raises:
        Conflict: the link is too old, was used, was overtaken by another, or the address was taken meanwhile.
    """
    user = _claimed(ctx, claim, lock=True)
    if user is None:
        raise Conflict(msg("链接已失效：超过 48 小时、已经用过，或之后又申请了别的邮箱。请登录后重新申请。"))
    with unique(ctx, {"uq_users_school_id_email": Conflict(msg("本校已有人使用这个邮箱"))}):
        user.email, user.pending_email = claim.email, None
    mark_edited(user, ["email"])
    record(ctx, "user.email_confirmed", "user", user.id)
    return claim.email


def _claimed(ctx: Context, claim: EmailClaim, *, lock: bool) -> User | None:
    if claim.school_id != ctx.school.id or ctx.now().timestamp() > claim.expires:
        return None
    statement = select(User).where(
        User.id == claim.user_id,
        User.status == "active",
        User.pending_email == claim.email,
        func.coalesce(User.email, "") == claim.before,
    )
    return ctx.session.scalar(locking(statement, User, Hold.WRITE) if lock else statement)


def _hold_back(ctx: Context, user: User) -> None:
    since = ctx.now() - timedelta(hours=1)
    recent = select(func.count()).select_from(Mail)
    recent = recent.where(Mail.user_id == user.id, Mail.template == TEMPLATE, Mail.created_at > since)
    if (ctx.session.scalar(recent) or 0) >= LINKS_AN_HOUR:
        raise TooManyTries(msg("确认邮件发送得太频繁，请一小时后再试"), retry_after=3600)


def _read(typed: str) -> str:
    try:
        address = read_email(typed)
    except Unreadable as unreadable:
        raise Invalid("email", unreadable.message) from unreadable
    if address is None:
        raise Invalid("email", msg("请填写邮箱地址"))
    return address
