"""The tables and columns that a SQL statement changes, read from its text.

Whether the ORM, the expression language or ``text()`` builds a statement, PostgreSQL receives this text, so that no way
of writing a row is missed. If the columns cannot be determined, all of them count as changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table that a statement changes.

    Args:
        table: the table's name.
        columns: the columns that an UPDATE sets; ``None``: any of them, because rows are inserted or deleted.
        deletes: whether rows are deleted, and with them rows that refer to them with ``ON DELETE``.
    """

    table: str
    columns: frozenset[str] | None
    deletes: bool = False


#: The parts of a statement that are not keywords or names: comments and literals.
_COMMENTS_AND_LITERALS = re.compile(
    r"""
    --[^\n]* | /\*.*?\*/
    | \b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*'
    | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
    """,
    re.DOTALL | re.VERBOSE,
)
#: TRUNCATE and COPY are omitted: the application's role may use neither, and row-level security refuses COPY.
_WRITES = re.compile(
    r"""
    (?:\b(?P<clause>FOR|KEY|DO|THEN|ON)\s+)?  # FOR UPDATE, ON CONFLICT DO UPDATE: clauses without a table
    \b(?:(?P<update>UPDATE)|(?P<delete>DELETE\s+FROM)|INSERT\s+INTO|MERGE\s+INTO)
    \s+(?:ONLY\s+)?(?:\w+\.)?(?P<table>\w+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SET = re.compile(r"(?:\s+(?:AS\s+)?(?!SET\b)\w+)?\s+SET\b", re.IGNORECASE)
_STRUCTURE = re.compile(r"[(),;]|\bDISTINCT\s+FROM\b|\b(?:FROM|WHERE|RETURNING)\b", re.IGNORECASE)
_COLUMN = re.compile(r"\s*(\w+)")

#: Statements that list their rows are long and rarely repeated.
_LONGEST_REMEMBERED = 20_000


def changes_of(sql: str) -> frozenset[TableChange]:
    """Return the tables that a statement changes, including those in its common table expressions.

    Args:
        sql: a statement in PostgreSQL's SQL, with placeholders of any style.
    """
    return _remembered(sql) if len(sql) <= _LONGEST_REMEMBERED else _read(sql)


def _read(sql: str) -> frozenset[TableChange]:
    words = _COMMENTS_AND_LITERALS.sub("''", sql).replace('"', "")
    return frozenset(_change(words, found) for found in _WRITES.finditer(words) if not found["clause"])


_remembered = lru_cache(maxsize=1_000)(_read)


def _change(words: str, found: re.Match[str]) -> TableChange:
    assigned = _SET.match(words, found.end()) if found["update"] else None
    columns = _assigned_columns(words, assigned.end()) if assigned else None
    return TableChange(found["table"].lower(), columns, deletes=bool(found["delete"]))


def _assigned_columns(words: str, start: int) -> frozenset[str] | None:
    """Return the columns of a SET clause; ``None`` if several are assigned at once."""
    columns, depth, begin = set(), 0, start
    for token in (*_STRUCTURE.finditer(words, start), None):
        sign = token[0].upper() if token else ""
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif depth == 0 and not sign.startswith("DISTINCT"):
            column = _COLUMN.match(words, begin)
            if column is None:
                return None
            columns.add(column[1].lower())
            if sign != ",":
                break
            begin = token.end() if token else begin
    return frozenset(columns)
