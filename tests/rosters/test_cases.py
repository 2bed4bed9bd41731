"""Case files through the whole way: gate, child process, database; what is stored, asked and said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.models import RosterImport, SchoolClass, User
from app.services.imports.pages.asked import asked_of
from app.services.imports.pages.choosing import choose, confirm_columns
from app.services.imports.pages.read import problems_of
from app.services.imports.pages.undo import undo_import
from app.services.imports.run.check import run_check
from app.services.imports.shared.summary import Summary
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.rosters.expectations import CASES, Case
from tests.support.rosters import Importer

FILES = Path(__file__).parent / "cases"


def named(case: Case) -> str:
    return f"{case.file}{'-answered' if case.choices or case.columns else ''}"


def answered(importer: Importer, import_id: int, case: Case) -> None:
    """Answer the questions, or change the choices, as the administrator of the case does."""
    if case.choices is not None:
        with importer.units() as ctx:
            choose(ctx, import_id=import_id, choices=case.choices)
        run_check(importer.units, import_id=import_id)
    if case.columns is not None:
        with importer.units() as ctx:
            confirm_columns(ctx, import_id=import_id, fields=case.columns)
        run_check(importer.units, import_id=import_id)


def people(school: SchoolInfo, kind: str) -> Iterator[tuple[User, str]]:
    """Yield the accounts of a school with the names of their classes."""
    with school_scope(school.id) as session:
        statement = select(User, SchoolClass.name).outerjoin(User.school_class)
        for user, class_name in session.execute(statement.where(User.kind == kind.removesuffix("s"))):
            yield user, class_name or ""


def sentences(summary: Summary) -> list[str]:
    """All sentences of a preview about the file and its rows."""
    groups = (*summary.problems, *summary.warnings, *summary.remarks)
    return [str(group.message) for group in groups]


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_file_is_read_as_a_careful_administrator_expects(
    sample_school: SchoolInfo, importer_for: Callable[[SchoolInfo], Importer], case: Case
) -> None:
    school, importer = sample_school, importer_for(sample_school)
    before = {user.id for user, _ in people(school, case.kind)}
    import_id = importer.start((FILES / case.file).read_bytes(), case.file, kind=case.kind)
    run_check(importer.units, import_id=import_id)
    if case.asked:
        with importer.units() as ctx:
            questions = asked_of(ctx, import_id=import_id).questions
        assert (importer.read(import_id).state, questions) == ("mapping", case.asked)
    answered(importer, import_id, case)
    if case.add_unit_code:
        importer.check_again(import_id, add_unit_code=True)
    found: RosterImport = importer.read(import_id)
    assert found.state == "checked", found.refusal
    summary = importer.summary(import_id)
    counts = summary.counts
    assert (counts.create, counts.problem) == (case.create, case.problem), sentences(summary)
    assert len(importer.rows(import_id)) == counts.people + counts.left_out == counts.rows
    if case.left_out:
        assert dict(summary.left_out) == dict(case.left_out)
    of_rows = [str(problem.message) for row in importer.rows(import_id) for problem in problems_of(row)]
    text = "\n".join([*sentences(summary), *of_rows])
    assert [word for word in (*case.remarks, *case.problems) if word not in text] == []
    if counts.good:
        importer.confirm(import_id)
    created = [(user, name) for user, name in people(school, case.kind) if user.id not in before]
    assert len(created) == case.create
    if case.kind == "students":
        stored = {(user.student_no, user.real_name, name) for user, name in created}
    else:
        stored = {(user.real_name,) for user, _ in created}
    assert set(case.stored) <= stored
    assert [
        (field, getattr(user, field)) for user, _ in created for field in case.empty if getattr(user, field)
    ] == []
    if counts.good:
        # Other cases bring the same people.
        with importer.units() as ctx:
            undo_import(ctx, import_id=import_id)
