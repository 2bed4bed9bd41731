"""The only function that the queue calls: application context, school, actor, handler."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import cast

from flask import Flask, current_app

from app.context import Actor
from app.jobs import Enqueue, JobName
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import Units
from app.web.shared.context import now, vault
from tenants.registry import SchoolInfo, find_by_id
from workers.handlers import HANDLERS

log = logging.getLogger(__name__)

SYSTEM = Actor(role=Role.SYSTEM, name="system")


class JobFailed(Exception):
    """A job ended in an error; the text holds its name and the error's type, nothing of a person."""


def run_job(name: str, school_id: int, payload: Mapping[str, int | str]) -> None:
    """Run the handler of a job.

    Args:
        name: a ``JobName``.
        school_id: the school in which it runs.
        payload: ids and scalars for the handler.

    Raises:
        JobFailed: the handler failed. The error itself stays out of Redis, for its text may hold personal data.
        ValueError: there is no such job.
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


def units_for(school: SchoolInfo) -> Units:
    """Units of work of the system in this school; needs an application context."""
    enqueue = cast(Enqueue, current_app.extensions["spoc_enqueue"])
    return Units(school=school, actor=SYSTEM, now=now, enqueue=enqueue, vault=vault())


def log_error(what: str, error: BaseException) -> None:
    """Log where an error came from, without its text: a database's message repeats the values of a row."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed with %s\n%s", what, type(error).__name__, frames)
