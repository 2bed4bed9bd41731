"""The handlers of jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from app.jobs import JobName
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.messages.mail_queue import wake_mails
from workers.mail.worker import send_mail


class Handler(Protocol):
    """The interface of handlers: run a job in a school, with the payload as keywords."""

    def __call__(self, units: UnitOfWorkFactory, **payload: int | str) -> None: ...


def _check_import(units: UnitOfWorkFactory, **payload: int | str) -> None:
    run_check(units, import_id=int(payload["import_id"]))


def _apply_import(units: UnitOfWorkFactory, **payload: int | str) -> None:
    run_apply(units, import_id=int(payload["import_id"]))


def _wake_mails(units: UnitOfWorkFactory, **_payload: int | str) -> None:
    wake_mails(units_for=lambda school: replace(units, school=school))


HANDLERS: dict[JobName, Handler] = {
    JobName.CHECK_IMPORT: _check_import,
    JobName.APPLY_IMPORT: _apply_import,
    JobName.SEND_MAIL: send_mail,
    JobName.WAKE_MAILS: _wake_mails,
}
