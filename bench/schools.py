"""Many schools in the database, each with people, licences and courses online."""

from __future__ import annotations

from deploy.local import database

PEOPLE = 50

_SCHOOLS = """
    INSERT INTO schools (alliance_id, kind, slug, unit_code, name, short_name, name_pinyin, name_initials, accent,
                         timezone, status)
    SELECT a.id, 'member', 'school-' || n, CAST(40000 + n AS text), '第' || n || '医学院', '第' || n, 'di', 'd',
           '#1f5eff', 'Asia/Shanghai', 'active'
    FROM schools a, generate_series((SELECT count(*) FROM schools WHERE kind = 'member') + 1, %s) n
    WHERE a.kind = 'alliance'
    RETURNING id
"""
_PEOPLE = """
    INSERT INTO users (school_id, kind, student_no, nickname, real_name)
    SELECT s.id, 'student', s.unit_code || '2026' || n, '学生' || n, '学生' || n
    FROM schools s, generate_series(1, %s) n WHERE s.id = ANY(%s)
"""
_LICENCES = """
    INSERT INTO course_licences (school_id, course_owner_id, course_id, licensor_id)
    SELECT s.id, c.school_id, c.id, a.id FROM schools s, courses c JOIN schools a ON a.id = c.school_id
    WHERE s.kind = 'member' AND a.kind = 'alliance' AND c.released
    ON CONFLICT DO NOTHING
"""
_OFFERINGS = """
    INSERT INTO course_offerings (school_id, course_owner_id, course_id, licence_id, term, status, starts_on, ends_on,
                                  registration_starts_on, registration_ends_on)
    SELECT l.school_id, l.course_owner_id, l.course_id, l.id, '2026-1', 'online', current_date, current_date + 90,
           current_date - 7, current_date + 14
    FROM course_licences l
    WHERE NOT EXISTS (SELECT FROM course_offerings o WHERE o.licence_id = l.id AND o.school_id = l.school_id
                      AND o.status = 'online')
    ON CONFLICT (school_id, course_owner_id, course_id, term) DO UPDATE SET
        status = 'online', starts_on = excluded.starts_on, ends_on = excluded.ends_on,
        registration_starts_on = excluded.registration_starts_on,
        registration_ends_on = excluded.registration_ends_on
"""


def fill(admin_url: str, members: int) -> None:
    """Insert schools up to the number of members, with all alliance courses online at each."""
    with database.connect(admin_url) as connection:
        ids = [row[0] for row in connection.execute(_SCHOOLS, [members]).fetchall()]
        connection.execute(_PEOPLE, [PEOPLE, ids])
        connection.execute(_LICENCES)
        connection.execute(_OFFERINGS)
        connection.execute("VACUUM (ANALYZE)")
