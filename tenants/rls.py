"""The fourth wall between schools: row-level security, as statements for migrations and tests.

Policies only compare columns, since a distributed PostgreSQL refuses policies with subqueries.
On a reused pooled connection the setting is ``''`` and not NULL, hence ``nullif``.
"""

from __future__ import annotations

from dataclasses import dataclass

CURRENT_SCHOOL = "nullif(current_setting('app.school_id', true), '')::bigint"
APP_ROLE = "spoc_app"


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of a table: who may read and who may write its rows.

    Args:
        table: the table's name.
        read: the SQL condition for SELECT.
        write: the SQL condition for INSERT, UPDATE and DELETE.
        verbs: the verbs that are granted to the application role.
    """

    table: str
    read: str = f"school_id = {CURRENT_SCHOOL}"
    write: str = f"school_id = {CURRENT_SCHOOL}"
    verbs: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")

    def statements(self) -> list[str]:
        """Return the DDL that creates the policy and grants the verbs to the application role."""
        table, verbs = self.table, ", ".join(self.verbs)
        found = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"GRANT {verbs} ON {table} TO {APP_ROLE}",
            f"CREATE POLICY {table}_select ON {table} FOR SELECT USING ({self.read})",
        ]
        if "INSERT" in self.verbs:
            found.append(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({self.write})")
        if "UPDATE" in self.verbs:
            found.append(
                f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({self.write}) WITH CHECK ({self.write})"
            )
        if "DELETE" in self.verbs:
            found.append(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({self.write})")
        return found
