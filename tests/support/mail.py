"""A mail server for tests that answers as instructed, or hangs up at any stage of the conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.rules.messages.mail_server import MailServer
from tests.support.waiting import PATIENCE

#: Where a conversation can break off, in its order: before the mail is handed over, and after.
BEFORE = ("connect", "ehlo", "mail", "rcpt", "data")
AFTER = ("start", "content", "taken")
STAGES = (*BEFORE, *AFTER, "quit")


class Server(SMTP):
    """The protocol; ``plan`` is the mail box that says what is to go wrong."""

    plan: MailBox

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.plan.drop_at == "connect":
            transport.abort()

    async def _breaks(self, stage: str) -> bool:
        plan = self.plan
        plan.reached.add(stage)
        if plan.hold_at == stage:
            plan.held.set()
            await self.loop.run_in_executor(None, plan.go_on.wait, PATIENCE)
        if plan.drop_at == stage:
            self.transport.abort()
            return True
        answer = plan.answers.get(stage)
        if answer is not None:
            await self.push(answer)
        return answer is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._breaks("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._breaks("ehlo"):
            await super().smtp_HELO(hostname)

    async def smtp_MAIL(self, arg: str) -> None:
        if not await self._breaks("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self._breaks("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self._breaks("data"):
            return
        if self.plan.drop_at == "start" or self.plan.hold_at == "start":
            await self.push("354 go on")
            await self._breaks("start")
            return
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._breaks("quit"):
            await super().smtp_QUIT(arg)


class MailBox:
    """A running server; set ``drop_at`` (a stage), ``answers`` (stage -> answer) or ``hold_at`` before sending."""

    def __init__(self, **options: Any) -> None:
        self.drop_at = ""
        self.hold_at = ""
        self.answers: dict[str, str] = {}
        self.reached: set[str] = set()
        self.taken: list[Envelope] = []
        self.held, self.go_on = threading.Event(), threading.Event()
        self._controller = _Controller(self, **options)
        self._controller.start()

    @property
    def url(self) -> str:
        """As ``SMTP_URL``."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def server(self) -> MailServer:
        """As a setting."""
        return MailServer.from_url(self.url)

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        """Called with the whole message; ``content`` breaks before it is kept, ``taken`` after."""
        if "content" in self.answers:
            return self.answers["content"]
        if await server._breaks("content"):
            return "451 4.3.0 nobody hears this"
        self.taken.append(envelope)
        await server._breaks("taken")
        return "250 2.0.0 taken"

    def stop(self) -> None:
        """Stop listening."""
        self.go_on.set()
        self._controller.stop()


class _Controller(Controller):
    def __init__(self, box: MailBox, **options: Any) -> None:
        self._box, self._options = box, options
        super().__init__(box, hostname="127.0.0.1", port=0)

    def factory(self) -> Server:
        server = Server(self.handler, **self._options)
        server.plan = self._box
        return server

    def _trigger_server(self) -> None:
        # Port 0 asks for any free port; what the base class knocks at is that number.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def knows(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that knows one account."""

    def check(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        known = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    """A mail server that takes what it gets, until told otherwise."""
    box = MailBox()
    yield box
    box.stop()
