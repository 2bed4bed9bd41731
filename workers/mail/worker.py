"""The job that sends a mail, and the transport of the installation."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_port import MailTransport
from app.services.messages.mail_send import run_send
from app.web.messages.mail_words import word_mail
from workers.mail.no_server import FolderTransport, NoTransport
from workers.mail.smtp import SmtpTransport

EXTENSION = "spoc_mail"


def make_transport(app: Flask) -> MailTransport:
    """Return the transport according to the settings."""
    server, folder, sender = app.config["MAIL_SERVER"], app.config["MAIL_FOLDER"], app.config["MAIL_FROM"]
    if server is not None:
        return SmtpTransport(server, sender)
    return FolderTransport(folder, sender) if folder is not None else NoTransport()


def send_mail(units: UnitOfWorkFactory, **payload: int | str) -> None:
    """Send a mail; the handler of ``JobName.SEND_MAIL``."""
    run_send(
        units,
        mail_id=int(payload["mail_id"]),
        attempt=int(payload["attempt"]),
        word=word_mail,
        transport=cast(MailTransport, current_app.extensions[EXTENSION]),
    )
