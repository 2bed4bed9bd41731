"""Mails over a real SMTP conversation: whatever fails in it, a mail is handed over at most once."""

from __future__ import annotations

import email
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.rules.messages.mail_server import MailServer
from app.services.messages.mail_port import Letter, Refused, TryLater, Unclear, Worded
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.mail import AFTER, BEFORE, MailBox, knows
from workers.mail.no_server import FolderTransport, NoTransport
from workers.mail.smtp import SmtpTransport

SENDER = "noreply@spoc.example.cn"


@pytest.fixture
def letter() -> Letter:
    """A letter with everything that could trip a mail server."""
    school = SchoolInfo(
        7, 1, "member", "mingde", "90001", "明德医科大学", "明德", "#1f5eff", "Asia/Shanghai", "active", None
    )
    words = Worded("请确认您的邮箱", "第一行\n.\n..两点\n.\r\n末行", "<p>您好</p>")
    return Letter(school, 42, "明德医科大学", "lihua@example.com", NOW, words)


def _transport(box: MailBox, timeout: float = 5) -> SmtpTransport:
    return SmtpTransport(box.server, SENDER, timeout=timeout)


def _read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_letter_arrives_whole(mail_box: MailBox, letter: Letter) -> None:
    _transport(mail_box).deliver(letter)
    (envelope,) = mail_box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["lihua@example.com"])
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()
    message = _read(envelope.content)
    assert message["From"].addresses[0].display_name == "明德医科大学"
    assert (message["Subject"], message["To"]) == ("请确认您的邮箱", "lihua@example.com")
    assert message["Message-ID"] == "<mail.7.42@spoc.example.cn>"
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == letter.words.text.split()
    assert html.get_content().strip() == letter.words.html


def test_the_message_id_is_the_same_at_every_attempt(mail_box: MailBox, letter: Letter) -> None:
    for _ in range(2):
        _transport(mail_box).deliver(letter)
    assert len({_read(taken.content)["Message-ID"] for taken in mail_box.taken}) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", BEFORE)
def test_a_connection_lost_before_the_mail_was_handed_over_means_later(
    mail_box: MailBox, letter: Letter, stage: str
) -> None:
    mail_box.drop_at = stage
    with pytest.raises(TryLater):
        _transport(mail_box).deliver(letter)
    assert mail_box.taken == []


@pytest.mark.parametrize("stage", AFTER)
def test_a_connection_lost_afterwards_leaves_it_unclear(
    mail_box: MailBox, letter: Letter, stage: str
) -> None:
    mail_box.drop_at = stage
    with pytest.raises(Unclear):
        _transport(mail_box).deliver(letter)
    assert len(mail_box.taken) == (stage == "taken")


def test_a_mail_that_was_taken_is_sent_even_when_the_goodbye_fails(mail_box: MailBox, letter: Letter) -> None:
    mail_box.drop_at = "quit"
    _transport(mail_box).deliver(letter)
    assert len(mail_box.taken) == 1


@pytest.mark.parametrize(
    ("answer", "raised"), [("451 4.7.1 greylisted", TryLater), ("550 5.1.1 no such user", Refused)]
)
@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "content"])
def test_the_servers_answer_says_whether_to_try_again(
    mail_box: MailBox, letter: Letter, stage: str, answer: str, raised: type[Exception]
) -> None:
    mail_box.answers[stage] = answer
    with pytest.raises(raised) as error:
        _transport(mail_box).deliver(letter)
    assert answer in str(error.value.reason)  # type: ignore[attr-defined]
    assert mail_box.taken == []


@pytest.mark.parametrize(("stage", "raised"), [("rcpt", TryLater), ("content", Unclear)])
def test_a_server_that_falls_silent_is_left_in_time(
    mail_box: MailBox, letter: Letter, stage: str, raised: type[Exception]
) -> None:
    mail_box.hold_at = stage
    with pytest.raises(raised):
        _transport(mail_box, timeout=0.3).deliver(letter)


