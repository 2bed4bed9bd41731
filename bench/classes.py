"""「选课」 for a class of 300 by the service, and the floor: one INSERT … SELECT of the same rows.

The service checks the permission, locks the course, counts seats, registers in one statement, stores the selection,
writes the chained audit row and returns the result. The floor writes and commits the rows with psycopg as the same
role in the school's scope. Both use an open connection.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from flask import current_app
from sqlalchemy import make_url

from app.context import Actor, system_clock
from app.factory import create_app
from app.jobs import discard
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.classes.select_courses import select_courses
from bench.figures import Figure, figure
from bench.installation import SCHOOL, Installation
from config import Settings
from deploy.local import database
from tenants.registry import SchoolInfo, find_by_slug

STUDENTS = 300
RUNS = 15
_TITLE = "选课课程"

_CLASS = """
    INSERT INTO classes (school_id, number, name, entry_year) VALUES (%(school)s, 'bench', '选课班', 2026)
    ON CONFLICT DO NOTHING
"""
_STUDENTS = """
    INSERT INTO users (school_id, kind, student_no, nickname, real_name, class_id)
    SELECT %(school)s, 'student', 'bench' || lpad(n::text, 4, '0'), '学生', '学生', c.id
    FROM classes c, generate_series(1, %(students)s) n
    WHERE c.school_id = %(school)s AND c.number = 'bench'
    ON CONFLICT DO NOTHING
"""
_COURSE = """
    INSERT INTO courses (school_id, title, category, status) VALUES (%(school)s, %(title)s, '基础医学', 'approved')
    ON CONFLICT DO NOTHING
"""
_OFFERING = """
    INSERT INTO course_offerings (school_id, course_owner_id, course_id, term, status, starts_on, ends_on,
        registration_starts_on, registration_ends_on)
    SELECT %(school)s, %(school)s, c.id, '2026-2027-1', 'online', current_date, current_date + 90,
        current_date, current_date + 30
    FROM courses c WHERE c.school_id = %(school)s AND c.title = %(title)s
    ON CONFLICT DO NOTHING
"""
_IDS = """
    SELECT k.id AS class_id, o.id AS offering_id
    FROM classes k, course_offerings o JOIN courses c ON c.school_id = o.course_owner_id AND c.id = o.course_id
    WHERE k.school_id = %(school)s AND k.number = 'bench' AND o.school_id = %(school)s AND c.title = %(title)s
"""
_BARE = """
    INSERT INTO enrolments (school_id, offering_id, user_id, source)
    SELECT school_id, %(offering)s, id, 'class' FROM users WHERE class_id = %(class)s AND kind = 'student'
"""


def measure(installation: Installation) -> list[Figure]:
    """Register the class by the service and by the floor in turn, deleting the rows in between."""
    settings = Settings.from_env(installation.env)
    address = (
        make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    walls: dict[str, list[float]] = {"service": [], "floor": []}
    with create_app(settings).app_context():
        school = find_by_slug(SCHOOL)
        assert school is not None
        ids = _prepare(installation, school)
        units = UnitOfWorkFactory(
            school=school,
            actor=Actor(Role.OPERATOR, "bench"),
            now=system_clock,
            enqueue=discard,
            vault=current_app.extensions["spoc_vault"],
        )
        with psycopg.connect(address) as connection:
            for number in range(RUNS + 1):
                took = {"service": _by_service(units, ids), "floor": 0.0}
                _delete_rows(installation, ids)
                took["floor"] = _bare(connection, school, ids)
                _delete_rows(installation, ids)
                # the first run of each opens connections and compiles statements
                for name, seconds in took.items() if number else ():
                    walls[name].append(seconds)
    return [figure("class_of_300", "s", walls["service"], walls["floor"])]


def _prepare(installation: Installation, school: SchoolInfo) -> dict[str, Any]:
    values = {"school": school.id, "students": STUDENTS, "title": _TITLE}
    with database.connect(installation.admin_url) as connection:
        for statement in (_CLASS, _STUDENTS, _COURSE, _OFFERING):
            connection.execute(statement, values)
        connection.execute("VACUUM (ANALYZE)")
        row = connection.execute(_IDS, values).fetchone()
    assert row is not None
    return {"class": row[0], "offering": row[1]}


def _by_service(units: UnitOfWorkFactory, ids: dict[str, Any]) -> float:
    started = time.perf_counter()
    with units() as ctx:
        (done,) = select_courses(ctx, class_id=ids["class"], offering_ids=[ids["offering"]])
    took = time.perf_counter() - started
    assert done.registered == STUDENTS, done
    return took


def _bare(connection: psycopg.Connection[Any], school: SchoolInfo, ids: dict[str, Any]) -> float:
    started = time.perf_counter()
    connection.execute(f"SET LOCAL app.school_id = '{school.id}'")
    written = connection.execute(_BARE, ids).rowcount
    connection.commit()
    took = time.perf_counter() - started
    assert written == STUDENTS, written
    return took


def _delete_rows(installation: Installation, ids: dict[str, Any]) -> None:
    with database.connect(installation.admin_url) as connection:
        for table in ("enrolments", "class_selections", "class_courses"):
            connection.execute(f"DELETE FROM {table} WHERE offering_id = %(offering)s", ids)
