"""One mail is sent once, whatever happens to its sender."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

import pytest

from app.context import Context
from app.errors import msg
from app.services.messages.mail_port import MailContent, Refused, Unclear, Worded
from app.services.messages.mail_send import run_send
from app.services.schools.settings import change_settings
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.post import Post, words_for
from tests.support.waiting import PATIENCE


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


def test_of_workers_that_start_together_one_sends(post: Post) -> None:
    mail_id, start = post.queue(), threading.Barrier(6)

    def work() -> None:
        start.wait(PATIENCE)
        run_send(post.units, mail_id=mail_id, attempt=0, word=words_for, transport=post.carrier)

    threads = [threading.Thread(target=copy_context().run, args=(work,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(post.carrier.taken) == 1
    assert post.read(mail_id).state == "sent"
