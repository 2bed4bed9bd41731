"""Mails: queued with their cause, taken by one, put off and given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, msg
from app.jobs import JobName
from app.models import AuditEntry, Mail, MailOutbox, User
from app.services.background.outbox import sweep_outbox
from app.services.messages.mail_port import Refused, TryLater
from app.services.messages.mail_queue import (
    MOST_ATTEMPTS,
    WAITS,
    NewMail,
    Reader,
    mark_sent,
    queue_mails,
    retry_mail,
    take_mail,
)
from app.services.people.reset_and_disable import reset_passwords
from app.uow import unit_of_work
from tenants.scope import school_scope
from tests.support.post import Post


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
