"""A census of the database at head: every table is scoped and has policies, or is on a short list with its reason."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text

from config import with_driver
from tenants.guard import scoped_table_names
from tests.support.world import scoped_models

#: Tables without a school, and why.
UNSCOPED = {
    "alembic_version": "the migration's number",
    "schools": "the public registry that scopes all others; only its alliance writes it",
    "mail_outbox": "ids of mails that wait for a worker, for the same reason",
    "daily_runs": "on which day a school's daily tasks ran, so that the sweeper need not visit every school",
    "course_version_outbox": "ids of versions of which schools are yet to be told, for the same reason",
    "audit_outbox": "ids of audit rows that wait to be chained, for the same reason",
    "import_outbox": "ids of imports that wait for a worker, so that the sweeper need not visit every school",
}


@pytest.fixture(scope="module")
def catalogue(pg_admin_url: str) -> Iterator[Connection]:
    """PostgreSQL's own tables, as superuser."""
    engine = create_engine(with_driver(pg_admin_url))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _column(catalogue: Connection, statement: str) -> set[str]:
    return set(catalogue.execute(text(statement)).scalars())


def test_every_table_is_scoped_or_on_the_list(catalogue: Connection) -> None:
    tables = _column(catalogue, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert tables - scoped_table_names() == set(UNSCOPED) & tables
    assert {m.__tablename__ for m in scoped_models()} == scoped_table_names()


def test_every_scoped_table_enables_and_forces_row_level_security(catalogue: Connection) -> None:
    walled = _column(
        catalogue,
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'",
    )
    assert scoped_table_names() | {"schools"} <= walled


def test_policies_compare_columns_and_hold_no_subquery(catalogue: Connection) -> None:
    rules = catalogue.execute(
        text("SELECT coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies")
    ).scalars()
    assert all("SELECT" not in rule.upper() for rule in rules)


def test_primary_keys_and_unique_constraints_begin_with_the_school() -> None:
    for model in scoped_models():
        table = model.__table__
        assert next(column.name for column in table.primary_key.columns) == "school_id", table.name
        for constraint in table.constraints:
            if type(constraint).__name__ == "UniqueConstraint":
                assert next(iter(constraint.columns)).name == "school_id", constraint.name
        for index in table.indexes:
            assert next(iter(index.columns)).name == "school_id", index.name


def test_the_application_owns_nothing_and_cannot_pass_the_walls(catalogue: Connection) -> None:
    role = catalogue.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'spoc_app'"
        )
    ).one()
    assert not any(role)
    assert not _column(catalogue, "SELECT tablename FROM pg_tables WHERE tableowner = 'spoc_app'")


@pytest.mark.parametrize("table", ["audit_log", "audit_links"])
def test_the_audit_log_and_its_chain_can_only_grow(catalogue: Connection, table: str) -> None:
    verbs = _column(
        catalogue,
        "SELECT privilege_type FROM information_schema.role_table_grants"
        f" WHERE grantee = 'spoc_app' AND table_name = '{table}'",
    )
    assert verbs == {"SELECT", "INSERT"}


def test_no_view_and_no_function_runs_with_its_owners_rights(catalogue: Connection) -> None:
    assert not _column(catalogue, "SELECT viewname FROM pg_views WHERE schemaname = 'public'")
    assert not _column(
        catalogue,
        "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE prosecdef AND n.nspname = 'public'",
    )
