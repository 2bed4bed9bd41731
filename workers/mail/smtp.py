"""Mails over SMTP, with each answer told apart: not taken now, not taken at all, perhaps taken."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage

from app.errors import Message, msg
from app.rules.messages.mail_server import MailServer
from app.services.messages.mail_port import Letter, Refused, TryLater, Unclear
from workers.mail.format import make_message

#: Seconds that the server may take for one answer.
ANSWER_SECONDS = 20.0
_START, _TAKEN = 354, 250


class SmtpTransport:
    """Hands letters to a mail server, each in a conversation of its own.

    Args:
        server: where, and how secured.
        sender: the address that mails come from.
    """

    def __init__(self, server: MailServer, sender: str, *, timeout: float = ANSWER_SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._timeout = timeout

    def deliver(self, letter: Letter) -> None:
        """Hand the letter over; see ``MailTransport``."""
        recipient = ascii_address(letter.recipient)
        message = make_message(letter, self._sender, recipient)
        try:
            client = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(_unreachable(error)) from None
        try:
            self._converse(client, message, recipient)
        finally:
            client.close()

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        client: smtplib.SMTP
        if server.security == "tls":
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user and server.password:
                client.login(server.user, server.password)
            else:
                client.ehlo_or_helo_if_needed()
        except BaseException:
            client.close()
            raise
        return client

    def _converse(self, client: smtplib.SMTP, message: EmailMessage, recipient: str) -> None:
        """From the envelope to the last answer; only what follows DATA can leave us in the dark."""
        try:
            _expect(client.mail(self._sender), _TAKEN)
            _expect(client.rcpt(recipient), _TAKEN, 251)
            _expect(client.docmd("data"), _START)
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(_unreachable(error)) from None
        try:
            client.send(_on_the_wire(message))
            answer = client.getreply()
        except (OSError, smtplib.SMTPException):
            raise Unclear(msg("邮件已交给服务器，但没有得到答复；为避免重复，不再发送")) from None
        _expect(answer, _TAKEN)
        try:
            client.docmd("quit")
        except (OSError, smtplib.SMTPException):
            return


def ascii_address(address: str) -> str:
    """The address as every mail server takes it: a domain in another script by its IDNA name.

    Raises:
        Refused: the part before the @ is in another script, or the domain has no such name.
    """
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}" if not domain.isascii() else address
    except UnicodeError:
        plain = ""
    if not plain.isascii() or not plain.isprintable() or " " in plain or not local:
        raise Refused(msg("邮箱地址无法用于发送"))
    return plain


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    code, text = answer
    if code in codes:
        return
    said = " ".join(text.decode("utf-8", "replace").split())[:200]
    reason = msg("邮件服务器答复：%(answer)s", answer=f"{code} {said}")
    if 500 <= code < 600:
        raise Refused(reason)
    raise TryLater(reason)


def _unreachable(error: Exception) -> Message:
    # The type only: the text of a refused login names the account.
    return msg("暂时无法连接邮件服务器（%(error)s）", error=type(error).__name__)


def _on_the_wire(message: EmailMessage) -> bytes:
    """The message with lone dots doubled and the closing dot (RFC 5321, 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
    return (stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n") + b".\r\n"
