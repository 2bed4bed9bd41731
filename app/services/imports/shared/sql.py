"""The set-based statements of an import, as SQL text: the only module of the services that contains any.

Reason: an import moves tens of thousands of rows between ``roster_import_rows`` and ``users`` through JSONB
(``jsonb_populate_record``, ``@>``, ``jsonb_to_recordset``), which the expression language expresses neither shorter
nor safer; row by row it would take minutes. Every statement names the school, beside row-level security, because the
ORM's criterion does not reach SQL text. Identifiers come from constants only, values are bound.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from app.context import Context
from app.errors import Message
from app.services.imports.shared.accounts import COLUMNS
from app.services.imports.shared.edit_marks import LEADS


def lead_of(column: str) -> str:
    """Return SQL: the column that stands for a field of several columns; a mark names any of them."""
    pairs = " ".join(f"WHEN '{follower}' THEN '{lead}'" for follower, lead in LEADS.items())
    return f"CASE {column} {pairs} ELSE {column} END"


_COLUMNS = ", ".join(COLUMNS)
_RECORD = ", ".join(f"p.{column}" for column in COLUMNS)
_MINE = "r.school_id = :school AND r.import_id = :import"

# The rows have just been staged when they are joined, so the planner has no statistics on them, and its choice
# for "one row", a nested loop, makes undoing 10,000 accounts take two minutes instead of one second.
# for "one row", a nested loop, makes undoing 10,000 accounts take two minutes instead of one second.
_JOIN_SETS = text("SET LOCAL enable_nestloop = off")

_STAGE = text("""
    INSERT INTO roster_import_rows
        (school_id, import_id, row_no, action, user_id, title, new, old, edited, problems, raw)
    SELECT :school, :import, r.row_no, r.action, r.user_id, r.title, r.new, r.old, r.edited, r.problems,
        decode(r.raw, 'base64')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        row_no int, action text, user_id bigint, title text, new jsonb, old jsonb, edited text[], problems jsonb,
        raw text
    )
""")

_RESERVE = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")

_MISSING_CLASSES = text(f"""
    SELECT DISTINCT CAST(r.new ->> 'class_id' AS bigint) AS class_id
    FROM roster_import_rows r
    WHERE {_MINE} AND r.action IN ('create', 'change') AND r.new ->> 'class_id' IS NOT NULL
    EXCEPT
    SELECT c.id FROM classes c WHERE c.school_id = :school
""")  # noqa: S608 - the columns are constants of this module

_REMAP_CLASSES = text(f"""
    UPDATE roster_import_rows r
    SET new = jsonb_set(r.new, '{{class_id}}', to_jsonb(m.present))
    FROM jsonb_to_recordset(:pairs) AS m (planned bigint, present bigint)
    WHERE {_MINE} AND r.new -> 'class_id' = to_jsonb(m.planned)
""").bindparams(bindparam("pairs", type_=JSONB))  # noqa: S608

_LEAVE_OUT_CLASSES = text(f"""
    UPDATE roster_import_rows r
    SET action = 'problem', problems = r.problems || :problem
    WHERE {_MINE} AND r.action IN ('create', 'change') AND CAST(r.new ->> 'class_id' AS bigint) = ANY(:classes)
    RETURNING r.row_no
""").bindparams(bindparam("problem", type_=JSONB))  # noqa: S608

_INSERT = text(f"""
    INSERT INTO users (school_id, id, {_COLUMNS})
    SELECT r.school_id, r.user_id, {_RECORD}
    FROM roster_import_rows r CROSS JOIN LATERAL jsonb_populate_record(NULL::users, r.new) p
    WHERE {_MINE} AND r.action = 'create'
    ON CONFLICT DO NOTHING
