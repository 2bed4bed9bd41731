"""The mails of a school, for its administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Mail, User
from app.rules.permissions import Action
from app.rules.shared.masking import mask_email
from app.services.messages.mail_port import MailContent
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import words

STATES = ("queued", "sending", "sent", "failed", "unclear")


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list; ``recipient`` is masked unless the reader may see it."""

    id: int
    user_id: int
    name: str
    recipient: str
    state: str
    attempts: int
    reason: Message | None
    created_at: datetime
    sent_at: datetime | None
    content: MailContent


def list_mails(ctx: Context, *, text: str = "", state: str | None = None, page: int = 1) -> Page[MailRow]:
    """Return one page of the school's mails, latest first.

    Args:
        text: words that must all be found: part of the person's name, or the whole address.
        state: one of ``STATES``.

    Raises:
        NotAllowed: only administrators may.
    """
    require(ctx, Action.SEE_MAILS)
    found = _rows().where(words(text, User.real_name, also=_is_address))
    if state is not None:
        found = found.where(Mail.state == state)
    return fetch_page(ctx.session, found, _shown, page=page, size=LONG_PAGE_SIZE)


def get_mail(ctx: Context, *, mail_id: int) -> MailRow:
    """Return one mail.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such mail.
    """
    require(ctx, Action.SEE_MAILS)
    found = ctx.session.execute(_rows().where(Mail.id == mail_id)).one_or_none()
    if found is None:
        raise NotFound(msg("没有找到这封邮件"))
    return _shown(*found)


def recent_mails(ctx: Context, *, count: int) -> list[MailRow]:
    """Return the latest mails with whole addresses: for an installation whose mails are stored instead of sent."""
    return [_shown(mail, name, whole=True) for mail, name in ctx.session.execute(_rows().limit(count))]


def _rows() -> Select[Mail, str]:
    same = (Mail.school_id == User.school_id) & (Mail.user_id == User.id)
    return select(Mail, User.real_name).join(User, same).order_by(Mail.id.desc())


def _is_address(spellings: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [func.lower(Mail.recipient) == spellings[-1].lower()]


def _shown(mail: Mail, name: str, *, whole: bool = False) -> MailRow:
    return MailRow(
        id=mail.id,
        user_id=mail.user_id,
        name=name,
        recipient=mail.recipient if whole else mask_email(mail.recipient),
        state=mail.state,
        attempts=mail.attempts,
        reason=Message.from_json(mail.error) if mail.error else None,
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        content=MailContent(mail.template, mail.params, mail.language),
    )
