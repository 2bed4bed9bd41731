"""The rows of a teacher roster, from checking to staging."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.context import Context
from app.rules.imports.teachers import LABELS, CheckedTeacher, check_teacher, find_duplicates
from app.rules.shared.masking import mask_email, mask_mobile
from app.rules.shared.problems import Problem
from app.services.imports.shared import sql
from app.services.imports.shared.accounts import Values
from app.services.imports.shared.questions import MOST_SHOWN, answers_of
from app.services.imports.shared.row_plan import Indexes, RowPlan
from app.services.imports.shared.source import Source
from app.services.imports.shared.staging import staged_row, storable
from app.services.imports.shared.summary import Counts, Summary, blank_remarks, group_problems
from app.services.imports.teachers.accounts import find_teacher_accounts, key_values
from app.services.imports.teachers.match import Matcher, Matches
from app.services.imports.teachers.pictures import RowPicture, RowPictures, SheetPictures
from app.services.imports.teachers.plan import login_for, plan_known_teacher, plan_new_teacher
from app.services.shared.encrypted_fields import MOBILE, unseal


class TeacherRows:
    """The rows of a teacher roster, checked by the rules of manual 5.2.

    Raises:
        SheetRefused: the .zip of pictures cannot be read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._archive = RowPictures(source.pictures, SheetPictures(source.content, source.sheet.pictures))
        self._checked: list[CheckedTeacher] = []
        self._indexes: list[Indexes] = []
        self._pictures: dict[int, RowPicture] = {}
        self._problems: dict[int, list[Problem]] = defaultdict(list)
        self._matches = Matches()
        self._ids: dict[int, int] = {}
        self._logins: dict[int, str | None] = {}

    def check(self) -> Iterator[None]:
        """Check row by row, and re-encode the pictures of valid rows."""
        source = self._source
        for row in source.sheet.rows:
            teacher = check_teacher(row, today=source.today, labels=source.sheet.labels)
            self._checked.append(teacher)
            self._indexes.append(Indexes.of(source.vault, source.school.id, teacher.values))
            if not teacher.problems:
                self._pictures[row.row_no] = self._archive.of_row(row.row_no, teacher.values.picture)
            self._add(teacher.problems)
            yield
        self._add(find_duplicates(self._checked, labels=source.sheet.labels, row_name=source.sheet.row_namer))

    def match_existing(self, ctx: Context, import_id: int) -> None:
        """Match the rows to accounts; reserve ids and login names for new people."""
        keys = [key_values(row, index) for row, index in zip(self._checked, self._indexes, strict=True)]
        accounts = find_teacher_accounts(ctx, import_id, self._checked, keys)
        answers, labels = answers_of(self._source.options), self._source.sheet.labels
        matcher = Matcher(self._checked, keys, accounts, answers, labels, self._name_of)
        self._matches = matcher.match(self._good())
        self._add(self._matches.problems)
        new = [place for place in self._good() if place not in self._matches.known]
        self._ids = dict(zip(new, sql.reserve_ids(ctx, "users_id_seq", len(new)), strict=True))
        logins = {*accounts.logins, *(row.values.login_name or "" for row in self._checked)}
        for place in new:
            login = self._logins[place] = login_for(self._checked[place].values, logins)
            logins.add(login or "")

    def stage(self, start: int, stop: int) -> list[dict[str, Any]]:
        """Return the rows of a part of the file as they are stored."""
        return [self._staged(place) for place in range(start, min(stop, len(self._checked)))]

    def photos(self, staged: Sequence[Mapping[str, Any]]) -> Mapping[int, bytes]:
        """Return the pictures of staged rows by row number."""
        numbers = (row["row_no"] for row in staged if row["new"].get("photo_sha"))
        images = ((row_no, self._pictures[row_no].image) for row_no in numbers)
        return {row_no: image.content for row_no, image in images if image is not None}

    def summary(self, counts: Mapping[str, int]) -> Summary:
        """Return the summary of the whole file."""
        problems = [problem for row_no in sorted(self._problems) for problem in self._problems[row_no]]
        warnings = [warning for place in self._good() for warning in self._warnings(place)]
        return Summary(
            header=tuple(storable(text) for text in self._source.sheet.header),
            counts=Counts(**counts),
            problems=group_problems(problems),
            warnings=group_problems(warnings),
            remarks=blank_remarks(self._checked),
            questions=tuple(self._matches.questions[:MOST_SHOWN]),
            asked=len(self._matches.questions),
        )

    def _staged(self, place: int) -> dict[str, Any]:
        row, known = self._checked[place], self._matches.known.get(place)
        problems = self._problems.get(row.row_no)
        plan: RowPlan | None = None
        if not problems:
            plan = self._plan(place, known)
        login = known["login_name"] if known else self._logins.get(place) or row.values.login_name
        return staged_row(
            self._source.vault,
            self._source.school.id,
            row_no=row.row_no,
            title=f"{row.values.real_name} {login or ''}",
            raw=self._source.sheet.rows[place].raw,
            user_id=known["id"] if known else self._ids.get(place),
            known=known,
            plan=plan,
            problems=problems or self._warnings(place),
        )

    def _plan(self, place: int, known: Values | None) -> RowPlan:
        row, indexes = self._checked[place], self._indexes[place]
        here = self._source.vault, self._source.school.id
        image = self._pictures[row.row_no].image
        sha = image.sha if image else None
        if known is not None:
            return plan_known_teacher(*here, known, row.values, indexes, photo_sha=sha)
        user_id, login = self._ids[place], self._logins[place]
        return plan_new_teacher(*here, user_id, row.values, indexes, login_name=login, photo_sha=sha)

    def _good(self) -> list[int]:
        return [place for place, row in enumerate(self._checked) if row.row_no not in self._problems]

    def _warnings(self, place: int) -> list[Problem]:
        """Return the warnings about a row that goes in nevertheless: its picture is missing."""
        row = self._checked[place]
        warning = self._pictures[row.row_no].warning if row.row_no in self._pictures else None
        if warning is None:
            return []
        label = self._source.sheet.labels.get("picture", LABELS["picture"])
        return [Problem(row.row_no, label, warning, row.values.picture or "")]

    def _name_of(self, account: Values) -> str:
        """Return an account's name so that it can be told from its namesakes, personal values masked."""
        source, sealed = self._source, account["mobile_sealed"]
        mobile = unseal(source.vault, source.school.id, MOBILE, account["id"], sealed)
        texts = (
            account["login_name"],
            mask_mobile(mobile) if mobile else None,
            mask_email(account["email"]) if account["email"] else None,
        )
        return " · ".join(text for text in texts if text)

    def _add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self._problems[problem.row_no].append(problem)