""")  # noqa: S608

_LEAVE_OUT_CREATES = text(f"""
    UPDATE roster_import_rows r
    SET action = 'problem', problems = r.problems || :problem
    WHERE {_MINE} AND r.action = 'create'
        AND NOT EXISTS (SELECT FROM users u WHERE u.school_id = :school AND u.id = r.user_id)
    RETURNING r.row_no
""").bindparams(bindparam("problem", type_=JSONB))  # noqa: S608


def _taken(side: str) -> str:
    """Return SQL: whether another account holds one of the values that a row would write."""
    return " OR ".join(
        f"EXISTS (SELECT FROM users o WHERE o.school_id = :school AND o.id <> r.user_id AND o.{column} = {value})"
        for column, value in (
            ("email", f"r.{side} ->> 'email'"),
            ("mobile_index", f"CAST(r.{side} ->> 'mobile_index' AS bytea)"),
            ("id_number_index", f"CAST(r.{side} ->> 'id_number_index' AS bytea)"),
        )
    )


# Edits by hand are marked by column; a written column loses its mark, an undo restores it.
_WITHOUT_MARKS = f"""
    ARRAY(SELECT m FROM unnest(u.edited_columns) m WHERE NOT jsonb_exists(r.new, {lead_of("m")}))
"""  # noqa: S608
_WITH_MARKS = f"""
    u.edited_columns || ARRAY(
        SELECT m FROM unnest(r.edited) m WHERE jsonb_exists(r.new, {lead_of("m")}) AND m <> ALL(u.edited_columns)
    )
"""  # noqa: S608
_MARKED_SINCE = f"""EXISTS (
    SELECT FROM unnest(u.edited_columns) m WHERE jsonb_exists(r.new, {lead_of("m")}) AND m <> ALL(r.edited)
)"""


def _overwrite(side: str, unless: str) -> str:
    """Return SQL that writes one side of the staged changes over accounts that are still as the other side says."""
    before = "old" if side == "new" else "new"
    marks = _WITHOUT_MARKS if side == "new" else _WITH_MARKS
    return f"""
        UPDATE users u
        SET ({_COLUMNS}) = (SELECT {_RECORD} FROM jsonb_populate_record(u, r.{side}) p), updated_at = now(),
            edited_columns = {marks}
        FROM roster_import_rows r
        WHERE {_MINE} AND r.action = 'change' AND u.school_id = :school AND u.id = r.user_id
            AND to_jsonb(u) @> r.{before} AND NOT ({unless})
        RETURNING r.row_no
    """  # noqa: S608


_CHANGE = text(_overwrite("new", f"{_taken('new')} OR {_MARKED_SINCE}"))

_LEAVE_OUT_CHANGES = text(f"""
    UPDATE roster_import_rows r
    SET action = 'problem', problems = r.problems || :problem
    WHERE {_MINE} AND r.action = 'change' AND r.row_no <> ALL(:done)
    RETURNING r.row_no
""").bindparams(bindparam("problem", type_=JSONB))  # noqa: S608

_CLASS_GONE = """
    r.old ->> 'class_id' IS NOT NULL AND NOT EXISTS (
        SELECT FROM classes c WHERE c.school_id = :school AND c.id = CAST(r.old ->> 'class_id' AS bigint)
    )
"""

_RESTORE = text(_overwrite("old", f"{_taken('old')} OR ({_CLASS_GONE})"))

_KEEP_CHANGES = text(f"""
    UPDATE roster_import_rows r
    SET kept = CASE WHEN to_jsonb(u) @> r.new THEN 'taken' ELSE 'changed' END
    FROM users u
    WHERE {_MINE} AND r.action = 'change' AND r.row_no <> ALL(:done) AND u.school_id = :school AND u.id = r.user_id
