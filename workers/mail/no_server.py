"""Where mails go when there is no mail server: into a folder (demo), or nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

from app.errors import msg
from app.services.messages.mail_port import Letter, Refused
from workers.mail.format import make_message

log = logging.getLogger(__name__)


class FolderTransport:
    """Keeps each letter as an ``.eml`` file in the school's folder, for anybody to open in a mail program."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def deliver(self, letter: Letter) -> None:
        """Write the file, whole or not at all."""
        folder = self._folder / letter.school.slug
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = folder / f".{letter.mail_id}.eml"
        unfinished.write_bytes(make_message(letter, self._sender, letter.recipient).as_bytes())
        unfinished.replace(folder / f"{letter.mail_id}.eml")
        log.info("mail %s of school %s was kept in its folder", letter.mail_id, letter.school.id)


class NoTransport:
    """For an installation that sends no mail: every letter fails and says so."""

    def deliver(self, letter: Letter) -> None:  # noqa: ARG002
        """Refuse.

        Raises:
            Refused: always.
        """
        raise Refused(msg("平台没有启用邮件发送"))
