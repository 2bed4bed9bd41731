"""Mails: queued with their cause, sent by a single sender, deferred, given up, and never sent twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound, msg
from app.jobs import JobName
from app.models import AuditEntry, Mail, MailOutbox, User
from app.rules.permissions import Role
from app.services.background.outbox import sweep_outbox
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_list import get_mail, list_mails
from app.services.messages.mail_port import Letter, MailContent, Refused, TryLater, Unclear, Worded
from app.services.messages.mail_queue import (
    MOST_ATTEMPTS,
    WAITS,
    NewMail,
    Reader,
    mark_sent,
    queue_mails,
    retry_mail,
    sweep_mails,
    take_mail,
    wake_mails,
)
from app.services.messages.mail_send import run_send
from app.services.people.reset_and_disable import reset_passwords
from app.services.schools.settings import change_settings
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, Sent
from tests.support.waiting import PATIENCE


def _words(_school: SchoolInfo, content: MailContent) -> Worded:
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
        run_send(self.units, mail_id=mail_id, attempt=attempt, word=_words, transport=self.carrier)
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


@pytest.fixture
def post(
    school: SchoolInfo, make_user: Callable[..., User], make_ctx: Callable[..., Context], sent: Sent
) -> Post:
    """The mails of the test's school."""
    return Post(school, make_user(school), make_ctx, sent)


def test_a_mail_is_queued_and_its_job_sent_after_the_commit(post: Post) -> None:
    mail_id = post.queue()
    assert post.sent == [(JobName.WAKE_MAILS, post.school.alliance_id, {})]
    mail = post.read(mail_id)
    assert (mail.state, mail.attempts, mail.error) == ("queued", 0, None)
    assert post.wake() == [{"mail_id": mail_id, "attempt": 0}]
    assert (post.wait(mail_id) or 0) > 0
    assert post.wake() == []


def test_waking_leaves_alone_what_is_being_sent(post: Post) -> None:
    mail_id = post.queue()
    with post.units() as ctx:
        take_mail(ctx, mail_id=mail_id, attempt=0)
    post.let_it_be_due(mail_id)
    assert post.wake() == []
    assert post.read(mail_id).state == "sending"


def test_a_mail_to_many_goes_out_by_one_job(
    post: Post, make_ctx: Callable[..., Context], make_user: Callable[..., User]
) -> None:
    people = [make_user(post.school, email=f"s{number}@example.com") for number in range(3)]
    make_user(post.school)
    gone = make_user(post.school, email="gone@example.com", status="disabled")
    with unit_of_work(make_ctx(post.school)) as ctx:
        reset_passwords(ctx, user_ids=[person.id for person in (*people, gone)])
    assert post.sent == [(JobName.WAKE_MAILS, post.school.alliance_id, {})]
    jobs = post.wake()
    assert len(jobs) == 3
    for job in jobs:
        post.send(int(job["mail_id"]))
    assert sorted(letter.recipient for letter in post.carrier.taken) == [person.email for person in people]


def test_what_is_rolled_back_leaves_no_mail(post: Post, make_ctx: Callable[..., Context]) -> None:
    with pytest.raises(RuntimeError), unit_of_work(make_ctx(post.school)) as ctx:
        queue_mails(ctx, [NewMail(Reader(post.user.id, "a@example.com", "甲"), "notice")])
        raise RuntimeError
    assert post.sent == []
    with school_scope(post.school.id) as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_mail_is_sent_once_however_often_its_job_runs(post: Post) -> None:
    mail_id = post.queue()
    for attempt in (0, 0, 1):
        mail = post.send(mail_id, attempt)
    assert (mail.state, mail.sent_at, post.wait(mail_id)) == ("sent", NOW, None)
    (letter,) = post.carrier.taken
    assert (letter.recipient, letter.sender_name, letter.mail_id) == (
        "a@example.com",
        post.school.name,
        mail_id,
    )


def test_a_school_chooses_the_name_under_which_it_writes(
    post: Post, make_ctx: Callable[..., Context]
) -> None:
    with unit_of_work(make_ctx(post.school)) as ctx:
        change_settings(ctx, mail_sender="明德教务处", help_contact=None)
    post.send(post.queue())
    assert post.carrier.taken[0].sender_name == "明德教务处"


def test_a_mail_is_committed_as_sending_before_the_server_is_spoken_to(post: Post) -> None:
    mail_id, seen = post.queue(), []
    post.carrier.deliver = lambda letter: seen.append(post.read(letter.mail_id).state)  # type: ignore[method-assign]
    post.send(mail_id)
    assert seen == ["sending"]


def test_waits_grow_and_the_eighth_refusal_is_the_last(post: Post) -> None:
    mail_id = post.queue()
    post.carrier.outcome = TryLater(msg("以后再来"))
    waits = []
    for attempt in range(MOST_ATTEMPTS - 1):
        mail = post.send(mail_id, attempt)
        assert (mail.state, mail.attempts) == ("queued", attempt + 1)
        waits.append(round((post.wait(mail_id) or 0) / 60))
    assert waits == list(WAITS)
    mail = post.send(mail_id, MOST_ATTEMPTS - 1)
    assert (mail.state, mail.attempts, post.wait(mail_id)) == ("failed", 8, None)
    assert mail.error == {"text": "以后再来", "params": {}}


def test_an_old_job_does_not_shorten_the_wait(post: Post) -> None:
    mail_id = post.queue()
    post.carrier.outcome = TryLater(msg("以后再来"))
    post.send(mail_id)
    post.carrier.outcome = None
    assert post.send(mail_id, 0).state == "queued"
    assert post.carrier.taken == []