""")  # noqa: S608

# The update rule splits differences anew, from the written and the held ones together. Birth date and gender
# come from the ID number, so they stay with it. The name's pinyin is never blank, whatever it contains.
# come from the ID number, so they stay with it. The name's pinyin is never blank, whatever it holds.
_SPLIT = text(f"""
    WITH differences AS (
        SELECT r.row_no, r.edited, c.key, c.value AS new, r.old -> c.key AS old
        FROM roster_import_rows r CROSS JOIN LATERAL jsonb_each(r.new) c
        WHERE {_MINE} AND r.action IN ('change', 'unchanged')
        UNION ALL
        SELECT r.row_no, r.edited, c.key, c.value -> 'new', c.value -> 'old'
        FROM roster_import_rows r CROSS JOIN LATERAL jsonb_each(r.held) c
        WHERE {_MINE} AND r.action IN ('change', 'unchanged')
    ), judged AS (
        SELECT d.*, :which <> 'create'
            AND (:which = 'all' OR (d.old IN ('null', '""') AND {lead_of("d.key")} <> 'real_name'))
            AND (:overwrite OR NOT EXISTS (
                SELECT FROM unnest(d.edited) m WHERE {lead_of("m")} = {lead_of("d.key")}
            )) AS free
        FROM differences d
    ), settled AS (
        SELECT j.*, j.free AND NOT (
            j.key IN ('birth_date', 'gender')
            AND bool_or(j.key = 'id_number_sealed' AND NOT j.free) OVER (PARTITION BY j.row_no)
        ) AS written
        FROM judged j
    ), split AS (
        SELECT row_no,
            coalesce(jsonb_object_agg(key, new) FILTER (WHERE written), '{{}}') AS new,
            coalesce(jsonb_object_agg(key, old) FILTER (WHERE written), '{{}}') AS old,
            coalesce(
                jsonb_object_agg(key, jsonb_build_object('old', old, 'new', new)) FILTER (WHERE NOT written), '{{}}'
            ) AS held
        FROM settled GROUP BY row_no
    )
    UPDATE roster_import_rows r
    SET action = CASE WHEN s.new = '{{}}' THEN 'unchanged' ELSE 'change' END, new = s.new, old = s.old, held = s.held
    FROM split s
    WHERE {_MINE} AND r.row_no = s.row_no AND r.held <> s.held
""")  # noqa: S608

_HAS_EDITED = text(f"SELECT r.row_no FROM roster_import_rows r WHERE {_MINE} AND r.edited <> '{{}}' LIMIT 1")  # noqa: S608

_COUNT_ROWS = text(f"""
    SELECT r.action, count(*) AS rows,
        count(*) FILTER (WHERE r.action = 'unchanged' AND r.held <> '{{}}') AS held,
        count(*) FILTER (WHERE r.edited <> '{{}}') AS edited
    FROM roster_import_rows r WHERE {_MINE} GROUP BY r.action
""")  # noqa: S608

_COUNT_CLASSES = text(f"""
    SELECT CAST(r.new ->> 'class_id' AS bigint) AS class_id, count(*) AS rows
    FROM roster_import_rows r
    WHERE {_MINE} AND r.action IN ('create', 'change') AND CAST(r.new ->> 'class_id' AS bigint) = ANY(:classes)
    GROUP BY 1
""")  # noqa: S608


def stage_rows(ctx: Context, import_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert staged rows: dicts by column name, ``raw`` in base64."""
    content = json.dumps(rows, ensure_ascii=False)
    ctx.session.execute(_STAGE, {"school": ctx.school.id, "import": import_id, "rows": content})


def join_sets(ctx: Context) -> None:
    """Choose join methods for many rows until the end of this transaction; call it before the statements below."""
    ctx.session.execute(_JOIN_SETS)


def reserve_ids(ctx: Context, sequence: str, count: int) -> list[int]:
    """Take ids for rows to come, so that sealed values can be bound to them."""
    return list(ctx.session.scalars(_RESERVE, {"sequence": sequence, "count": count}))


