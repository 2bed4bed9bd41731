"""Audited writes per second of a school on eight connections, and the floor: the bare rows and commits.

The unit of work is the smallest audited one: it changes a row of its own and writes the audit row. The ratio shows how
long the writers of a school wait for each other. The floor writes and commits the same two rows with psycopg as the
same role in the school's scope, on as many connections in as many processes.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from threading import Thread

import psycopg
from flask import current_app
from sqlalchemy import make_url, update

from app.context import Actor, system_clock
from app.factory import create_app
from app.jobs import discard
from app.models import User
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.shared.audit import record
from bench.figures import Figure, figure
from bench.installation import SCHOOL, Installation
from config import Settings
from deploy.local import database
from tenants.registry import find_by_slug

PROCESSES = 2
THREADS = 4
SECONDS = 4.0
RUNS = 5

_USERS = (
    "SELECT u.school_id, u.id FROM users u JOIN schools s ON s.id = u.school_id WHERE s.slug = %s LIMIT %s"
)
_TOUCH = "UPDATE users SET last_login_at = now() WHERE school_id = %s AND id = %s"
_INSERT = """
    INSERT INTO audit_log (school_id, id, at, actor_name, action, object_type, object_id, data, digest)
    VALUES (%s, %s, now(), 'bench', 'login.succeeded', 'user', %s, '{}', %s)
"""

#: A step that writes once for a user. Arguments: the user's id, the number of the step.
Step = Callable[[int, int], None]


def measure(installation: Installation) -> list[Figure]:
    """Write by the service and by the floor in turn."""
    with database.connect(installation.admin_url) as connection:
        rows = connection.execute(_USERS, (SCHOOL, PROCESSES * THREADS)).fetchall()
    assert len(rows) == PROCESSES * THREADS
    rates: dict[str, list[float]] = {"service": [], "floor": []}
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        for _ in range(RUNS):
            for name, found in rates.items():
                parts = [
                    (dict(installation.env), name, rows[number * THREADS : (number + 1) * THREADS], number)
                    for number in range(PROCESSES)
                ]
                found.append(sum(pool.starmap(_write, parts)) / SECONDS)
    return [figure("audited_writes", "writes/s", rates["service"], rates["floor"], "high")]


def _write(env: Mapping[str, str], name: str, users: list[tuple[int, int]], process: int) -> int:
    """Return the number of units of work; each thread has its own connection and user, so that no rows conflict."""
    settings = Settings.from_env(env)
    return _by_service(settings, users) if name == "service" else _bare(settings, users, process)


def _by_service(settings: Settings, users: list[tuple[int, int]]) -> int:
    app = create_app(settings)
    with app.app_context():
        school = find_by_slug(SCHOOL)
        assert school is not None
        units = UnitOfWorkFactory(
            school=school,
            actor=Actor(Role.OPERATOR, "bench"),
            now=system_clock,
            enqueue=discard,
            vault=current_app.extensions["spoc_vault"],
        )

    def step(user_id: int, _: int) -> None:
        with app.app_context(), units() as ctx:
            statement = update(User).where(User.id == user_id).values(last_login_at=ctx.now())
            ctx.session.execute(statement, execution_options={"synchronize_session": False})
            record(ctx, "login.succeeded", "user", user_id)

    return _count({user_id: step for _, user_id in users})


def _bare(settings: Settings, users: list[tuple[int, int]], process: int) -> int:
    address = make_url(settings.database_url).set(drivername="postgresql")
    started = time.time_ns()
    with ExitStack() as stack:

        def steps_of(school_id: int, thread: int) -> Step:
            url = address.render_as_string(hide_password=False)
            connection = stack.enter_context(psycopg.connect(url))
            first = started * 100 + (process * THREADS + thread) * 10

            def step(user_id: int, number: int) -> None:
                connection.execute(f"SET LOCAL app.school_id = '{school_id}'")
                connection.execute(_TOUCH, (school_id, user_id))
                connection.execute(_INSERT, (school_id, (first + number * 1000) % 2**62, user_id, b"x" * 32))
                connection.commit()

            return step

        return _count(
            {user_id: steps_of(school_id, thread) for thread, (school_id, user_id) in enumerate(users)}
        )


def _count(steps: Mapping[int, Step]) -> int:
    """Run each step repeatedly in a thread of its own, and count the runs after the first half second."""
    done: list[int] = []

    def run(user_id: int, step: Step) -> None:
        warm, count, number = time.monotonic() + 0.5, 0, 0
        while (now := time.monotonic()) < warm + SECONDS:
            step(user_id, number)
            number += 1
            count += now >= warm
        done.append(count)

    threads = [Thread(target=run, args=item) for item in steps.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(steps), "a thread ended in an error"
    return sum(done)
