"""A walk over the routes of an application: as every kind of person, with existing rows and valid tokens."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import product
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from pypdf import PdfReader
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from admin.classes.merge_classes import LAST_MOVE
from tenants.registry import SchoolInfo, forget_schools
from tests.support.app import IsolatedClient
from tests.support.grounds import WORDS, AllGrounds, Grounds
from tests.support.walls import Rows

#: What a form must say beside its rows before it does anything.
ACTS: Mapping[str, Mapping[str, str]] = {
    "people.bulk": {"action": "disable"},
    "people.role": {"role": "teacher"},
    "people.reveal": {"field": "mobile", "reason": "核对"},
    "requests.decide": {"action": "approve"},
    "requests.reject": {"answer": "核对"},
    "offerings.waiting_list": {"action": "admit"},
    "offerings.remove_students": {"reason": "核对"},
    "classes.move_all": {"students": "1"},
    "graduates.delete": {"students": "1"},
}
#: What nobody may set, sent along with rows of another school.
FORGED = {"id": "1", "kind": "secretary", "status": "online", "name": "改名", "password_hash": "x"}
_SECRET = "f" * 40


@dataclass(frozen=True)
class Person:
    """Somebody who asks: on which host, with what in the session."""

    role: str
    school: SchoolInfo
    session: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A request: a rule with its arguments filled in."""

    rule: Rule
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.endpoint}"


def text_of(answer: TestResponse) -> str:
    """All that can be read in an answer: headers, page, or the text of a workbook, an archive or a PDF."""
    head, body = str(answer.headers), answer.get_data()
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return head + "".join(book.read(name).decode(errors="replace") for name in book.namelist())
    if body[:4] == b"%PDF":
        return head + "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return head + body.decode(errors="replace")


def leads_to_login(answer: TestResponse) -> bool:
    """Whether the person is asked to log in first."""
    return answer.status_code == 303 and answer.headers["Location"].partition("?")[0] == "/login"


class Walk:
    """Asks for routes.

    Args:
        app: on the database of ``grounds``.
        chosen: which rules; all but files when not given.

    ``ran`` holds the endpoints whose view ran in the last request: the token was good, and the origin.
    """

    def __init__(
        self, app: Flask, grounds: AllGrounds, chosen: Callable[[Rule], bool] = lambda _: True
    ) -> None:
        self._app, self._grounds, self.ran = app, grounds, set[str]()
        self._behind = grounds.neighbours.behind
        self._schools = [one.school.id for one in (grounds.mine, grounds.theirs, grounds.apex)]
        forget_schools()
        self._signer = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")
        self._urls = app.url_map.bind("localhost")
        rules = (rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static"))
        self.rules = sorted(filter(chosen, rules), key=lambda rule: rule.rule)
        for endpoint, view in app.view_functions.items():
            app.view_functions[endpoint] = self._noting(endpoint, view)
        mine, apex = grounds.mine, grounds.apex
        # A move of a class can be taken back by the session that made it.
        move = {"source_id": int(str(mine.form["target"])), "target_id": mine.values["class_id"]}
        move |= {"user_ids": [mine.people["student"]], "restore": False}
        self.people = {
            "nobody": Person("nobody", mine.school),
            "nobody at the apex": Person("nobody", apex.school),
            "visitor": Person("visitor", mine.school, {"visit": mine.visit}),
        }
        for where in (mine, apex):
            for role, user_id in where.people.items():
                session = {"_user_id": str(user_id), "_fresh": True, LAST_MOVE: move}
                self.people[role] = Person(role, where.school, session)

    def _noting(self, endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def noted(*args: Any, **values: Any) -> Any:
            self.ran.add(endpoint)
            return view(*args, **values)

        return noted

    def steps(self, *worlds: Grounds) -> Iterator[tuple[Step, Sequence[Grounds]]]:
        """Every request, with every way to take a route's rows from the worlds, and which was taken for each row."""
        for rule in self.rules:
            rows = sorted(rule.arguments - WORDS.keys())
            for taken in product(worlds, repeat=len(rows)) if rows else [worlds[:1]]:
                of = dict(zip(rows, taken, strict=False))
                values = {name: of.get(name, taken[0]).value(rule.endpoint, name) for name in rule.arguments}
                path = self._urls.build(rule.endpoint, values, append_unknown=False)
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield Step(rule, method, path), taken if rows else ()

    def ask(
        self,
        person: Person,
        step: Step,
        form: Mapping[str, Any],
        *,
        token: str | None = "good",
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """One request, in a session of its own."""
        client = IsolatedClient(self._app, self._app.response_class)
        client.host = "localhost" if person.school.is_alliance else f"{person.school.slug}.localhost"
        with client.session_transaction(base_url=f"http://{client.host}") as session:
            session.update(person.session | {"csrf_token": _SECRET})
        self.ran.clear()
        if step.method == "GET":
            return client.get(step.path)
        sent = {**form, **ACTS.get(step.rule.endpoint, {})}
        if token is not None:
            sent["csrf_token"] = self._signer.dumps(_SECRET) if token == "good" else token
        return client.open(step.path, method=step.method, data=sent, headers=headers)

    def home(self, person: Person) -> Grounds:
        """Where the person is."""
        return self._grounds.apex if person.school.is_alliance else self._grounds.mine

    def abroad(self, person: Person) -> Grounds:
        """Whose rows the person reaches for."""
        return self._grounds.theirs_at_apex if person.school.is_alliance else self._grounds.theirs

    def rows(self) -> dict[int, Rows]:
        """The rows of both schools and the alliance, by school."""
        return {school_id: self._behind.rows(school_id) for school_id in self._schools}

    def put_back(self, rows: Mapping[int, Rows], schools: Iterable[int] = ()) -> list[int]:
        """Make everything as it was.

        Args:
            schools: those that may have changed; all when not given.

        Returns:
            those that had changed.
        """
        changed = [one for one in schools or self._schools if self._behind.rows(one) != rows[one]]
        for school_id in changed:
            self._behind.put_back(school_id, rows[school_id])
            forget_schools()
        return changed
