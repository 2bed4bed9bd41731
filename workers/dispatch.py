"""The only function that the queue calls; it provides context, school and actor to the handler of a job."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import cast

from flask import Flask, current_app

from app.context import Actor
from app.jobs import Enqueue, JobName
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.web.shared.context import now, vault
from tenants.registry import SchoolInfo, find_by_id
from workers.handlers import HANDLERS

log = logging.getLogger(__name__)

SYSTEM = Actor(role=Role.SYSTEM, name="system")


class JobFailed(Exception):
    """Raised when a job fails; the message has its name and the error's type, but no personal data."""


def run_job(name: str, school_id: int, payload: Mapping[str, int | str]) -> None:
    """Run the handler of a job.

    Args:
        name: a ``JobName``.
        school_id: the school in which the job runs.
        payload: ids and scalars for the handler.

    Raises:
        JobFailed: the handler failed. The error itself is kept out of Redis, because its text may hold personal data.
        ValueError: no job has this name.
    """
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    handler = HANDLERS[JobName(name)]
    with app.app_context():
        school = find_by_id(school_id)
        if school is None:
            log.error("job %s names a school that does not exist: %s", name, school_id)
            return
        try:
            handler(units_for(school), **payload)
        except Exception as error:
            log_error(f"job {name} of school {school_id}", error)
            raise JobFailed(f"{name}: {type(error).__name__}") from None


def units_for(school: SchoolInfo) -> UnitOfWorkFactory:
    """Return units of work of the system in a school; requires an application context."""
    enqueue = cast(Enqueue, current_app.extensions["spoc_enqueue"])
    return UnitOfWorkFactory(school=school, actor=SYSTEM, now=now, enqueue=enqueue, vault=vault())


def log_error(what: str, error: BaseException) -> None:
    """Log the traceback of an error without its text, because messages of the database repeat values of rows."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed with %s\n%s", what, type(error).__name__, frames)
