"""The mails of one school, a worker for them, and a carrier that does as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select, update

from app.context import Context
from app.models import Mail, MailOutbox, User
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_port import Letter, MailContent, Worded
from app.services.messages.mail_queue import (
    NewMail,
    Reader,
    queue_mails,
    sweep_mails,
    wake_mails,
)
from app.services.messages.mail_send import run_send
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, Sent


def words_for(_school: SchoolInfo, content: MailContent) -> Worded:
    return Worded(subject=content.template, text="text", html="<p>html</p>")


class Carrier:
    """A transport that does as told and remembers what it took."""

    def __init__(self) -> None:
        self.outcome: BaseException | None = None
        self.taken: list[Letter] = []

    def deliver(self, letter: Letter) -> None:
        if self.outcome is not None:
            raise self.outcome
        self.taken.append(letter)


class Post:
    """The mails of one school, and a worker for them."""

    def __init__(self, school: SchoolInfo, user: User, make_ctx: Callable[..., Context], sent: Sent) -> None:
        self.school, self.user, self.carrier = school, user, Carrier()
        self._make_ctx, self.sent = make_ctx, sent
        actor = make_ctx(school).actor
        self.units = UnitOfWorkFactory(
            school, replace(actor, role=Role.SYSTEM), lambda: NOW, sent, Vault(VAULT_KEY)
        )

    def queue(self, recipient: str = "a@example.com") -> int:
        with unit_of_work(self._make_ctx(self.school)) as ctx:
            return queue_mails(ctx, [NewMail(Reader(self.user.id, recipient, "甲"), "notice")])[0]

    def send(self, mail_id: int, attempt: int = 0) -> Mail:
        run_send(self.units, mail_id=mail_id, attempt=attempt, word=words_for, transport=self.carrier)
        return self.read(mail_id)

    def read(self, mail_id: int) -> Mail:
        with school_scope(self.school.id) as session:
            return session.scalars(select(Mail).where(Mail.id == mail_id)).one()

    def wait(self, mail_id: int) -> float | None:
        """Seconds until the mail is due again; none when it never will."""
        with school_scope(self.school.id) as session:
            left = func.extract("epoch", MailOutbox.due_at - func.now())
            return session.scalar(select(left).where(MailOutbox.mail_id == mail_id))

    def let_it_be_due(self, mail_id: int) -> None:
        with school_scope(self.school.id) as session:
            past = func.now() - timedelta(seconds=1)
            session.execute(update(MailOutbox).where(MailOutbox.mail_id == mail_id).values(due_at=past))
            session.commit()

    def sweep(self) -> list[dict[str, int | str]]:
        """What the sweep sends for this school; others' mails stay as they are."""
        return self._sent_by(sweep_mails)

    def wake(self) -> list[dict[str, int | str]]:
        """What the job that follows the queueing sends for this school."""
        return self._sent_by(wake_mails)

    def _sent_by(self, look: Callable[..., int]) -> list[dict[str, int | str]]:
        self.sent.clear()
        look(units_for=lambda school: replace(self.units, school=school))
        return [payload for _, school_id, payload in self.sent if school_id == self.school.id]
