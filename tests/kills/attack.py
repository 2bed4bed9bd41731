"""Running imports and random kills among them."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
from sqlalchemy import func, select

from app.jobs import JobName
from app.models import AuditEntry, School, User
from app.services.imports.pages.upload import confirm_import
from tenants.db import db
from tenants.scope import school_scope
from tests.kills.installation import Installation
from tests.support.app import insert_school, school_info
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.waiting import repeat_until

#: Kinds of kills: the process that runs the job, the worker alone, the sweeper, Redis with all that it holds.
KINDS = ("horse", "worker", "sweeper", "redis")
LONGEST_RESUME = 60.0


class Sender:
    """The application's own way to the queue, now and then twice."""

    def __init__(self, send: Callable[..., None], chance: random.Random) -> None:
        self._send = send
        self._chance = chance
        self.doubled = 0

    def __call__(self, name: JobName, school_id: int, payload: dict[str, int | str]) -> None:
        self._send(name, school_id, payload)
        if self._chance.random() < 0.5:
            self._send(name, school_id, payload)
            self.doubled += 1


@dataclass
class Flight:
    """One import on its way.

    ``mark`` is what is known of its work; ``since`` is set by a kill and cleared when the mark moves.
    """

    importer: Importer
    import_id: int
    rows: list[dict[str, str]]
    mark: tuple[object, ...] = ()
    since: float | None = None
    state: str = "uploaded"


@dataclass
class Report:
    """What came of it."""

    seed: int
    rows: int
    kills: Counter[str] = field(default_factory=Counter)
    imports: int = 0
    lost: int = 0
    doubled: int = 0
    doubled_starts: int = 0
    runs: int = 0
    longest_resume: float = 0.0
    seconds: float = 0.0

    def line(self) -> str:
        """One line for people."""
        kinds = ", ".join(f"{kind} {self.kills[kind]}" for kind in KINDS)
        return (
            f"{self.kills.total()} kills ({kinds}), {self.doubled_starts} doubled starts, {self.imports} imports of "
            f"{self.rows} rows in {self.runs} runs: {self.lost} lost, {self.doubled} doubled, "
            f"longest resume {self.longest_resume:.1f} s, {self.seconds:.0f} s in all, seed {self.seed}"
        )


class Attack:
    """Keeps imports in flight until there have been enough kills, then lets the last ones land.

    Args:
        place: the installation.
        kills: how many.
        rows: rows of each import.
        parallel: imports in flight, and workers.
        seed: of the randomness.
    """

    def __init__(self, place: Installation, *, kills: int, rows: int, parallel: int, seed: int) -> None:
        self._place = place
        self._left = kills
        self._parallel = parallel
        self._chance = random.Random(seed)
        self._sender = Sender(place.app.extensions["spoc_enqueue"], self._chance)
        self._flights: list[Flight] = []
        self._report = Report(seed, rows)
        self._next_kill = 0.0
        self._redis_back: float | None = None

    def run(self) -> Report:
        """Do it.

        Raises:
            AssertionError: an import was not resumed in time, or did not land as it should.
        """
        began = time.monotonic()
        with self._place.app.app_context():
            self._place.keep_running(self._parallel)
            self._plan_kill()
            repeat_until(self._step)
        self._report.doubled_starts = self._sender.doubled
        self._report.seconds = time.monotonic() - began
        return self._report

    def _step(self) -> bool:
        """See to everything once; true after the last landing."""
        while self._left and len(self._flights) < self._parallel:
            self._take_off()
        for flight in list(self._flights):
            self._look(flight)
        self._heal()
        if self._left and time.monotonic() >= self._next_kill:
            self._kill()
        return not self._left and not self._flights

    def _take_off(self) -> None:
        number = self._report.imports = self._report.imports + 1
        with db.engine.connect() as connection:
            alliance = connection.execute(select(School.id).where(School.kind == "alliance")).scalar_one()
        school = school_info(
            insert_school(alliance, slug=f"s{number}", unit_code=f"{30000 + number}", name=f"学校{number}")
        )
        importer = Importer(school, self._sender)  # type: ignore[arg-type]
        rows = plain_rows(school, self._report.rows, seed=number)
        self._flights.append(Flight(importer, importer.start(sheet_of(rows)), rows))

    def _look(self, flight: Flight) -> None:
        found = flight.importer.read(flight.import_id)
        mark = (found.state, found.epoch, found.progress_done)
        if mark != flight.mark:
            if flight.since is not None:
                self._report.longest_resume = max(
                    self._report.longest_resume, time.monotonic() - flight.since
                )
            flight.mark, flight.since, flight.state = mark, None, found.state
        if flight.since is not None:
            waited = time.monotonic() - flight.since
            assert waited < LONGEST_RESUME, (
                f"import {flight.import_id} ({found.state}) rests for {waited:.0f} s"
            )
        assert found.state in ("uploaded", "checking", "checked", "applying", "applied"), found.refusal
        if found.state == "checked":
            with flight.importer.units() as ctx:
                confirm_import(ctx, import_id=flight.import_id)
        elif found.state == "applied":
            self._land(flight, found.epoch)

    def _land(self, flight: Flight, runs: int) -> None:
        self._flights.remove(flight)
        self._report.runs += runs
        wanted = {row["student_no"]: row["real_name"] for row in flight.rows}
        with school_scope(flight.importer.school.id) as session:
            there = session.execute(
                select(User.student_no, User.real_name).where(User.kind == "student")
            ).all()
            applied = session.scalar(
                select(func.count())
                .select_from(AuditEntry)
                .where(AuditEntry.action == "roster_import.applied")
            )
        found = dict(map(tuple, there))
        self._report.lost += sum(found.get(number) != name for number, name in wanted.items())
        self._report.doubled += (
            len(there) - len(found) + len(found.keys() - wanted.keys()) + (applied or 0) - 1
        )
        result = flight.importer.summary(flight.import_id).result
        assert result is not None
        assert (result.created, result.problem) == (len(wanted), 0)
        assert len(flight.importer.rows(flight.import_id)) == len(wanted)
        assert {one.id for one in flight.importer.classes()} == set(result.classes)

    def _plan_kill(self) -> None:
        self._next_kill = time.monotonic() + self._chance.uniform(0.0, 3.0)

    def _kill(self) -> None:
        kind = self._chance.choice(KINDS)
        horses = self._place.horses()
        if self._redis_back is not None or not horses:
            return
        try:
            if kind == "horse":
                self._chance.choice(horses).kill()
            elif kind == "worker":
                psutil.Process(self._chance.choice(horses).ppid()).send_signal(signal.SIGKILL)
            elif kind == "sweeper":
                self._place.kill_sweeper()
            else:
                self._place.kill_redis()
                self._redis_back = time.monotonic() + self._chance.uniform(0.0, 3.0)
        except psutil.NoSuchProcess:
            return  # the horse has just ended by itself
        self._report.kills[kind] += 1
        self._left -= 1
        for flight in self._flights:
            if flight.state != "checked" and flight.since is None:
                flight.since = time.monotonic()
        self._plan_kill()

    def _heal(self) -> None:
        """What a supervisor does: bring back what has died."""
        if self._redis_back is not None and time.monotonic() >= self._redis_back:
            self._place.redis.start()
            self._redis_back = None
        self._place.keep_running(self._parallel)
