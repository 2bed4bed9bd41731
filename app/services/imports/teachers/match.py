"""Matching of rows to accounts: by sure identifiers, never by the name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import msg
from app.rules.imports.teachers import LABELS, CheckedTeacher
from app.rules.shared.masking import mask_email, mask_id_number, mask_mobile, shorten
from app.rules.shared.problems import Problem
from app.services.imports.shared.accounts import Values, owned_by
from app.services.imports.shared.questions import NEW, Namesake, Question
from app.services.imports.teachers.accounts import KEYS, TeacherAccounts

_MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": mask_id_number,
    "mobile": mask_mobile,
    "email": mask_email,
}
_ASKED = msg("本校已有同名教师，请在预览中确认是同一人还是另一人")
_ASKED_IN_FILE = msg("与第 %(row)s 行同名，请在预览中确认是另一人")


@dataclass(slots=True)
class Matches:
    """The matches of the rows of a file.

    Args:
        known: by place in the file, the account of a row; a row that is neither here nor in the problems
            is a new person.
        problems: what keeps rows out, including questions that wait for their answer.
        questions: those questions.
    """

    known: dict[int, Values] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class Matcher:
    """Matches the valid rows of a file to the school's accounts.

    Args:
        rows: all rows of the file.
        keys: for each row, the stored form of the values that identify accounts.
        accounts: those that hold any of these values.
        answers: the administrator's answers about namesakes, by row number.
        labels: headers as the person wrote them.
        name_of: shows an account so that it can be told from its namesakes.
    """

    def __init__(
        self,
        rows: Sequence[CheckedTeacher],
        keys: Sequence[Mapping[str, Any]],
        accounts: TeacherAccounts,
        answers: Mapping[int, int],
        labels: Mapping[str, str],
        name_of: Callable[[Values], str],
    ) -> None:
        self._rows = rows
        self._keys = keys
        self._accounts = accounts
        self._answers = answers
        self._labels = {**LABELS, **labels}
        self._name_of = name_of
        self._found = Matches()
        self._new: dict[str, list[int]] = defaultdict(list)

    def match(self, places: Sequence[int]) -> Matches:
        """Return the accounts of these rows.

        Args:
            places: places of the valid rows in the file, from 0.
        """
        for place in places:
            hits = {key: owner for key in KEYS if (owner := self._owner(place, key)) is not None}
            if hits:
                self._meet(place, hits)
            else:
                self._ask(place)
        self._refuse_pairs()
        return self._found

    def _owner(self, place: int, key: str) -> Values | None:
        value = self._keys[place][key]
        return self._accounts.owners[key].get(value) if value else None

    def _meet(self, place: int, hits: Mapping[str, Values]) -> None:
        """Match a row some of whose values an account holds: the first of ``KEYS`` decides, the others must agree."""
        first = next(iter(hits))
        account = hits[first]
        problems = [
            self._problem(place, key, owned_by(owner))
            for key, owner in hits.items()
            if owner["id"] != account["id"]
        ]
        if account["kind"] != "teacher":
            problems.append(self._problem(place, first, owned_by(account)))
        problems += self._contradictions(place, account, sure=first in ("login_name", "id_number"))
        self._settle(place, account, problems)

    def _contradictions(self, place: int, account: Values, *, sure: bool) -> Iterator[Problem]:
        """Return contradictions between row and account; phones and mail addresses change hands."""
        keys = self._keys[place]
        if keys["login_name"] and keys["login_name"] != account["login_name"]:
            reason = msg("与%(name)s的账号的登录名不一致，请核对", name=account["real_name"])
            yield self._problem(place, "login_name", reason)
        present = account["id_number_index"]
        if not sure and present and keys["id_number"] and keys["id_number"] != present:
            reason = msg("与%(name)s的账号的身份证号不一致，请核对是否同一人", name=account["real_name"])
            yield self._problem(place, "id_number", reason)

    def _ask(self, place: int) -> None:
        """Handle a row of which only the name may be known."""
        row = self._rows[place]
        name, answer = row.values.real_name, self._answers.get(row.row_no)
        namesakes = self._accounts.namesakes.get(name, ())
        if namesakes and answer != NEW:
            chosen = next((namesake for namesake in namesakes if namesake["id"] == answer), None)
            if chosen is not None:
                self._settle(place, chosen, list(self._contradictions(place, chosen, sure=False)))
                return
            self._question(place, Problem(row.row_no, self._labels["real_name"], _ASKED, name), namesakes)
            return
        twin = next((other for other in self._new[name] if not self._differ(place, other)), None)
        self._new[name].append(place)
        if twin is not None and answer != NEW:
            reason = msg(_ASKED_IN_FILE.text, row=self._rows[twin].row_no)
            self._question(place, Problem(row.row_no, self._labels["real_name"], reason, name), ())

    def _differ(self, one: int, other: int) -> bool:
        """Return whether two rows of one name show by their values that they are two people."""
        return any(self._keys[one][key] and self._keys[other][key] for key in KEYS)

    def _question(self, place: int, problem: Problem, namesakes: Sequence[Values]) -> None:
        values = self._rows[place].values
        shown = " · ".join(
            mask(text)
            for text, mask in (
                (values.mobile, mask_mobile),
                (values.id_number, mask_id_number),
                (values.email, mask_email),
                (values.bio, shorten),
            )
            if text
        )
        choices = tuple(Namesake(namesake["id"], self._name_of(namesake)) for namesake in namesakes)
        self._found.problems.append(problem)
        self._found.questions.append(Question(problem.row_no, values.real_name, shown, choices))

    def _settle(self, place: int, account: Values, problems: list[Problem]) -> None:
        self._found.problems += problems
        if account["kind"] == "teacher":
            # Rows with problems count, too: their people are not absent from the file.
            self._found.known[place] = account

    def _refuse_pairs(self) -> None:
        """Refuse rows that mean the same account: none of them is known to be right."""
        places: dict[int, list[int]] = defaultdict(list)
        for place, account in self._found.known.items():
            places[account["id"]].append(place)
        for together in places.values():
            for place in together if len(together) > 1 else ():
                other_rows = tuple(self._rows[other].row_no for other in together if other != place)
                reason = msg("与第 %(rows)s 行是同一个账号", rows=other_rows)
                self._found.problems.append(
                    Problem(self._rows[place].row_no, "", reason, self._rows[place].values.real_name)
                )

    def _problem(self, place: int, key: str, reason: Any) -> Problem:
        row = self._rows[place]
        shown = _MASKS.get(key, shorten)(getattr(row.values, key) or "")
        return Problem(row.row_no, self._labels[key], reason, shown)
