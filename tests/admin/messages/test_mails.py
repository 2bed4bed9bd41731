"""The pages of 系统管理 → 邮件 and, in the demo, of the mail box that everyone can read."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.context import Context
from app.models import Mail, User
from app.rules.messages.mail_server import MailServer
from app.services.messages.mail_queue import NewMail, Reader, queue_mails
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import token_of
from workers.mail.smtp import SmtpTransport
from workers.mail.worker import EXTENSION

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeContext = Callable[..., Context]


@pytest.fixture
def administrator(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, "administrator", must_change_password=False))


@pytest.fixture
def mail_id(school: SchoolInfo, make_user: MakeUser, make_ctx: MakeContext) -> int:
    """A mail with a link that is a key."""
    user = make_user(school, real_name="李华")
    with unit_of_work(make_ctx(school)) as ctx:
        reader = Reader(user.id, "lihua@example.com", "李华")
        return queue_mails(ctx, [NewMail(reader, "confirm_email", {"link": "/me/email/secret-token"})])[0]


def _set(school: SchoolInfo, mail_id: int, **values: object) -> None:
    with school_scope(school.id) as session:
        session.execute(update(Mail).where(Mail.id == mail_id).values(**values))
        session.commit()


def _state(school: SchoolInfo, mail_id: int) -> str | None:
    with school_scope(school.id) as session:
        return session.scalar(select(Mail.state).where(Mail.id == mail_id))


def test_a_school_without_mails_is_told_when_there_will_be_some(administrator: FlaskClient) -> None:
    assert "还没有邮件" in administrator.get("/manage/mails/").text


def test_the_list_shows_state_and_masked_address(administrator: FlaskClient, mail_id: int) -> None:
    page = administrator.get("/manage/mails/").text
    for text in ("请确认您的邮箱", "李华", "l***@example.com", "等待发送"):
        assert text in page
    assert "lihua@" not in page
    assert "没有找到" in administrator.get("/manage/mails/?state=failed").text


def test_a_mail_is_read_without_its_key_in_a_frame_without_rights(
    administrator: FlaskClient, mail_id: int
) -> None:
    page = administrator.get(f"/manage/mails/{mail_id}/").text
    assert '<iframe class="mail-frame" sandbox title=' in page
    assert "secret-token" not in page
    assert "重新发送" not in page


def test_a_failed_mail_says_why_and_is_sent_again(
    administrator: FlaskClient, school: SchoolInfo, mail_id: int
) -> None:
    reason = {"text": "邮件服务器答复：%(answer)s", "params": {"answer": "550 <no> such user"}}
    _set(school, mail_id, state="failed", attempts=8, error=reason)
    assert "550 &lt;no&gt; such user" in administrator.get(f"/manage/mails/{mail_id}/").text
    answer = administrator.post(
        f"/manage/mails/{mail_id}/retry",
        data={"csrf_token": token_of(administrator, f"/manage/mails/{mail_id}/")},
        follow_redirects=True,
    )
    assert "邮件将重新发送" in answer.text
    assert _state(school, mail_id) == "queued"


@pytest.mark.parametrize("state", ["sent", "unclear", "sending"])
def test_what_may_have_arrived_is_not_sent_again(
    administrator: FlaskClient, school: SchoolInfo, mail_id: int, state: str
) -> None:
    _set(school, mail_id, state=state)
    answer = administrator.post(
        f"/manage/mails/{mail_id}/retry",
        data={"csrf_token": token_of(administrator, f"/manage/mails/{mail_id}/")},
        follow_redirects=True,
    )
    assert "只有发送失败的邮件可以重新发送" in answer.text
    assert _state(school, mail_id) == state


def test_a_mail_that_cannot_be_worded_is_still_listed(
    administrator: FlaskClient, school: SchoolInfo, mail_id: int
) -> None:
    _set(school, mail_id, template="notice", params={}, state="failed")
    assert administrator.get("/manage/mails/").status_code == 200
    assert "重新发送" in administrator.get(f"/manage/mails/{mail_id}/").text


def test_no_page_waits_for_a_mail_server(
    app: Flask,
    administrator: FlaskClient,
    school: SchoolInfo,
    mail_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(school, mail_id, state="failed")
    token = token_of(administrator, f"/manage/mails/{mail_id}/")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(0.1)
        server = MailServer.from_url(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setitem(app.extensions, EXTENSION, SmtpTransport(server, "noreply@localhost"))
        administrator.post(f"/manage/mails/{mail_id}/retry", data={"csrf_token": token})
        with pytest.raises(TimeoutError):
            silent.accept()
    assert _state(school, mail_id) == "queued"


def test_the_demos_mail_box_shows_whole_addresses_and_keys(
    app: Flask,
    school: SchoolInfo,
    other_school: SchoolInfo,
    client_for: ClientFor,
    mail_id: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "MAIL_FOLDER", tmp_path)
    page = client_for(school).get("/demo/mail").text
    assert "lihua@example.com" in page
    assert f'href="http://{school.slug}.localhost/me/email/secret-token"' in page
    assert "secret-token" not in client_for(other_school).get("/demo/mail").text


def test_where_mails_are_really_sent_there_is_no_such_page(
    app: Flask, school: SchoolInfo, alliance: SchoolInfo, client_for: ClientFor, mail_id: int
) -> None:
    assert app.config["MAIL_FOLDER"] is None
    for host in (school, alliance):
        assert client_for(host).get("/demo/mail").status_code == 404


def test_the_alliance_has_its_own_mail_box(
    app: Flask,
    alliance: SchoolInfo,
    client_for: ClientFor,
    make_user: MakeUser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secretary = client_for(alliance, make_user(alliance, "secretary", must_change_password=False))
    page = secretary.get("/manage/mails/")
    assert page.status_code == 200
    assert "返回学生端" not in page.text, "the alliance's host has no student side"
    assert "返回首页" in page.text
    monkeypatch.setitem(app.config, "MAIL_FOLDER", tmp_path)
    assert client_for(alliance).get("/demo/mail").status_code == 200
