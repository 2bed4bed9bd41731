"""Mail transports without a server: into a folder (in the demo), or nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

from app.errors import msg
from app.services.messages.mail_port import Letter, Refused
from workers.mail.format import make_message

log = logging.getLogger(__name__)


class FolderTransport:
    """A transport that stores each letter as an ``.eml`` file in the school's folder, for mail programs to open."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def deliver(self, letter: Letter) -> None:
        """Write the file atomically."""
        folder = self._folder / letter.school.slug
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = folder / f".{letter.mail_id}.eml"
        unfinished.write_bytes(make_message(letter, self._sender, letter.recipient).as_bytes())
        unfinished.replace(folder / f"{letter.mail_id}.eml")
        log.info("mail %s of school %s was kept in its folder", letter.mail_id, letter.school.id)


class NoTransport:
    """The transport of an installation that sends no mail; it refuses every letter."""

    def deliver(self, letter: Letter) -> None:  # noqa: ARG002
        """Refuse the letter.

        Raises:
            Refused: always.
        """
        raise Refused(msg("平台没有启用邮件发送"))