def test_a_server_that_is_away_means_later(letter: Letter) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = MailServer.from_url(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(TryLater) as error:
            SmtpTransport(server, SENDER).deliver(letter)
    assert "ConnectionRefusedError" in str(error.value.reason)


@pytest.fixture
def locked_box() -> Iterator[MailBox]:
    """A server that wants to know who is there."""
    box = MailBox(authenticator=knows("spoc", "p@ss"), auth_required=True, auth_require_tls=False)
    yield box
    box.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_the_account_is_given_and_a_wrong_one_is_not_told(locked_box: MailBox, letter: Letter) -> None:
    url = locked_box.url.replace("//", "//spoc:p%40ss@")
    SmtpTransport(MailServer.from_url(url), SENDER).deliver(letter)
    assert len(locked_box.taken) == 1
    with pytest.raises(TryLater) as error:
        SmtpTransport(MailServer.from_url(url.replace("p%40ss", "wrong")), SENDER).deliver(letter)
    assert "wrong" not in str(error.value.reason)
    assert "spoc" not in str(error.value.reason)


def test_a_server_without_starttls_gets_nothing_when_it_was_asked_for(
    mail_box: MailBox, letter: Letter
) -> None:
    server = MailServer.from_url(mail_box.url + "?starttls=1")
    with pytest.raises(TryLater):
        SmtpTransport(server, SENDER).deliver(letter)
    assert "mail" not in mail_box.reached


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(key.private_bytes(*plain) + made.public_bytes(Encoding.PEM))
    return path


def test_a_mail_goes_encrypted_to_a_server_that_is_who_it_says(
    certificate: Path, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box = MailBox(tls_context=context, require_starttls=True)
    try:
        server = MailServer.from_url(box.url + "?starttls=1")
        with pytest.raises(TryLater):
            SmtpTransport(server, SENDER).deliver(letter)
        assert "mail" not in box.reached
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        SmtpTransport(server, SENDER).deliver(letter)
    finally:
        box.stop()
    assert len(box.taken) == 1


@pytest.mark.parametrize("name", ["坏\r\nBcc: victim@example.com", 'a" <x@y>, "b', "x" * 300])
def test_a_senders_name_cannot_add_a_header(mail_box: MailBox, letter: Letter, name: str) -> None:
    words = Worded("主题 Bcc: x@example.com", "a", "b")
    _transport(mail_box).deliver(
        Letter(letter.school, 1, name, letter.recipient, NOW + timedelta(hours=1), words)
    )
    (envelope,) = mail_box.taken
    message = _read(envelope.content)  # type: ignore[arg-type]
    assert envelope.rcpt_tos == [letter.recipient]
    assert message["Bcc"] is None
    (address,) = message["From"].addresses
    assert address.addr_spec == SENDER


@pytest.mark.parametrize(
    "recipient",
    ["a@example.com\r\nRCPT TO:<b@example.com>", "李华@example.com", "a b@example.com", "example.com"],
)
def test_an_address_that_no_server_takes_is_refused_before_anything_is_said(
    mail_box: MailBox, letter: Letter, recipient: str
) -> None:
    odd = Letter(letter.school, 1, "x", recipient, NOW, letter.words)
    with pytest.raises(Refused):
        _transport(mail_box).deliver(odd)
    assert mail_box.reached == set()


def test_a_domain_in_chinese_is_written_as_servers_know_it(mail_box: MailBox, letter: Letter) -> None:
    _transport(mail_box).deliver(Letter(letter.school, 1, "x", "a@例子.中国", NOW, letter.words))
    assert mail_box.taken[0].rcpt_tos == ["a@xn--fsqu00a.xn--fiqs8s"]


def test_the_demo_keeps_a_letter_as_a_file_and_logs_no_person(
    tmp_path: Path, letter: Letter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    FolderTransport(tmp_path, SENDER).deliver(letter)
    (kept,) = (tmp_path / "mingde").iterdir()
    assert kept.name == "42.eml"
    assert _read(kept.read_bytes())["To"] == "lihua@example.com"
    assert "42" in caplog.text
    assert "lihua" not in caplog.text


def test_without_a_server_every_mail_fails_and_says_why(letter: Letter) -> None:
    with pytest.raises(Refused) as error:
        NoTransport().deliver(letter)
    assert "没有启用" in str(error.value.reason)
