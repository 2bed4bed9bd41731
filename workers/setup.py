"""The plugin that ``wsgi.py`` passes to the factory: the queue, the mail transport and their commands."""

from __future__ import annotations

import click
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.orm import configure_mappers

from workers import mail_cli
from workers.mail.worker import EXTENSION, make_transport
from workers.queue import RqEnqueue
from workers.schedule import sweep
from workers.sweeper import sweep_until_stopped
from workers.worker import work


def register(app: Flask) -> None:
    """Set up the queue and the mail transport, and add the commands."""
    redis_url = str(app.config["REDIS_URL"])
    app.extensions["spoc_enqueue"] = RqEnqueue(redis_url)
    app.extensions[EXTENSION] = make_transport(app)
    app.cli.add_command(mail_cli.group)

    @app.cli.command("worker")
    @click.option("--burst", is_flag=True, help="End when the queue is empty.")
    def worker(burst: bool) -> None:
        """Run background jobs until stopped; any number of workers may run."""
        # before the worker forks, so that every job finds the mappers configured
        configure_mappers()
        try:
            work(redis_url, burst=burst)
        except RedisError as error:
            raise click.ClickException(f"Redis is away ({type(error).__name__}).") from error

    @app.cli.command("sweeper")
    @click.option("--once", is_flag=True, help="Sweep once; exit code 1 when something failed.")
    def sweeper(once: bool) -> None:
        """Send lost jobs again and run daily tasks, until stopped; any number of sweepers may run."""
        if not once:
            sweep_until_stopped()
        elif not sweep():
            raise click.exceptions.Exit(1)
