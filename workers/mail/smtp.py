"""Mail over SMTP; it distinguishes temporary and permanent refusals from mails that may have been accepted."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage

from app.errors import Message, msg
from app.rules.messages.mail_server import MailServer
from app.services.messages.mail_port import Letter, Refused, TryLater, Unclear
from workers.mail.format import make_message

#: The time, in seconds, that the server may take for a reply.
ANSWER_SECONDS = 20.0
_START, _ACCEPTED = 354, 250


class SmtpTransport:
    """A transport that delivers each letter to a mail server over a connection of its own.

    Args:
        server: the address and security of the server.
        sender: the sender address of mails.
    """

    def __init__(self, server: MailServer, sender: str, *, timeout: float = ANSWER_SECONDS) -> None:
        self._server = server
        self._sender = sender
        self._timeout = timeout

    def deliver(self, letter: Letter) -> None:
        """Deliver the letter; see ``MailTransport``."""
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
        """Send the message; only a failure after DATA leaves it unclear whether the server accepted it."""
        try:
            _expect(client.mail(self._sender), _ACCEPTED)
            _expect(client.rcpt(recipient), _ACCEPTED, 251)
            _expect(client.docmd("data"), _START)
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(_unreachable(error)) from None
        try:
            client.send(_dot_stuffed(message))
            reply = client.getreply()
        except (OSError, smtplib.SMTPException):
            raise Unclear(msg("邮件已交给服务器，但没有得到答复；为避免重复，不再发送")) from None
        _expect(reply, _ACCEPTED)
        try:
            client.docmd("quit")
        except (OSError, smtplib.SMTPException):
            return


def ascii_address(address: str) -> str:
    """Return the address in ASCII, with the IDNA name of a domain in another script.

    Raises:
        Refused: the part before the @ is in another script, or the domain has no IDNA name.
    """
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}" if not domain.isascii() else address
    except UnicodeError:
        plain = ""
    if not plain.isascii() or not plain.isprintable() or " " in plain or not local:
        raise Refused(msg("邮箱地址无法用于发送"))
    return plain


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    code, text = reply
    if code in codes:
        return
    reply_text = " ".join(text.decode("utf-8", "replace").split())[:200]
    reason = msg("邮件服务器答复：%(answer)s", answer=f"{code} {reply_text}")
    if 500 <= code < 600:
        raise Refused(reason)
    raise TryLater(reason)


def _unreachable(error: Exception) -> Message:
    # only the type, because the text of a refused login names the account
    return msg("暂时无法连接邮件服务器（%(error)s）", error=type(error).__name__)


def _dot_stuffed(message: EmailMessage) -> bytes:
    """Return the message with leading dots doubled, and with the final dot (RFC 5321, 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
    return (stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n") + b".\r\n"
