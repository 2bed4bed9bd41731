"""The rows of one student roster, from checked to staged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from app.errors import msg
from app.rules.imports.students import LABELS, CheckedStudent, find_duplicates
from app.rules.shared.masking import mask_email, mask_id_number, mask_mobile
from app.rules.shared.problems import Problem
from app.services.imports.shared.accounts import Accounts, Values, owned_by
from app.services.imports.shared.row_plan import Indexes, RowPlan, plan_known, plan_new
from app.services.imports.shared.staging import staged_row, storable
from app.services.imports.shared.summary import (
    Counts,
    Scope,
    Summary,
    blank_remarks,
    group_problems,
    spelling_remarks,
)
from app.services.imports.students.classes import ClassBook, KnownClass, WantedClass
from app.sheets.rosters.read import RosterSheet
from app.vault import Vault

_NO_UNIT_CODE = msg("没有以本校单位代码 %(code)s 开头").text


class Roster:
    """Holds the rows of a file, in the file's order, while they are compared with the database and staged.

    Args:
        vault: seals the values.
        school_id: the school.
        sheet: the file.
        checked: its rows, checked one by one.
    """

    def __init__(
        self, vault: Vault, school_id: int, sheet: RosterSheet, checked: Sequence[CheckedStudent]
    ) -> None:
        self._vault = vault
        self._school_id = school_id
        self._sheet = sheet
        self._checked = checked
        self._problems: dict[int, list[Problem]] = defaultdict(list)
        self._indexes = [Indexes.of(vault, school_id, row.values) for row in checked]
        self._accounts = Accounts()
        self._classes: dict[int, KnownClass | WantedClass] = {}
        self._ids: dict[int, int] = {}
        self._book = ClassBook(())
        for row in checked:
            self._add(row.problems)
        self._add(find_duplicates(checked, labels=sheet.labels, row_name=sheet.row_namer))

    def wanted_accounts(self) -> dict[str, Collection[Any]]:
        """Return the values by which accounts are looked up: the arguments of ``find_accounts``."""
        values = [row.values for row in self._checked]
        return {
            "numbers": {item.student_no for item in values if item.student_no},
            "emails": {item.email for item in values if item.email},
            "mobile_indexes": {item.mobile for item in self._indexes if item.mobile},
            "id_number_indexes": {item.id_number for item in self._indexes if item.id_number},
        }

    def meet_accounts(self, accounts: Accounts) -> None:
        """Refuse rows whose values belong to accounts with another 学号."""
        self._accounts = accounts
        for row, indexes in zip(self._checked, self._indexes, strict=True):
            known = accounts.by_number.get(row.values.student_no)
            if known is not None and known["kind"] != "student":
                message = msg("这个学号已被一个非学生账号使用")
                self._add([Problem(row.row_no, self._label("student_no"), message, row.values.student_no)])
                continue
            for field, column, value, shown in (
                ("email", "email", row.values.email, mask_email(row.values.email or "")),
                ("mobile", "mobile_index", indexes.mobile, mask_mobile(row.values.mobile or "")),
                (
                    "id_number",
                    "id_number_index",
                    indexes.id_number,
                    mask_id_number(row.values.id_number or ""),
                ),
            ):
                owner = accounts.owners[column].get(value) if value is not None else None
                if owner is not None and (known is None or owner["id"] != known["id"]):
                    self._add([Problem(row.row_no, self._label(field), owned_by(owner), shown)])

    def place_in_classes(self, book: ClassBook) -> None:
        """Find the class of every valid row; the account fills in what an empty cell leaves open."""
        self._book = book
        for number, row in enumerate(self._checked):
            if row.row_no in self._problems:
                continue
            known = self._known(row)
            year = row.values.entry_year or (known["entry_year"] if known else None)
            major = row.values.major or (known["major"] if known else None)
            current = known["class_id"] if known else None
            self._classes[number] = book.find(row.values.class_name, year, major, current)

    def count_new(self) -> int:
        """Return how many accounts are to be created."""
        return sum(self._known(self._checked[number]) is None for number in self._classes)

    def take_ids(self, ids: Iterable[int]) -> None:
        """Assign the reserved ids to the accounts to be created."""
        new = (number for number in self._classes if self._known(self._checked[number]) is None)
        self._ids = dict(zip(new, ids, strict=True))

    def stage(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return the rows of a part of the file as they are stored, ``raw`` sealed and in base64."""
        return [self._staged(number) for number in range(start, min(stop, len(self._checked)))]

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """Return the summary of the whole file."""
        problems = [problem for row_no in sorted(self._problems) for problem in self._problems[row_no]]
        return Summary(
            header=tuple(storable(text) for text in self._sheet.header),
            counts=Counts(**counts),
            problems=group_problems(problems),
            classes=self._book.planned(),
            scope=self._scope(),
            remarks=(*spelling_remarks(self._book.spellings), *blank_remarks(self._checked)),
            missing_unit_code=sum(problem.message.text == _NO_UNIT_CODE for problem in problems),
        )

    def _scope(self) -> Scope:
        """Return the classes and entry years that the file covers."""
        named = [
            school_class for school_class in self._classes.values() if isinstance(school_class, KnownClass)
        ]
        years = {row.values.entry_year for row in self._checked} | {
            school_class.entry_year for school_class in named
        }
        return Scope(
            tuple(sorted({school_class.id for school_class in named})),
            tuple(sorted(year for year in years if year)),
        )

    def _staged(self, number: int) -> dict[str, Any]:
        row = self._checked[number]
        problems = self._problems.get(row.row_no)
        known = self._known(row)
        # Rows with problems count, too: their students are not absent from the file.
        user_id: int | None = known["id"] if known else None
        plan: RowPlan | None = None
        if not problems:
            user_id, plan = self._plan(number, row)
        return staged_row(
            self._vault,
            self._school_id,
            row_no=row.row_no,
            title=f"{row.values.student_no} {row.values.real_name}",
            raw=self._sheet.rows[number].raw,
            user_id=user_id,
            known=known,
            plan=plan,
            problems=problems or (),
        )

    def _plan(self, number: int, row: CheckedStudent) -> tuple[int, RowPlan]:
        known, class_id, indexes = self._known(row), self._classes[number].id, self._indexes[number]
        place = self._vault, self._school_id
        if known is None:
            user_id = self._ids[number]
            return user_id, plan_new(*place, user_id, row.values, indexes, class_id)
        cells = self._sheet.rows[number].cells
        return known["id"], plan_known(*place, known, row.values, indexes, class_id, cells)

    def _known(self, row: CheckedStudent) -> Values | None:
        return self._accounts.by_number.get(row.values.student_no)

    def _label(self, field: str) -> str:
        return self._sheet.labels.get(field, LABELS[field])

    def _add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._problems[problem.row_no].append(problem)
