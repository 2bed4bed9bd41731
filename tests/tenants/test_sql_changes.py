"""Parsing the changes of a statement: words in literals and clauses are not taken for commands."""

from __future__ import annotations

import pytest

from tenants.sql_changes import TableChange, changes_of


def _update(table: str, *columns: str) -> TableChange:
    return TableChange(table, frozenset(columns))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", set()),
        ("UPDATE users SET a=1", {_update("users", "a")}),
        ("update only public.users as u set a = 1, B = 2 where u.id = 1", {_update("users", "a", "b")}),
        ('UPDATE "users" SET "a"=%(a)s::VARCHAR, b=%(b)s WHERE x = %(y)s', {_update("users", "a", "b")}),
        ("UPDATE t SET a = (SELECT b FROM u WHERE c = 1), d = 2 FROM v", {_update("t", "a", "d")}),
        ("UPDATE t SET a = b IS DISTINCT FROM c, d = 2 RETURNING e", {_update("t", "a", "d")}),
        (
            "UPDATE t SET a = ', b = 1 WHERE ', c = E'\\', d = 1', e = $$, f = 1$$",
            {_update("t", "a", "c", "e")},
        ),
        ("UPDATE t SET a = 1 -- , b = 2\n, c = 3 /* , d = 4 */", {_update("t", "a", "c")}),
        ("UPDATE t SET a[1] = 2, (b, c) = (1, 2)", {TableChange("t", None)}),
        ("UPDATE t SET (a, b) = (SELECT 1, 2)", {TableChange("t", None)}),
        ("UPDATE t SET a[1] = 2", {_update("t", "a")}),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", {TableChange("t", None)}),
        ("INSERT INTO t SELECT a FROM u FOR NO KEY UPDATE OF u", {TableChange("t", None)}),
        ("DELETE FROM ONLY t USING u", {TableChange("t", None, deletes=True)}),
        ("MERGE INTO t USING u ON a = b WHEN MATCHED THEN UPDATE SET a = 1", {TableChange("t", None)}),
        ("SELECT a FROM t FOR UPDATE SKIP LOCKED", set()),
        ("SELECT 'DELETE FROM t', $x$UPDATE t SET a = 1$x$, 'it''s; INSERT INTO t' -- MERGE INTO t", set()),
        (
            "WITH a AS (DELETE FROM t RETURNING 1), b AS (UPDATE u SET x = 1 RETURNING 1) INSERT INTO v SELECT 1",
            {TableChange("t", None, deletes=True), _update("u", "x"), TableChange("v", None)},
        ),
    ],
)
def test_what_a_statement_changes(sql: str, expected: set[TableChange]) -> None:
    assert changes_of(sql) == expected


def test_a_statement_of_any_length_is_read() -> None:
    rows = ", ".join(["('x')"] * 20_000)
    assert changes_of(f"INSERT INTO t (a) VALUES {rows}") == {TableChange("t", None)}
