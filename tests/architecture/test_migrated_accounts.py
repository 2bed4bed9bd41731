"""Migration 0006 on a database with rows that name accounts from outside their school."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from deploy.local.database import connect
from tests.architecture.test_migrations import FOLDER
from tests.support.servers import TestDatabase

# Without their parents, which the migration does not look at.
_ROWS = """
    SET session_replication_role = replica;
    INSERT INTO users (school_id, id, kind, nickname, real_name) VALUES (2, 8, 'teacher', '王芳', '王芳');
    INSERT INTO class_selections (school_id, class_id, offering_id, registered, already, created_by, created_by_name)
    VALUES (2, 1, 1, 0, 0, 7, '秘书'), (2, 1, 1, 0, 0, 8, '王芳'),
        (3, 1, 1, 0, 0, 8, '别校'), (2, 1, 1, 0, 0, NULL, '系统');
"""


def test_who_is_no_account_of_the_school_is_left_as_a_name(fresh_database: TestDatabase) -> None:
    alembic = Config(FOLDER / "alembic.ini")
    alembic.attributes["url"] = fresh_database.owner_url
    command.downgrade(alembic, "0005")
    with connect(fresh_database.admin_url) as connection:
        connection.execute(_ROWS)
    command.upgrade(alembic, "head")
    with connect(fresh_database.admin_url) as connection:
        asked = "SELECT created_by_name, created_by FROM class_selections ORDER BY id"
        assert connection.execute(asked).fetchall() == [
            ("秘书", None),
            ("王芳", 8),
            ("别校", None),
            ("系统", None),
        ]
        # The walls stand again.
        forced = "SELECT count(*) FROM pg_class WHERE relname = ANY(%s) AND relforcerowsecurity"
        tables = ["users", "class_selections", "course_drafts", "course_reviews"]
        assert connection.execute(forced, [tables]).fetchall() == [(len(tables),)]
