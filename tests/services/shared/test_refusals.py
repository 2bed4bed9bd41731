"""Violated constraints become the use case's own refusals, by the constraint's name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import SchoolClass
from app.services.people.fields import refused_when_taken
from app.services.shared.refusals import unique
from deploy.local import database
from tenants.registry import SchoolInfo

SERVICES = Path(__file__).parents[3] / "app" / "services"
NUMBER, NAME = "uq_classes_school_id_number", "uq_classes_school_id_entry_year_name"


@pytest.fixture
def ctx(make_ctx: Callable[..., Context], school: SchoolInfo) -> Context:
    """A transaction in which the class 1 一班 was just written."""
    ctx = make_ctx(school)
    ctx.session.add(SchoolClass(number="1", name="一班", entry_year=2026))
    ctx.session.flush()
    return ctx


@pytest.mark.parametrize(
    ("number", "name", "refusal"),
    [("1", "二班", Conflict(msg("编号"))), ("2", "一班", Invalid("name", msg("名称")))],
)
def test_a_constraint_has_its_own_refusal(
    ctx: Context, number: str, name: str, refusal: Conflict | Invalid
) -> None:
    refusals = {NUMBER: Conflict(msg("编号")), NAME: Invalid("name", msg("名称"))}
    with pytest.raises(type(refusal), match=str(refusal.message)), unique(ctx, refusals):
        ctx.session.add(SchoolClass(number=number, name=name, entry_year=2026))
    # The transaction goes on with what was written before.
    assert list(ctx.session.scalars(select(SchoolClass.name))) == ["一班"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "2", "name": "一班", "entry_year": 2026},
        {"number": "2", "name": "二班", "entry_year": 2026, "head_teacher_id": 2**40},
        {"number": "2", "entry_year": 2026},
    ],
    ids=["another unique constraint", "a foreign key", "not null"],
)
def test_other_errors_stay_errors(ctx: Context, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), unique(ctx, {NUMBER: Conflict(msg("编号"))}):
        ctx.session.add(SchoolClass(**wrong))


def test_every_name_is_one_of_the_database(pg_admin_url: str) -> None:
    named = set(refused_when_taken(("student_no", "login_name", "email", "mobile", "id_number")))
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                named.update(key for key in keys if str(key).startswith("uq_"))
    with database.connect(pg_admin_url) as connection:
        query = "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE indisunique"
        unique_ones = {row[0] for row in connection.execute(query)}
    assert len(named) >= 12
    assert named <= unique_ones


def test_nobody_else_reads_the_databases_refusals() -> None:
    reading = [path.name for path in SERVICES.rglob("*.py") if "UniqueViolation" in path.read_text("utf-8")]
    assert reading == ["refusals.py"]
