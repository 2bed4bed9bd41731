"""Imports keep the rows that they leave out; remembered mappings under the values of a person are deleted.

A mapping was remembered under the row that was taken for the header. Where a file has none, that row was a person,
whose values stood in the table unsealed; such a mapping helps nobody, since no other file begins with this person.

A downgrade deletes the rows that are left out: the previous version shows no such rows.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "roster_import_rows"
_ACTIONS = "'create', 'change', 'unchanged', 'problem'"

#: Cells that headers do not have: six digits in a row (blanks and hyphens between them do not count), a mail address, a
#: date, or nothing but a gender. ``app.services.imports.pages.samples`` decides the same for new mappings.
_FORGET = r"""
    DELETE FROM column_mappings m WHERE EXISTS (
        SELECT FROM jsonb_array_elements_text(m.header) AS cell
        WHERE cell ~ '[0-9]([ -]?[0-9]){5}' OR cell ~ '[^@[:space:]]@[^@[:space:]]'
            OR cell ~ '(19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}'
            OR btrim(cell) IN ('男', '女', '男性', '女性')
    )
"""


def upgrade() -> None:
    op.drop_constraint(op.f("ck_roster_import_rows_action"), _TABLE, type_="check")
    op.create_check_constraint(
        op.f("ck_roster_import_rows_action"), _TABLE, f"action IN ({_ACTIONS}, 'left_out')"
    )
    # The owner of the table deletes regardless of the policies.
    op.execute("ALTER TABLE column_mappings NO FORCE ROW LEVEL SECURITY")
    op.execute(_FORGET)
    op.execute("ALTER TABLE column_mappings FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute(f"ALTER TABLE {_TABLE} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"DELETE FROM {_TABLE} WHERE action = 'left_out'")
    op.execute(f"ALTER TABLE {_TABLE} FORCE ROW LEVEL SECURITY")
    op.drop_constraint(op.f("ck_roster_import_rows_action"), _TABLE, type_="check")
    op.create_check_constraint(op.f("ck_roster_import_rows_action"), _TABLE, f"action IN ({_ACTIONS})")
