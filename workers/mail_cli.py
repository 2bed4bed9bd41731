"""``flask mail``: sending of due mails without a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import click
from flask.cli import AppGroup

from app.jobs import JobName
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_queue import sweep_mails
from tenants.registry import SchoolInfo
from workers.dispatch import JobFailed, run_job, units_for

group = AppGroup("mail", help="Mails that wait.")


@group.command("send-due")
def send_due() -> None:
    """Send every mail that is due.

    The exit code is 1 when a mail could not be processed; mails that a server refuses stay in the list of mails.
    """
    jobs: list[tuple[JobName, int, Mapping[str, int | str]]] = []

    def collect(name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None:
        jobs.append((name, school_id, payload))

    def here(school: SchoolInfo) -> UnitOfWorkFactory:
        return replace(units_for(school), enqueue=collect)

    broken = 0
    while sweep_mails(units_for=here):
        for name, school_id, payload in jobs:
            try:
                run_job(name, school_id, payload)
            except JobFailed:
                broken += 1
        click.echo(f"{len(jobs)} mails worked on")
        jobs.clear()
    if broken:
        raise click.exceptions.Exit(1)
