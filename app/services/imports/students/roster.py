"""The rows of a student roster, from checking to staging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.models import SchoolClass
from app.rules.imports.students import CheckedStudent, check_student
from app.services.imports.shared import sql
from app.services.imports.shared.accounts import find_accounts
from app.services.imports.shared.source import Source
from app.services.imports.shared.summary import Summary
from app.services.imports.students.classes import ClassBook, KnownClass
from app.services.imports.students.rows import Roster


class StudentRows:
    """The rows of a student roster, checked by the rules of manual 4.2."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._checked: list[CheckedStudent] = []
        self._roster: Roster | None = None

    def check(self) -> Iterator[None]:
        """Check row by row."""
        source = self._source
        codes = source.choices.codes
        for row in source.sheet.rows:
            student = check_student(
                row,
                unit_code=source.school.unit_code,
                today=source.today,
                add_unit_code=bool(source.options.get("add_unit_code")),
                labels=source.sheet.labels,
                codes=codes,
            )
            self._checked.append(student)
            yield

    def match_existing(self, ctx: Context, import_id: int) -> None:  # noqa: ARG002
        """Compare the rows with the existing accounts and classes, and reserve ids for those to be created."""
        roster = Roster(self._source.vault, self._source.school.id, self._source.sheet, self._checked)
        roster.meet_accounts(find_accounts(ctx, **roster.wanted_accounts()))
        statement = select(SchoolClass.id, SchoolClass.number, SchoolClass.name, SchoolClass.entry_year)
        book = ClassBook(KnownClass(*row) for row in ctx.session.execute(statement))
        roster.place_in_classes(book)
        ids = sql.reserve_ids(ctx, "classes_id_seq", len(book.wanted))
        for wanted, number in zip(book.wanted, ids, strict=True):
            wanted.id = number
        roster.take_ids(sql.reserve_ids(ctx, "users_id_seq", roster.count_new()))
        self._roster = roster

    def stage(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return the rows of a part of the file as they are stored."""
        assert self._roster is not None
        return self._roster.stage(start, stop)

    def photos(self, staged: Sequence[Mapping[str, Any]]) -> Mapping[int, bytes]:  # noqa: ARG002
        """Return nothing: a student roster brings no pictures."""
        return {}

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """Return the summary of the whole file."""
        assert self._roster is not None
        return self._roster.summary(counts)
