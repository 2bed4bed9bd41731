"""Every route × method × person × row: guarded or on the list of public ones, and without another school's data.

The walk fills addresses and forms with existing rows, of the person's own school and of another one, and
sends valid tokens, so that the view's own guard refuses. Planted views show that the walk detects violations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from flask import Blueprint, Flask, abort, request
from flask_login import login_required
from sqlalchemy import select

from admin.setup import register as register_admin
from app.extensions import csrf
from app.factory import create_app
from app.models import School, SchoolClass
from tenants.db import db
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.grounds import AllGrounds
from tests.support.walk import FORGED, Person, Step, Walk, leads_to_login, text_of
from workers.setup import register as register_workers

#: What a visitor without an account may open.
PUBLIC = {
    "probes.healthz",
    "probes.readyz",
    "static",
    "language.choose",
    "auth.login",
    # The form of the login is sent by those who are not logged in yet; to log out twice does no harm.
    "auth.enter",
    "auth.secretariat",
    "auth.logout",
    "captcha.image",
    "captcha.audio",
    "media.logo",
    "media.cover",
    "student.home",
    "catalogue.index",
    "catalogue.show",
    "apex.members",
    "help.index",
    "announcements.index",
    "announcements.show",
    # What is done with people's data, before one agrees to it.
    "privacy.show",
    # The link in the mail is the proof, and it may be opened on another device.
    "email.ask",
    "email.confirm",
    # The token is the proof; who leaves may be out by then.
    "visits.ask",
    "visits.enter",
    "visits.end",
    "visits.left",
    # Calendar programs cannot log in; the unguessable key in the address is the proof.
    "calendar.subscribed",
    # Only where mails are kept in a folder instead of sent: the demo.
    "demo_mail.index",
}

#: What is shown of a school on every host, and why.
SHOWN_EVERYWHERE = {"media.logo": "the alliance's pages show the logos of all schools"}
#: The secretariat's own business with schools, by named and audited paths.
SECRETARIATS = ("activity.", "schools.", "licences.", "recommendations.", "alliance_visits.")
#: Requests that open for nobody here, and why.
NOT_HERE = {"GET demo_mail.index": "only where mails are kept in a folder (tests.admin.test_mail_pages)"}
#: What a form may do without a token, and why.
WITHOUT_TOKEN = {
    "language.choose": "it chooses a language, on pages that visitors share and that hold no token"
}
#: Roles of people who have logged in, those first for whom most opens.
ROLES = ("administrator", "secretary", "student", "teacher", "visitor")
NOBODY = ("nobody", "nobody at the apex")


@pytest.fixture(scope="module")
def walk(all_grounds: AllGrounds) -> Walk:
    """The walk over the application itself."""
    return Walk(all_grounds.neighbours.app, all_grounds)


def crossings(walk: Walk, person: Person) -> Iterator[str]:
    """Where somebody reaches another school's rows: by an address, by a form of an own address, on a list."""
    home, abroad, before = walk.home(person), walk.abroad(person), walk.rows()
    forged = {**home.form, **abroad.form, **FORGED, "rowid": abroad.every_row()}
    for step, worlds in walk.steps(home, abroad):
        named = abroad in worlds
        if person.role == "secretary" and step.rule.endpoint.startswith(SECRETARIATS):
            continue
        if worlds and not named and step.method == "GET":
            continue
        answer = walk.ask(person, step, home.form if named else forged)
        nothing = answer.status_code == 404 or (person.role == "visitor" and leads_to_login(answer))
        if named and not nothing and step.rule.endpoint not in SHOWN_EVERYWHERE:
            yield f"{step} answers {answer.status_code} to another school's row"
        if answer.status_code >= 500:
            yield f"{step} breaks"
        if abroad.canary in text_of(answer):
            yield f"{step} shows another school's row"
        # What says that there is nothing can have changed nothing but its target.
        if step.method != "GET" and abroad.school.id in walk.put_back(
            before, [abroad.school.id] if nothing else []
        ):
            yield f"{step} changes another school's row"


def doors(walk: Walk) -> tuple[dict[str, tuple[Person, Step]], list[str]]:
    """Who opens each request with rows of the own school; and the requests that open for nobody."""
    opened: dict[str, tuple[Person, Step]] = {}
    closed: set[str] = set()
    before = walk.rows()
    for role in ROLES:
        person = walk.people[role]
        for step, _ in walk.steps(walk.home(person)):
            if str(step) in opened:
                continue
            answer = walk.ask(person, step, walk.home(person).form)
            answered = answer.status_code < 400 or answer.status_code in (409, 410, 422, 429)
            if answered and not leads_to_login(answer):
                opened[str(step)] = (person, step)
            closed.add(str(step))
            if step.method != "GET" and answer.status_code != 404:
                walk.put_back(before)
    return opened, sorted(closed - opened.keys())


def doors_without_token(walk: Walk, opened: Mapping[str, tuple[Person, Step]]) -> Iterator[str]:
    """Which views run although the form has no token, or a forged one, for people for whom they run with a good one."""
    before = walk.rows()
    for person, step in opened.values():
        for token in (None, "forged") if step.method != "GET" else ():
            answer = walk.ask(person, step, walk.home(person).form, token=token)
            if walk.ran and step.rule.endpoint not in WITHOUT_TOKEN:
                yield f"{step} runs: {answer.status_code}"
    if walk.put_back(before):
        yield "something was changed"


