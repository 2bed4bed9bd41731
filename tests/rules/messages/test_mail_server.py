"""The address of a mail server, as settings write it."""

from __future__ import annotations

import pytest

from app.rules.messages.mail_server import MailServer, is_address


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://spoc:p%40ss@mail.example.cn:2525?starttls=1",
            MailServer("mail.example.cn", 2525, "spoc", "p@ss", "starttls"),
        ),
        ("smtps://a:b@mail.example.cn", MailServer("mail.example.cn", 465, "a", "b", "tls")),
        ("smtp://mail.example.cn/", MailServer("mail.example.cn", 587, None, None, "none")),
        ("smtp://a:b@localhost", MailServer("localhost", 587, "a", "b", "none")),
    ],
)
def test_a_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    assert MailServer.from_url(url) == server


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://mail.example.cn", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://mail.example.cn/box", "must look like"),
        ("smtp://mail.example.cn?tls=1", "one option only"),
        ("smtp://mail.example.cn?starttls=yes", "one option only"),
        ("smtp://spoc@mail.example.cn?starttls=1", "user and password, or neither"),
        ("smtp://spoc:secret@mail.example.cn", "in clear"),
        ("smtp://mail.example.cn:port", "Port"),
    ],
)
def test_what_cannot_be_meant_is_refused_without_repeating_the_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        MailServer.from_url(url)
    assert "secret" not in str(refusal.value)


def test_no_password_is_shown_where_a_server_is_printed() -> None:
    assert "secret" not in repr(MailServer("mail.example.cn", 465, "spoc", "secret", "tls"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("noreply@spoc.example.cn", True),
        ("noreply@localhost", True),
        ("a@example.cn\nBcc: b@example.cn", False),
        ("Spoc <a@example.cn>", False),
        ("example.cn", False),
        ("", False),
    ],
)
def test_an_address_is_one_that_a_header_need_not_quote(text: str, right: bool) -> None:
    assert is_address(text) is right