def split_differences(ctx: Context, import_id: int, *, which: str, overwrite: bool) -> None:
    """Decide anew which differences are written and which are held.

    Args:
        which: ``all``, ``blank`` (only what the account leaves empty) or ``create`` (none).
        overwrite: also write what was changed by hand.
    """
    ctx.session.execute(_SPLIT, {**_import(ctx, import_id), "which": which, "overwrite": overwrite})


def has_edited(ctx: Context, import_id: int) -> bool:
    """Return whether any staged row differs in what was changed by hand."""
    return ctx.session.scalar(_HAS_EDITED, _import(ctx, import_id)) is not None


def count_rows(ctx: Context, import_id: int) -> list[tuple[str, int, int, int]]:
    """Count by action: rows, rows of which every difference is held, rows with differences edited by hand."""
    return [tuple(row) for row in ctx.session.execute(_COUNT_ROWS, _import(ctx, import_id))]


def count_classes(ctx: Context, import_id: int, classes: list[int]) -> dict[int, int]:
    """Return how many rows put a student into each of these classes."""
    values = {**_import(ctx, import_id), "classes": classes}
    return {row.class_id: row.rows for row in ctx.session.execute(_COUNT_CLASSES, values)}


def missing_classes(ctx: Context, import_id: int) -> list[int]:
    """Return the classes that staged rows name and that no longer exist."""
    return list(ctx.session.scalars(_MISSING_CLASSES, _import(ctx, import_id)))


def remap_classes(ctx: Context, import_id: int, present: Mapping[int, int]) -> None:
    """Replace planned classes by existing ones."""
    pairs = [{"planned": planned, "present": found} for planned, found in present.items()]
    ctx.session.execute(_REMAP_CLASSES, {**_import(ctx, import_id), "pairs": pairs})


def leave_out_classes(ctx: Context, import_id: int, classes: list[int], reason: Message) -> list[int]:
    """Turn rows whose class no longer exists into problems; return their numbers."""
    return _row_numbers(ctx, _LEAVE_OUT_CLASSES, import_id, classes=classes, problem=_problem(reason))


def insert_created(ctx: Context, import_id: int) -> int:
    """Create the accounts of the staged rows, except those that conflict with an account created meanwhile."""
    return _count(ctx, _INSERT, import_id)


def leave_out_creates(ctx: Context, import_id: int, reason: Message) -> list[int]:
    """Turn rows that did not become accounts into problems; return their numbers."""
    return _row_numbers(ctx, _LEAVE_OUT_CREATES, import_id, problem=_problem(reason))


def write_changes(ctx: Context, import_id: int) -> list[int]:
    """Change the accounts that are still as the preview showed them; return the numbers of the rows."""
    return _row_numbers(ctx, _CHANGE, import_id)


def leave_out_changes(ctx: Context, import_id: int, done: list[int], reason: Message) -> list[int]:
    """Turn rows that were not written into problems; return their numbers."""
    return _row_numbers(ctx, _LEAVE_OUT_CHANGES, import_id, done=done, problem=_problem(reason))


def restore_changes(ctx: Context, import_id: int) -> int:
    """Restore the old values where the import's are still in place, and note why the other accounts are kept."""
    done = _row_numbers(ctx, _RESTORE, import_id)
    _count(ctx, _KEEP_CHANGES, import_id, done=done)
    return len(done)


def _import(ctx: Context, import_id: int) -> dict[str, int]:
    return {"school": ctx.school.id, "import": import_id}


def _problem(reason: Message) -> list[dict[str, Any]]:
    return [{"label": "", "message": reason.as_json(), "shown": ""}]


def _row_numbers(ctx: Context, statement: Any, import_id: int, **values: Any) -> list[int]:
    return list(ctx.session.scalars(statement, {**_import(ctx, import_id), **values}))


def _count(ctx: Context, statement: Any, import_id: int, **values: Any) -> int:
    return int(ctx.session.execute(statement, {**_import(ctx, import_id), **values}).rowcount)  # type: ignore[attr-defined]
