"""The personal data in a stolen database or queue."""

from __future__ import annotations

import psycopg
from psycopg import sql
from redis import Redis
from sqlalchemy import make_url

from tests.support.rosters import Importer, plain_rows
from tests.support.servers import TestDatabase

TABLES = ("users", "classes", "roster_imports", "roster_import_rows", "import_outbox", "audit_log")


def test_no_id_number_or_phone_stands_in_clear(
    importer: Importer, pg_database: TestDatabase, redis_url: str
) -> None:
    rows = plain_rows(importer.school, 300)
    for number in (3, 4):
        # A wrong number is as personal as a right one, and is shown in the preview of its problems.
        rows[number]["id_number"] = rows[number]["id_number"][:-2] + "00"
        rows[number]["mobile"] += "9"
    importer.do(rows)
    importer.do([{**row, "major": "新专业"} for row in rows])
    secrets = [row[field] for row in rows for field in ("id_number", "mobile")]
    address = (
        make_url(pg_database.admin_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    found: list[str] = []
    with psycopg.connect(address) as connection:
        for table in TABLES:
            statement = sql.SQL("SELECT CAST(t AS text) FROM {} t WHERE school_id = %s").format(
                sql.Identifier(table)
            )
            content = "\n".join(row[0] for row in connection.execute(statement, [importer.school.id]))
            assert content or table == "import_outbox", "the search looks at nothing"
            found += [secret for secret in secrets if secret in content or secret.encode().hex() in content]
    queue = Redis.from_url(redis_url)
    for key in queue.scan_iter("rq:*"):
        content = str(queue.dump(key))
        found += [secret for secret in secrets if secret in content]
    assert (len(secrets), found) == (600, [])
