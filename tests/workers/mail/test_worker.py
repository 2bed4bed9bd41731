"""Mail senders in their own processes: killed while sending, resumed by others, and the queue's own worker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.models import Mail, MailOutbox
from app.services.messages.mail_queue import NewMail, Reader, queue_mails, sweep_mails
from config import Settings
from deploy.local.servers import Redis
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import build_app, insert_school, make_settings, school_info
from tests.support.checkout import PROJECT
from tests.support.installation import environment
from tests.support.mail import MailBox
from tests.support.rosters import Importer
from tests.support.servers import TestDatabase
from tests.support.waiting import PATIENCE
from tests.support.world import populate
from workers.dispatch import units_for


@dataclass
class Place:
    """An installation with one school, whose mails go to the test's mail server."""

    app: Flask
    settings: Settings
    school: SchoolInfo
    user_id: int
    env: dict[str, str]

    def queue(self) -> int:
        with Importer(self.school, self.app.extensions["spoc_enqueue"]).units() as ctx:
            reader = Reader(self.user_id, "a@example.com", "李华")
            return queue_mails(ctx, [NewMail(reader, "password_reset_done")])[0]

    def let_all_be_due(self) -> None:
        with school_scope(self.school.id) as session:
            session.execute(update(MailOutbox).values(due_at=func.now() - timedelta(seconds=1)))
            session.commit()

    def states(self) -> list[str]:
        with school_scope(self.school.id) as session:
            return list(session.scalars(select(Mail.state).order_by(Mail.id)))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        return subprocess.Popen(
            command, cwd=PROJECT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *arguments: str) -> str:
        with self.start(*arguments) as process:
            output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
        return output


@pytest.fixture
def place(
    fresh_database: TestDatabase, start_redis: Callable[[], Redis], mail_box: MailBox
) -> Iterator[Place]:
    """An installation of the test's own: sending what is due would send other tests' mails, too."""
    settings = make_settings(fresh_database, start_redis().url())
    app = build_app(settings)
    env = os.environ | environment(settings) | {"SMTP_URL": mail_box.url, "MAIL_FROM": "noreply@example.cn"}
    with app.app_context():
        alliance = school_info(1)
        school = school_info(insert_school(1, slug="mingde", unit_code="10001", name="明德医科大学"))
        person = populate(alliance, school)
        with school_scope(school.id) as session:
            session.delete(session.scalars(select(Mail)).one())
            session.commit()
        user_id = next(values["id"] for model, values in person.rows.items() if model.__name__ == "User")
        yield Place(app, settings, school, user_id, env)
        db.engine.dispose()


def test_what_is_due_is_sent_from_the_shell_once(place: Place, mail_box: MailBox) -> None:
    for _ in range(2):
        place.queue()
    place.let_all_be_due()
    assert "2 mails" in place.run("mail", "send-due")
    assert place.run("mail", "send-due") == ""
    assert (len(mail_box.taken), place.states()) == (2, ["sent", "sent"])


@pytest.mark.parametrize(("stage", "taken"), [("rcpt", 0), ("start", 0), ("content", 1), ("taken", 1)])
def test_a_sender_killed_in_the_middle_is_not_followed_by_another(
    place: Place, mail_box: MailBox, stage: str, taken: int
) -> None:
    place.queue()
    place.let_all_be_due()
    mail_box.hold_at = stage
    with place.start("mail", "send-due") as process:
        assert mail_box.held.wait(PATIENCE)
        assert place.states() == ["sending"]
        process.kill()
    mail_box.hold_at = ""
    mail_box.go_on.set()
    place.let_all_be_due()
    place.run("mail", "send-due")
    place.let_all_be_due()
    assert sweep_mails(units_for=units_for) == 0
    assert place.states() == ["unclear"]
    assert len(mail_box.taken) <= taken


def test_the_worker_sends_what_was_queued(place: Place, mail_box: MailBox) -> None:
    mail_box.answers["rcpt"] = "451 4.7.1 later"
    place.queue()
    place.run("worker", "--burst")
    assert (place.states(), mail_box.taken) == (["queued"], [])
    mail_box.answers.clear()
    place.let_all_be_due()
    place.run("sweeper", "--once")
    place.run("worker", "--burst")
    assert (place.states(), len(mail_box.taken)) == (["sent"], 1)