def open_to_nobody(walk: Walk) -> Iterator[str]:
    """Which requests are answered to a visitor without an account by something else than the login, or nothing."""
    asked: dict[str, bool] = {}
    for name in NOBODY:
        person, before = walk.people[name], walk.rows()
        for step, _ in walk.steps(walk.home(person)):
            if step.rule.endpoint in PUBLIC:
                continue
            answer = walk.ask(person, step, walk.home(person).form)
            asked[str(step)] = asked.get(str(step), False) or leads_to_login(answer)
            if answer.status_code != 404 and not leads_to_login(answer):
                yield f"{step} answers {answer.status_code}"
        if walk.put_back(before):
            yield f"{name} changes something"
    # Where nobody is asked to log in, a 404 would hide a view that is open.
    yield from (f"{step} is not there" for step, to_login in asked.items() if not to_login)


def management_of_students(walk: Walk) -> Iterator[str]:
    """Which requests of the management side answer a student."""
    student = walk.people["student"]
    for step, _ in walk.steps(walk.home(student)):
        if step.rule.rule.startswith("/manage"):
            answer = walk.ask(student, step, walk.home(student).form)
            if answer.status_code != 404:
                yield f"{step} answers {answer.status_code}"


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reaches_another_schools_rows(walk: Walk, role: str) -> None:
    assert list(crossings(walk, walk.people[role])) == []


def test_each_request_opens_with_own_rows_for_somebody_and_each_form_with_a_token_only(walk: Walk) -> None:
    opened, closed = doors(walk)
    assert closed == list(NOT_HERE)
    assert list(doors_without_token(walk, opened)) == []


def test_a_visitor_opens_what_is_public_and_is_sent_to_the_login_elsewhere(walk: Walk) -> None:
    assert list(open_to_nobody(walk)) == []


def test_a_student_reaches_nothing_of_the_management_side(walk: Walk) -> None:
    assert list(management_of_students(walk)) == []


def test_no_unsafe_route_takes_a_sibling_schools_page(walk: Walk) -> None:
    person = walk.people["administrator"]
    for step, _ in walk.steps(walk.home(person)):
        for headers in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://another.localhost"}):
            if step.method != "GET":
                answer = walk.ask(person, step, walk.home(person).form, headers=headers)
                assert (answer.status_code, walk.ran) == (403, set()), f"{step} {headers}"


planted = Blueprint("planted", __name__)


@planted.get("/planted/open")
def open_to_all() -> str:
    return "no login"


@planted.get("/manage/planted")
@login_required
def manage() -> str:
    return "no permission"


@planted.post("/planted/token")
@csrf.exempt
@login_required
def token() -> str:
    return "no token"


@planted.get("/planted/never/<int:class_id>")
@login_required
def never(class_id: int) -> str:
    abort(404)


def _leak(class_id: int, name: str = "") -> str:
    """What a view does that takes the school of a row for that of the reader."""
    found = ""
    with db.engine.connect() as connection:
        schools = connection.scalars(select(School.id)).all()
    for school_id in schools:
        with school_scope(school_id) as session:
            for row in session.scalars(select(SchoolClass).where(SchoolClass.id == class_id)):
                found = row.name
                row.name = name or found
            session.commit()
    return found


@planted.get("/planted/classes/<int:class_id>")
@login_required
def show(class_id: int) -> str:
    return _leak(class_id)


@planted.post("/planted/classes/<int:class_id>")
@login_required
def rename(class_id: int) -> str:
    _leak(class_id, "改名")
    abort(404)


@planted.post("/planted/classes")
@login_required
def rename_chosen() -> str:
    return _leak(int(request.form["class_id"]), "改名")[:0]


def test_planted_views_are_caught(all_grounds: AllGrounds) -> None:
    app: Flask = create_app(
        all_grounds.neighbours.settings,
        plugins=(register_admin, register_workers, lambda app: app.register_blueprint(planted)),
    )
    app.extensions["spoc_clock"] = lambda: NOW
    walk = Walk(app, all_grounds, lambda rule: rule.endpoint.startswith("planted."))
    for role in ("administrator", "student"):
        assert list(crossings(walk, walk.people[role])) == [
            "POST planted.rename_chosen changes another school's row",
            "GET planted.show answers 200 to another school's row",
            "GET planted.show shows another school's row",
            "POST planted.rename changes another school's row",
        ]
    opened, closed = doors(walk)
    assert closed == ["GET planted.never", "POST planted.rename"]
    assert list(doors_without_token(walk, opened)) == ["POST planted.token runs: 200"] * 2
    assert list(open_to_nobody(walk)) == ["GET planted.open_to_all answers 200"] * 2 + [
        "GET planted.open_to_all is not there"
    ]
    assert list(management_of_students(walk)) == ["GET planted.manage answers 200"]
    with app.app_context():
        db.engine.dispose()