@pytest.mark.parametrize(("outcome", "state"), [(Refused, "failed"), (Unclear, "unclear")])
def test_what_is_refused_or_unclear_is_not_tried_again(
    post: Post, outcome: type[Refused | Unclear], state: str
) -> None:
    mail_id = post.queue()
    post.carrier.outcome = outcome(msg("不行"))
    assert post.send(mail_id).state == state
    post.carrier.outcome = None
    assert post.send(mail_id, 1).state == state
    assert (post.wait(mail_id), post.sweep(), post.carrier.taken) == (None, [], [])


def test_a_mail_that_cannot_be_worded_fails_and_is_not_unclear(post: Post) -> None:
    mail_id = post.queue()

    def speechless(_school: SchoolInfo, _content: MailContent) -> Worded:
        raise KeyError("subject")

    run_send(post.units, mail_id=mail_id, attempt=0, word=speechless, transport=post.carrier)
    assert post.read(mail_id).state == "failed"


def test_a_sender_that_died_leaves_a_mail_that_nobody_sends_again(post: Post) -> None:
    mail_id = post.queue()
    post.carrier.outcome = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        post.send(mail_id)
    assert post.read(mail_id).state == "sending"
    post.carrier.outcome = None
    assert post.send(mail_id, 1).state == "sending"
    assert post.sweep() == []
    post.let_it_be_due(mail_id)
    assert post.sweep() == []
    mail = post.read(mail_id)
    assert (mail.state, post.wait(mail_id), post.carrier.taken) == ("unclear", None, [])
    assert mail.error is not None


def test_a_slow_sender_that_was_given_up_may_still_say_that_it_was_taken(post: Post) -> None:
    mail_id = post.queue()
    with post.units() as ctx:
        taken = take_mail(ctx, mail_id=mail_id, attempt=0)
    assert taken is not None
    post.let_it_be_due(mail_id)
    post.sweep()
    with post.units() as ctx:
        mark_sent(ctx, taken)
    assert post.read(mail_id).state == "sent"


def test_a_lost_job_is_sent_again_by_one_sweeper(post: Post) -> None:
    mail_id = post.queue()
    post.wake()
    assert post.sweep() == []
    post.let_it_be_due(mail_id)
    assert post.sweep() == [{"mail_id": mail_id, "attempt": 0}]
    assert post.sweep() == []


def test_of_workers_that_start_together_one_sends(post: Post) -> None:
    mail_id, start = post.queue(), threading.Barrier(6)

    def work() -> None:
        start.wait(PATIENCE)
        run_send(post.units, mail_id=mail_id, attempt=0, word=_words, transport=post.carrier)

    threads = [threading.Thread(target=copy_context().run, args=(work,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(post.carrier.taken) == 1
    assert post.read(mail_id).state == "sent"


def test_only_a_failed_mail_is_sent_again_by_hand(post: Post, make_ctx: Callable[..., Context]) -> None:
    mail_id = post.queue()
    post.carrier.outcome = Refused(msg("不行"))
    post.send(mail_id)
    with unit_of_work(make_ctx(post.school)) as ctx:
        retry_mail(ctx, mail_id=mail_id)
    post.carrier.outcome = None
    assert post.send(mail_id, 0).state == "sent"
    with pytest.raises(Conflict), unit_of_work(make_ctx(post.school)) as ctx:
        retry_mail(ctx, mail_id=mail_id)
    with school_scope(post.school.id) as session:
        assert "mail.retried" in session.scalars(select(AuditEntry.action)).all()


def test_the_list_masks_addresses_and_is_for_administrators(
    post: Post, make_ctx: Callable[..., Context], other_school: SchoolInfo
) -> None:
    mail_id = post.queue(recipient="lihua@example.com")
    post.queue(recipient="other@example.com")
    ctx = make_ctx(post.school)
    assert [row.recipient for row in list_mails(ctx, text="LiHua@example.com").rows] == ["l***@example.com"]
    assert list_mails(ctx, text=post.user.real_name).total == 2
    assert list_mails(ctx, text="lihua").total == 0
    assert list_mails(ctx, state="failed").total == 0
    for act in (
        list_mails,
        lambda ctx: get_mail(ctx, mail_id=mail_id),
        lambda ctx: retry_mail(ctx, mail_id=mail_id),
    ):
        for role in (Role.TEACHER, Role.STUDENT):
            with pytest.raises(NotAllowed):
                act(make_ctx(post.school, role))
    assert list_mails(make_ctx(other_school)).total == 0
    for act in (get_mail, retry_mail):
        with pytest.raises(NotFound):
            act(make_ctx(other_school), mail_id=mail_id)


def test_a_mail_that_cannot_be_taken_waits_and_holds_up_no_other(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = post.queue(), post.queue()
    for mail_id in (broken, sound):
        post.let_it_be_due(mail_id)
    private, taken = "somebody@example.com", list[tuple[int, int]]()

    def take(ctx: Context, mail_id: int) -> bool:
        if (ctx.school.id, mail_id) == (post.school.id, broken):
            raise RuntimeError(private)
        taken.append((ctx.school.id, mail_id))
        return True

    done = sweep_outbox(
        MailOutbox,
        MailOutbox.mail_id,
        take=take,
        units_for=lambda school: replace(post.units, school=school),
    )
    assert (post.school.id, sound) in taken
    assert done == len(taken)
    assert (post.wait(broken) or 0) > 0
    assert f"MailOutbox.mail_id {broken} of school {post.school.id} could not be taken" in caplog.text
    assert private not in caplog.text
