"""Licensing 500 courses to 200 schools in one action, and the floor: the same rows in bare multi-row INSERTs.

The floor writes finished rows with psycopg as the same role into the same tables, in one transaction: all licences as
the alliance, then each school's offerings in its own scope. Each INSERT has an array for each column (a placeholder
for each value takes half as long again). The floor has no preview, counts, notices or audit rows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from flask import current_app
from sqlalchemy import make_url, select
from sqlalchemy.dialects import postgresql

from app.context import Actor, Context, system_clock
from app.factory import create_app
from app.jobs import discard
from app.models import Course, CourseLicence, CourseOffering, School
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.licences.bulk import license_courses
from app.services.licences.rows import CourseRef
from bench import schools
from bench.figures import Figure, figure
from bench.installation import Installation
from config import Settings
from deploy.local import database
from tenants.registry import find_alliance

COURSES = 500
SCHOOLS = 200
RUNS = 3

_COURSES = """
    INSERT INTO courses (school_id, title, category, status, released)
    SELECT a.id, '授权课程' || n, '基础医学', 'approved', true
    FROM schools a, generate_series(1, %s) n WHERE a.kind = 'alliance'
    ON CONFLICT DO NOTHING
"""
_ADMINISTRATORS = """
    INSERT INTO users (school_id, kind, login_name, nickname, real_name)
    SELECT id, 'administrator', 'bench-admin', '管理员', '管理员' FROM schools WHERE kind = 'member'
    ON CONFLICT DO NOTHING
"""
_DELETE = (
    "DELETE FROM course_offerings o USING courses c WHERE c.id = o.course_id AND c.title LIKE '授权课程%'",
    "DELETE FROM course_licences l USING courses c WHERE c.id = l.course_id AND c.title LIKE '授权课程%'",
)


def measure(installation: Installation) -> list[Figure]:
    """License by the service, read its rows, and write them by the floor, several times."""
    schools.fill(installation.admin_url, SCHOOLS)
    with database.connect(installation.admin_url) as connection:
        connection.execute(_COURSES, [COURSES])
        connection.execute(_ADMINISTRATORS)
        connection.execute("VACUUM (ANALYZE)")
    settings = Settings.from_env(installation.env)
    address = (
        make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    walls: dict[str, list[float]] = {"licensing": [], "floor": []}
    with create_app(settings).app_context():
        units = _units()
        for _ in range(RUNS):
            started = time.perf_counter()
            _license(units)
            walls["licensing"].append(time.perf_counter() - started)
            alliance_id, licences, offerings = _written_rows(installation)
            _delete_rows(installation)
            started = time.perf_counter()
            _bare(address, alliance_id, licences, offerings)
            walls["floor"].append(time.perf_counter() - started)
            _delete_rows(installation)
    return [figure("licensing_500x200", "s", walls["licensing"], walls["floor"])]


def _units() -> UnitOfWorkFactory:
    alliance = find_alliance()
    assert alliance is not None
    actor = Actor(Role.OPERATOR, "bench")
    vault = current_app.extensions["spoc_vault"]
    return UnitOfWorkFactory(school=alliance, actor=actor, now=system_clock, enqueue=discard, vault=vault)


def _license(units: UnitOfWorkFactory) -> None:
    with units() as ctx:
        refs, school_ids = _chosen(ctx)
        done = license_courses(ctx, course_refs=refs, school_ids=school_ids, terms=Terms(seats=100))
        assert done.granted == COURSES * SCHOOLS, done


def _chosen(ctx: Context) -> tuple[list[CourseRef], list[int]]:
    courses = select(Course.school_id, Course.id).where(Course.title.startswith("授权课程"))
    members = select(School.id).where(School.kind == "member").order_by(School.id).limit(SCHOOLS)
    return [CourseRef(*row) for row in ctx.session.execute(courses)], list(ctx.session.scalars(members))


def _written_rows(installation: Installation) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the written rows as finished values, in the order of their keys."""
    found: list[list[dict[str, Any]]] = []
    with database.connect(installation.admin_url) as connection:
        for model in (CourseLicence, CourseOffering):
            names = [column.name for column in model.__table__.columns if column.name != "assessment"]
            listed = ", ".join(f"t.{name}" for name in names)
            rows = connection.execute(
                f"SELECT {listed} FROM {model.__tablename__} t JOIN courses c ON c.id = t.course_id"
                " WHERE c.title LIKE '授权课程%%' ORDER BY t.school_id, t.id"
            ).fetchall()
            found.append([dict(zip(names, row, strict=True)) for row in rows])
    licences, offerings = found
    return licences[0]["licensor_id"], licences, offerings


def _delete_rows(installation: Installation) -> None:
    with database.connect(installation.admin_url) as connection:
        for statement in _DELETE:
            connection.execute(statement)
        connection.execute("VACUUM (ANALYZE)")


def _bare(
    address: str,
    alliance_id: int,
    licences: Sequence[Mapping[str, Any]],
    offerings: Sequence[Mapping[str, Any]],
) -> None:
    by_school: dict[int, list[Mapping[str, Any]]] = {}
    for row in offerings:
        by_school.setdefault(row["school_id"], []).append(row)
    with psycopg.connect(address) as connection:
        connection.execute(f"SET LOCAL app.school_id = '{alliance_id}'")
        _insert(connection, CourseLicence, licences)
        for school_id, rows in by_school.items():
            connection.execute(f"SET LOCAL app.school_id = '{school_id}'")
            _insert(connection, CourseOffering, rows)
        connection.commit()


def _insert(connection: psycopg.Connection[Any], model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0])
    types = [model.__table__.c[name].type.compile(postgresql.dialect()) for name in columns]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    connection.execute(
        f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) SELECT * FROM unnest({arrays})",
        [[row[name] for row in rows] for name in columns],
    )
