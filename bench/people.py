"""A search among 50,000 people of a school, against bare queries on the same database.

The floor consists of hand-written queries for one school, as the owner of the tables: they count the matches and read
twenty whole rows in order, without row-level security, sessions of SQLAlchemy or sealed values to open.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import mean

import psycopg

from app.context import Actor, Context, system_clock
from app.factory import create_app
from app.jobs import discard
from app.rules.permissions import Role
from app.services.people.search import search_people
from bench.figures import Figure, figure
from bench.installation import SCHOOL, Installation
from config import Settings
from deploy.local import database
from tenants.registry import find_by_slug
from tenants.scope import school_scope

PEOPLE = 50_000
ROUNDS = 7
#: A word that many people match, one that few match, one that nobody matches, a class, and two words.
WORDS = ("学生", "49990", "ouyang", "第107", "学生 4999")

_CLASSES = """
    INSERT INTO classes (school_id, number, name, entry_year)
    SELECT s.id, '2031' || n, '第' || n || '班', 2031 FROM schools s, generate_series(100, 299) n WHERE s.slug = %s
    ON CONFLICT DO NOTHING
"""
_PEOPLE = """
    INSERT INTO users (school_id, kind, student_no, nickname, real_name, name_pinyin, name_initials, email, class_id,
                       entry_year, major)
    SELECT s.id, 'student', s.unit_code || '2031' || lpad(CAST(n AS text), 6, '0'), '学生' || n, '学生' || n,
           'xuesheng' || n, 'xs' || n, 'bench' || n || '@example.com',
           (SELECT c.id FROM classes c WHERE c.school_id = s.id AND c.number = '2031' || (100 + n %% 200)), 2031,
           '临床医学'
    FROM schools s, generate_series(1, %s) n WHERE s.slug = %s
    ON CONFLICT DO NOTHING
"""
_MATCH = """
    (u.real_name ILIKE %(word)s OR u.nickname ILIKE %(word)s OR u.name_pinyin ILIKE %(word)s
     OR u.name_initials ILIKE %(word)s OR u.student_no ILIKE %(word)s OR u.login_name ILIKE %(word)s
     OR u.email ILIKE %(word)s
     OR u.class_id IN (SELECT c.id FROM classes c WHERE c.school_id = %(school)s AND c.name ILIKE %(word)s))
"""


def measure(installation: Installation) -> list[Figure]:
    """Measure several searches in turn with the bare ones, so that both run under the same conditions."""
    with database.connect(installation.admin_url) as connection:
        connection.execute(_CLASSES, [SCHOOL])
        connection.execute(_PEOPLE, [PEOPLE, SCHOOL])
        connection.execute("VACUUM (ANALYZE)")
    app = create_app(Settings.from_env(installation.env))
    with app.app_context(), database.connect(installation.admin_url) as connection:
        school = find_by_slug(SCHOOL)
        assert school is not None
        actor = Actor(role=Role.ADMINISTRATOR, name="bench", school_id=school.id)

        def by_service(word: str) -> None:
            with school_scope(school.id) as session:
                ctx = Context(session, school, actor, system_clock, discard, app.extensions["spoc_vault"])
                search_people(ctx, text=word)

        def bare(word: str) -> None:
            _search_bare(connection, school.id, word)

        runs = [(_milliseconds(by_service), _milliseconds(bare)) for _ in range(ROUNDS)]
    return [figure("people_search_50000", "ms", [value for value, _ in runs], [floor for _, floor in runs])]


def _search_bare(connection: psycopg.Connection[tuple[object, ...]], school_id: int, words: str) -> None:
    values: dict[str, object] = {"school": school_id}
    conditions = ["u.school_id = %(school)s"]
    for number, word in enumerate(words.split()):
        conditions.append(_MATCH.replace("%(word)s", f"%(word{number})s"))
        values[f"word{number}"] = f"%{word}%"
    found = f"FROM users u WHERE {' AND '.join(conditions)}"
    connection.execute(f"SELECT count(*) {found}", values).fetchall()
    connection.execute(
        f"SELECT * {found} ORDER BY u.student_no, u.login_name, u.id LIMIT 20", values
    ).fetchall()


def _milliseconds(search: Callable[[str], None]) -> float:
    times: list[float] = []
    for word in WORDS:
        started = time.perf_counter()
        search(word)
        times.append(time.perf_counter() - started)
    return mean(times) * 1000
