"""An import of 10,000 students, and the floor: reading the file and inserting the same rows twice.

Each run is a process of its own, ``python -m bench.importing import|floor FOLDER``, so that memory is measured
separately. The floor reads with calamine in its own process, without limits, and inserts finished rows with psycopg:
staged rows and accounts, in multi-row INSERTs into the same tables of the same database, as the same role.
"""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, current_app
from openpyxl import Workbook
from python_calamine import load_workbook
from sqlalchemy import make_url, select

from app.context import Actor, system_clock
from app.factory import create_app
from app.jobs import discard
from app.models import RosterImportRow, SchoolClass, User
from app.rules.imports.students import LABELS
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.pages.read import get_import, summary_of
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.upload import confirm_import, start_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.vault import Vault
from bench.figures import Figure, figure
from bench.installation import SCHOOL, Installation
from config import Settings
from deploy.local.database import PROJECT
from samples.roster import FIELDS, make_rows
from tenants.registry import find_by_slug

ROWS = 10_000
RUNS = 5
#: The number of rows of an INSERT; the fastest between 50 and 10,000.
_BATCH = 100
_MIB = 1024  # ru_maxrss counts KiB
_FILE, _ROWS_FILE = "roster.xlsx", "rows.pickle"


def measure(installation: Installation) -> list[Figure]:
    """Run the import and the floor in turn."""
    (installation.folder / _FILE).write_bytes(_roster(installation))
    _run(installation, "store")
    walls: dict[str, list[float]] = {"import": [], "floor": []}
    peaks: dict[str, list[float]] = {"import": [], "floor": []}
    for _ in range(RUNS):
        for mode in ("import", "floor"):
            answer = _run(installation, mode)
            walls[mode].append(answer["wall"])
            peaks[mode].append(answer["peak"])
    return [
        figure("import_10000_wall", "s", walls["import"], walls["floor"]),
        figure("import_10000_rss_mib", "MiB", peaks["import"], peaks["floor"]),
    ]


def _roster(installation: Installation) -> bytes:
    with _app(installation.env).app_context():
        unit_code = _units().school.unit_code
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([LABELS[field] for field in FIELDS])
    for row in make_rows(ROWS, 1, unit_code):
        # the demo's own students come from the same generator, so these get other numbers
        number = f"{unit_code}B{row['student_no'][5:]}"
        sheet.append([number if field == "student_no" else row[field] for field in FIELDS])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _run(installation: Installation, mode: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", mode, str(installation.folder)],
        cwd=PROJECT,
        env=dict(installation.env),
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _app(env: Mapping[str, str]) -> Flask:
    return create_app(Settings.from_env(env))


def _units() -> UnitOfWorkFactory:
    school = find_by_slug(SCHOOL)
    assert school is not None
    vault: Vault = current_app.extensions["spoc_vault"]
    actor = Actor(Role.OPERATOR, "bench")
    return UnitOfWorkFactory(school=school, actor=actor, now=system_clock, enqueue=discard, vault=vault)


def _import(units: UnitOfWorkFactory, content: bytes) -> int:
    with units() as ctx:
        import_id = start_import(ctx, filename=_FILE, content=content).id
    run_check(units, import_id=import_id)
    with units() as ctx:
        confirm_import(ctx, import_id=import_id)
    run_apply(units, import_id=import_id)
    return import_id


def _undo(units: UnitOfWorkFactory, import_id: int) -> None:
    with units() as ctx:
        result = summary_of(get_import(ctx, import_id=import_id)).result
        assert result is not None
        assert result.created == ROWS, result
        undo_import(ctx, import_id=import_id)
    with units() as ctx:
        ctx.session.delete(get_import(ctx, import_id=import_id))


def _store_rows(units: UnitOfWorkFactory, content: bytes, folder: Path) -> None:
    """Import once, and store the created rows for the floor."""
    import_id = _import(units, content)
    staged, users = RosterImportRow.__table__, User.__table__
    with units() as ctx:
        rows = ctx.session.execute(staged.select().where(staged.c.import_id == import_id)).mappings().all()
        ids = {row["user_id"] for row in rows}
        people = ctx.session.execute(users.select().where(users.c.student_no.is_not(None))).mappings().all()
    finished = [dict(row) for row in rows], [dict(row) for row in people if row["id"] in ids]
    (folder / _ROWS_FILE).write_bytes(pickle.dumps(finished))
    _undo(units, import_id)


def _floor(units: UnitOfWorkFactory, content: bytes, folder: Path, url: str) -> Callable[[], None]:
    """Return the floor as a function whose rows are already in memory."""
    with units() as ctx:
        import_id = start_import(ctx, filename=_FILE, content=b"floor").id
        # the undo has deleted the import's classes; the foreign key is checked against another class
        class_id = ctx.session.scalars(select(SchoolClass.id).limit(1)).one()
    staged, people = pickle.loads((folder / _ROWS_FILE).read_bytes())
    for row in staged:
        row.update(
            {key: json.dumps(row[key]) for key in ("new", "old", "held", "problems")}, import_id=import_id
        )
    for row in people:
        row["class_id"] = class_id
    parts = [_statements("roster_import_rows", staged), _statements("users", people)]
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    def run() -> None:
        sheet = load_workbook(BytesIO(content)).get_sheet_by_index(0)
        assert len(sheet.to_python()) == ROWS + 1
        with psycopg.connect(address) as connection:
            for statements in parts:
                connection.execute(f"SET LOCAL app.school_id = '{units.school.id}'")
                for statement, values in statements:
                    connection.execute(statement, values)
                connection.commit()

    return run


def _statements(table: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Any]]]:
    columns = list(rows[0])
    placeholders = f"({', '.join(['%s'] * len(columns))})"
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
    return [
        (head + ", ".join([placeholders] * len(batch)), [row[column] for row in batch for column in columns])
        for batch in batches
    ]


def _delete_floor_rows(units: UnitOfWorkFactory) -> None:
    """Delete the rows of the floor."""
    staged, users = RosterImportRow.__table__, User.__table__
    with units() as ctx:
        written = ctx.session.execute(
            staged.select().with_only_columns(staged.c.import_id, staged.c.user_id)
        ).all()
        ctx.session.execute(users.delete().where(users.c.id.in_([row.user_id for row in written])))
        for import_id in {row.import_id for row in written}:
            ctx.session.delete(get_import(ctx, import_id=import_id))


def main(mode: str, folder: Path) -> None:
    """Do one run in this process, and print seconds and MiB as JSON."""
    settings = Settings.from_env()
    content = (folder / _FILE).read_bytes()
    with create_app(settings).app_context():
        units = _units()
        if mode == "store":
            _store_rows(units, content, folder)
            answer = {"wall": 0.0, "peak": 0.0}
        elif mode == "import":
            started = time.perf_counter()
            import_id = _import(units, content)
            answer = {"wall": time.perf_counter() - started, "peak": _peak()}
            _undo(units, import_id)
        else:
            run = _floor(units, content, folder, settings.database_url)
            started = time.perf_counter()
            run()
            answer = {"wall": time.perf_counter() - started, "peak": _peak()}
            _delete_floor_rows(units)
    print(json.dumps(answer))


def _peak() -> float:
    """Return the peak memory of this process and its largest child, in MiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / _MIB


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
