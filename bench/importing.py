"""An import of 10,000 students, and the floor: reading the file and writing the same rows twice.

Each run is a process of its own, ``python -m bench.importing import|floor FOLDER``, so that memory is counted apart.
The floor reads with calamine in its own process, unguarded, and inserts finished rows with psycopg: staged rows and
accounts in two multi-row INSERTs into the same tables of the same database, as the same role.
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
from app.services.background.unit_of_work_factory import Units
from app.services.imports.pages.read import get_import, summary_of
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.upload import confirm_import, start_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.vault import Vault
from bench.figures import Figure, figure
from bench.place import SCHOOL, Place
from config import Settings
from deploy.local.database import PROJECT
from samples.roster import FIELDS, make_rows
from tenants.registry import find_by_slug

ROWS = 10_000
RUNS = 5
#: Rows of one INSERT; the fastest of 50 to 10,000.
_BATCH = 100
_MIB = 1024  # ru_maxrss counts KiB
_FILE, _ROWS_FILE = "roster.xlsx", "rows.pickle"


def measure(place: Place) -> list[Figure]:
    """Run import and floor in turn."""
    (place.folder / _FILE).write_bytes(_roster(place))
    _run(place, "keep")
    walls: dict[str, list[float]] = {"import": [], "floor": []}
    peaks: dict[str, list[float]] = {"import": [], "floor": []}
    for _ in range(RUNS):
        for what in ("import", "floor"):
            answer = _run(place, what)
            walls[what].append(answer["wall"])
            peaks[what].append(answer["peak"])
    return [
        figure("import_10000_wall", "s", walls["import"], walls["floor"]),
        figure("import_10000_rss_mib", "MiB", peaks["import"], peaks["floor"]),
    ]


def _roster(place: Place) -> bytes:
    with _app(place.env).app_context():
        unit_code = _units().school.unit_code
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([LABELS[field] for field in FIELDS])
    for row in make_rows(ROWS, 1, unit_code):
        # The demo's own students came from the same generator; these get numbers of their own.
        number = f"{unit_code}B{row['student_no'][5:]}"
        sheet.append([number if field == "student_no" else row[field] for field in FIELDS])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _run(place: Place, what: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", what, str(place.folder)],
        cwd=PROJECT,
        env=dict(place.env),
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _app(env: Mapping[str, str]) -> Flask:
    return create_app(Settings.from_env(env))


def _units() -> Units:
    school = find_by_slug(SCHOOL)
    assert school is not None
    vault: Vault = current_app.extensions["spoc_vault"]
    actor = Actor(Role.OPERATOR, "bench")
    return Units(school=school, actor=actor, now=system_clock, enqueue=discard, vault=vault)


def _import(units: Units, content: bytes) -> int:
    with units() as ctx:
        import_id = start_import(ctx, filename=_FILE, content=content).id
    run_check(units, import_id=import_id)
    with units() as ctx:
        confirm_import(ctx, import_id=import_id)
    run_apply(units, import_id=import_id)
    return import_id


def _undo(units: Units, import_id: int) -> None:
    with units() as ctx:
        result = summary_of(get_import(ctx, import_id=import_id)).result
        assert result is not None
        assert result.created == ROWS, result
        undo_import(ctx, import_id=import_id)
    with units() as ctx:
        ctx.session.delete(get_import(ctx, import_id=import_id))


def _keep(units: Units, content: bytes, folder: Path) -> None:
    """Import once and keep the rows that it made, for the floor to write."""
    import_id = _import(units, content)
    staged, users = RosterImportRow.__table__, User.__table__
    with units() as ctx:
        rows = ctx.session.execute(staged.select().where(staged.c.import_id == import_id)).mappings().all()
        ids = {row["user_id"] for row in rows}
        people = ctx.session.execute(users.select().where(users.c.student_no.is_not(None))).mappings().all()
    kept = [dict(row) for row in rows], [dict(row) for row in people if row["id"] in ids]
    (folder / _ROWS_FILE).write_bytes(pickle.dumps(kept))
    _undo(units, import_id)


def _floor(units: Units, content: bytes, folder: Path, url: str) -> Callable[[], None]:
    """The floor as a function, its rows in memory already."""
    with units() as ctx:
        import_id = start_import(ctx, filename=_FILE, content=b"floor").id
        # The import's classes went with its undoing; the foreign key is checked against another one.
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
    one = f"({', '.join(['%s'] * len(columns))})"
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    batches = [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
    return [
        (head + ", ".join([one] * len(batch)), [row[column] for row in batch for column in columns])
        for batch in batches
    ]


def _forget_floor(units: Units) -> None:
    """Remove what the floor wrote."""
    staged, users = RosterImportRow.__table__, User.__table__
    with units() as ctx:
        written = ctx.session.execute(
            staged.select().with_only_columns(staged.c.import_id, staged.c.user_id)
        ).all()
        ctx.session.execute(users.delete().where(users.c.id.in_([row.user_id for row in written])))
        for import_id in {row.import_id for row in written}:
            ctx.session.delete(get_import(ctx, import_id=import_id))


def main(what: str, folder: Path) -> None:
    """One run in this process; answers seconds and MiB as JSON."""
    settings = Settings.from_env()
    content = (folder / _FILE).read_bytes()
    with create_app(settings).app_context():
        units = _units()
        if what == "keep":
            _keep(units, content, folder)
            answer = {"wall": 0.0, "peak": 0.0}
        elif what == "import":
            began = time.perf_counter()
            import_id = _import(units, content)
            answer = {"wall": time.perf_counter() - began, "peak": _peak()}
            _undo(units, import_id)
        else:
            run = _floor(units, content, folder, settings.database_url)
            began = time.perf_counter()
            run()
            answer = {"wall": time.perf_counter() - began, "peak": _peak()}
            _forget_floor(units)
    print(json.dumps(answer))


def _peak() -> float:
    """The most memory that this process and its largest child had, in MiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / _MIB


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
