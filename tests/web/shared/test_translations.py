"""The English translation is complete: every text is translated, and no English page shows our Chinese texts.

The walk finds the pages in the routes, so it includes new pages by itself. Its school, people and courses
have Latin names; rows of other tests in the alliance are removed first.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_domain
from sqlalchemy import select
from werkzeug.routing import Rule

from app.context import Context
from app.models import Announcement, ChangeRequest, Mail, School, SchoolClass, SupportVisit, User
from app.rules.courses.disciplines import DISCIPLINES
from app.rules.permissions import Role
from app.services.alliance.figures import refresh_figures
from app.services.courses.recommendations import recommend_course
from app.services.licences.sheet_import import discard_licence_import, start_licence_import
from app.uow import unit_of_work
from app.vault import Vault
from deploy.check_translations import CATALOGUE, PROJECT, extract, problems, read_catalogue
from deploy.local.bootstrap import compile_translations
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, IsolatedClient, next_unit_code
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.login_forms import send_form
from tests.support.own_courses import Own
from tests.support.rosters import Importer
from tests.support.world import scoped_models

#: Answers for programs, or for parts of a page that a script asks for.
NO_PAGES = {
    "calendar.mine",
    "calendar.course",
    "calendar.subscribed",
    "static",
    "probes.healthz",
    "probes.readyz",
    "captcha.image",
    "captcha.audio",
    "media.logo",
    "media.cover",
    "alliance_courses.draft_cover",
    "offerings.draft_cover",
    "recommendations.cover",
    "media.photo",
    "me.own_photo",
    "own_requests.file",
    "requests.file",
}
#: Pages that this walk's school has nothing for; most are drawn by templates that the walk sees at other addresses.
ELSEWHERE = {
    "demo_mail.index",  # the demo's only
    "email.ask",  # a worn-out link
    "graduates.preview",  # nobody has graduated
    "licences.act_again",  # only leads back to the matrix
    "imports.progress",  # nothing is being worked on
    "slips.confirm",  # nobody was chosen
    "visits.ask",  # a worn-out link
    "teacher_imports.progress",
    "teacher_imports.show",
}
#: Questions that change what a page says, each with what a page that answers it holds.
QUESTIONS = {
    "?q=zzz": 'name="q"',
    "?q=99999": 'name="q"',
    "?state=open": 'value="open"',
    "?status=online": 'value="online"',
    "?part=problem": "part=problem",
    "?part=create": "part=create",
}

#: Examples of people's own files, which say that they are Chinese.
_EXAMPLE = re.compile(r'<table lang="zh-CN">.*?</table>', re.DOTALL)
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]+[^<>\"]*")
#: What `Importer` calls its file and its person.
_IMPORTERS = ("学生.xlsx", "教务老师")
#: The first character of a name, for want of a logo.
_MONOGRAM = re.compile('<span class="monogram"[^>]*>.</span>')
#: What a form sends, in the words that the rules read.
_FORM_VALUE = re.compile(' value="[男女]"')
_ROSTER = """Student number,Name,Class,ID number,Gender,Entry year,Email,Mobile
{0}01,Zhou Lin,Medicine 1,,male,2026,lin@example.com,
{0}02,Xu Min,Medicine 1,,f,2026,,13800000000
{0}03,Wrong One,Medicine 1,110105194912310021,male,next year,nowhere,12345
{0}04,Twice,Medicine 1,,male,,,
{0}04,Twice,Medicine 1,,male,,,
5,No Code,Medicine 1,,male,,,
"""


@pytest.fixture(autouse=True)
def compiled(app_context: Flask) -> None:
    """The catalogue as it is now."""
    compile_translations()
    get_domain().cache.clear()


@pytest.fixture
def school(make_school: Callable[..., SchoolInfo]) -> SchoolInfo:
    """A school whose names are Latin."""
    code = next_unit_code()
    return make_school(
        unit_code=code, slug=f"school-{code}", name=f"Mingde Medical University {code}", short_name="Mingde"
    )


@pytest.fixture
def importer(importer_for: Callable[[SchoolInfo], Importer], school: SchoolInfo) -> Importer:
    """Imports into the school."""
    return importer_for(school)


@pytest.fixture
def people(school: SchoolInfo, alliance: SchoolInfo, make_user: Callable[..., User]) -> dict[str, User]:
    """One of each kind, and one who has to choose a password first."""

    def make(where: SchoolInfo, kind: str, name: str, *, new: bool = False) -> User:
        return make_user(where, kind, real_name=name, nickname=name, must_change_password=new)

    return {
        "student": make(school, "student", "Lin Ruoxi"),
        "new student": make(school, "student", "Xia Chuqing", new=True),
        "teacher": make(school, "teacher", "Gu Qingyuan"),
        "administrator": make(school, "administrator", "Fang Mingyuan"),
        "secretary": make(alliance, "secretary", "Qin Shumin"),
    }


@pytest.fixture
def places(
    alliance: SchoolInfo,
    school: SchoolInfo,
    people: dict[str, User],
    importer: Importer,
    make_ctx: Callable[..., Context],
    own_course: Callable[..., Own],
) -> dict[str, Sequence[int | str]]:
    """What the addresses of pages name: courses in every state, a class, imports in every state."""
    words = {
        "category": "Medicine",
        "teachers": "Gu Qingyuan",
        "summary": "Short.",
        "description": "<p>Long.</p>",
    }
    courses = [put_course(alliance, title=f"Course {school.unit_code} {n}", **words) for n in range(5)]
    courses.append(
        put_course(alliance, title=f"Draft {school.unit_code}", released=False, **words | {"teachers": ""})
    )
    undated = dict.fromkeys(("starts_on", "ends_on", "registration_starts_on", "registration_ends_on"))
    offerings = [
        put_offering(alliance, school, courses[0], licence={"seats": 9}),
        put_offering(alliance, school, courses[1], registration_ends_on=days(-1), starts_on=days(-1)),
        put_offering(alliance, school, courses[2], registration_starts_on=days(3)),
        put_offering(
            alliance, school, courses[3], registration_ends_on=days(-3), starts_on=days(-20), ends_on=days(-2)
        ),
        put_offering(alliance, school, courses[4], status="unhandled", **undated),
    ]
    put_registration(school, offerings[0], people["student"])
    own, recommendation_id = _own_course(own_course, school, people["teacher"], words)
    with school_scope(school.id) as session:
        school_class = SchoolClass(number="2025001", name="Medicine 2025", entry_year=2025)
        session.add(school_class)
        student = people["student"]
        wished = json.dumps({"real_name": ["Lin Ruoxi", "Lin Ruo"]}).encode()
        changes = Vault(VAULT_KEY).seal_blob(school.id, f"change_request:{student.id}", wished)
        request = ChangeRequest(user_id=student.id, changes=changes, reason="Misspelt")
        mail = Mail(
            user_id=student.id,
            recipient="lin@example.com",
            language="en",
            template="password_reset_done",
            params={"name": "Lin"},
        )
        news = Announcement(title="News", body="<p>Text.</p>", created_by_name="Fang", published_at=NOW)
        visit = SupportVisit(
            alliance_id=alliance.id,
            secretary_id=people["secretary"].id,
            secretary_name="Qin Shumin",
            reason="Helping with dates",
            started_at=NOW,
            ends_at=NOW + timedelta(hours=1),
        )
        session.add_all([request, mail, news, visit])
        session.commit()
        class_id, request_id, mail_id, news_id = school_class.id, request.id, mail.id, news.id
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        refresh_figures(ctx, school_id=school.id)
        news_of_all = Announcement(title="News", body="<p>Text.</p>", created_by_name="Qin")
        ctx.session.add(news_of_all)
        ctx.session.flush()
    return {
        "course_id": [own.course_id, *(course.id for course in courses)],
        "offering_id": [own.offering_id, *(offering.id for offering in offerings)],
        "recommendation_id": [recommendation_id],
        "class_id": [class_id],
        "school_id": [school.id],
        "owner_id": [alliance.id, school.id],
        "sheet_id": _licence_sheets(make_ctx(alliance, Role.SECRETARY), courses[0].title, school.unit_code),
        "import_id": list(_imports(importer, school)),
        "user_id": [person.id for person in people.values() if person.school_id == school.id],
        "request_id": [request_id],
        "mail_id": [mail_id],
        "announcement_id": [news_id, news_of_all.id],
        "visit_id": [visit.id],
        "entry_year": [2020],
        "study_years": [5],
        "token": ["worn-out"],
        "key": ["worn-out"],
    }


def _own_course(
    own_course: Callable[..., Own], school: SchoolInfo, teacher: User, words: dict[str, str]
) -> tuple[Own, int]:
    """An own course: refused, approved, recommended, and revised; the revision waits."""
    own = own_course(school, teacher=teacher, title=f"Own {school.unit_code}", **words)
    own.submit()
    own.decide(approve=False, reason="Say more.")
    own.approved()
    with unit_of_work(own.make_ctx(school)) as ctx:
        recommendation_id = recommend_course(ctx, course_id=own.course_id, note="A good one.").id
    own.edit(summary="Shorter.", description="<p>Longer.</p>", tags=("new",))
    own.submit()
    return own, recommendation_id


def _licence_sheets(ctx: Context, title: str, unit_code: str) -> list[int]:
    """A sheet of licences with a change and a problem, waiting, and one that was given up."""
    content = (
        f"Course,School code,Seats,Term\n{title},{unit_code},7,\nNothing,{unit_code},x,spring\n".encode()
    )
    with unit_of_work(ctx):
        sheets = [
            start_licence_import(ctx, filename=f"licences{n}.csv", content=content).id for n in range(2)
        ]
        discard_licence_import(ctx, import_id=sheets[1])
    return sheets


def _imports(importer: Importer, school: SchoolInfo) -> Iterator[int]:
    roster = _ROSTER.format(school.unit_code).encode()
    yield importer.start(b"no table", filename="refused.xlsx")
    yield importer.start(roster, filename="waiting.csv")
    yield importer.check(roster)
    done = importer.do(roster)
    yield done
    yield importer.check(roster.replace(b"Zhou Lin", b"Zhou Ling"))
    for state in ("failed", "discarded"):
        import_id = importer.check(roster)
        importer.write(import_id, state=state)
        yield import_id


@pytest.fixture
def ours(alliance: SchoolInfo) -> Callable[[str], list[str]]:
    """The Chinese of a page that is not data: what the alliance's tables hold is taken out."""
    # The catalogue of disciplines is data, like the courses that bear its names.
    catalogue = {*DISCIPLINES, *(subject for subjects in DISCIPLINES.values() for subject in subjects)}
    texts: set[str] = {alliance.name, alliance.short_name, *_IMPORTERS, *catalogue, "中文"}
    with school_scope(alliance.id) as session:
        for model in (*scoped_models(), School):
            for row in session.scalars(select(model)):
                texts.update(_texts([getattr(row, column.key) for column in row.__mapper__.column_attrs]))
    # A text may begin with what is not Chinese, and a page may show its lines apart: its pieces know nothing of either.
    texts |= {piece for text in texts for line in text.splitlines() for piece in _CHINESE.findall(line)}
    ordered = sorted(filter(_CHINESE.search, texts), key=len, reverse=True)

    @cache
    def not_data(piece: str) -> list[str]:
        for text in ordered:
            piece = piece.replace(text, "")
        return _CHINESE.findall(piece)

    def find(page: str) -> list[str]:
        own = _EXAMPLE.sub("", page)
        pieces = _CHINESE.findall(_FORM_VALUE.sub("", _MONOGRAM.sub("", html.unescape(own))))
        return [found for piece in pieces for found in not_data(piece)]

    return find


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def in_english(client: FlaskClient) -> FlaskClient:
    """The same browser, of a person who reads English."""
    assert isinstance(client, IsolatedClient)
    client.set_cookie("lang", "en", domain=client.host)
    return client


def addresses(app: Flask, rule: Rule, places: dict[str, Sequence[int | str]]) -> Iterator[str]:
    """Every address of a route that the places allow."""
    names = sorted(rule.arguments)
    build = app.url_map.bind("localhost").build
    for values in product(*(places[name] for name in names)):
        yield build(rule.endpoint, dict(zip(names, values, strict=True)))


def test_every_text_of_the_source_has_an_english_translation() -> None:
    assert list(problems(extract(), read_catalogue(PROJECT / CATALOGUE))) == []


def test_no_page_in_english_shows_chinese_beyond_data(
    app: Flask,
    alliance: SchoolInfo,
    school: SchoolInfo,
    people: dict[str, User],
    places: dict[str, Sequence[int | str]],
    client_for: Callable[..., FlaskClient],
    ours: Callable[[str], list[str]],
) -> None:
    walkers = {"visitor": client_for(school), "visitor of the alliance": client_for(alliance)}
    walkers |= {
        who: client_for(alliance if who == "secretary" else school, user) for who, user in people.items()
    }
    pages = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint not in NO_PAGES
        and not rule.endpoint.endswith(".static")
    ]
    faults: list[str] = []
    opened: set[str] = set()
    staff = {"teacher", "administrator", "secretary"}

    def look(who: str, rule: Rule, address: str) -> str:
        answer = walkers[who].get(address)
        if answer.mimetype != "text/html":
            opened.add(rule.endpoint)
            return ""
        if answer.status_code == 200:
            opened.add(rule.endpoint)
        faults.extend(f"{who}, {address}: {found}" for found in ours(answer.text))
        return answer.text

    for who, client in walkers.items():
        in_english(client)
        for rule in pages:
            if rule.rule.startswith("/manage") and who not in staff:
                continue  # led to the login, or told that there is nothing, as at any other address
            for address in addresses(app, rule, places):
                page = look(who, rule, address)
                for question in (q for q, mark in QUESTIONS.items() if mark in page):
                    look(who, rule, address + question)
    assert faults == []
    assert {rule.endpoint for rule in pages} - opened == ELSEWHERE


@pytest.mark.parametrize(
    ("who", "path", "fields"),
    [
        ("visitor", "/login", {"account": "nobody", "password": "wrong"}),
        ("student", "/password", {"current_password": "x", "new_password": "1", "repeated_password": "2"}),
        ("administrator", "/manage/imports/upload", {}),
        ("secretary", "/manage/schools/new/", {"slug": "www", "unit_code": "1", "accent": "red"}),
        ("secretary", "/manage/alliance-courses/new/", {"hours": "many", "credit": "x"}),
        ("secretary", "/manage/licences/new/", {"seats": "0", "ends_on": "2020-01-01"}),
    ],
)
def test_a_form_sent_back_says_in_english_what_is_wrong(
    who: str,
    path: str,
    fields: dict[str, str],
    alliance: SchoolInfo,
    school: SchoolInfo,
    people: dict[str, User],
    client_for: Callable[..., FlaskClient],
    ours: Callable[[str], list[str]],
) -> None:
    client = in_english(client_for(alliance if who == "secretary" else school, people.get(who)))
    answer = send_form(client, path, "/login" if who == "visitor" else "/", **fields)
    assert answer.status_code in (200, 422), answer.location
    assert "tone-danger" in answer.text or "aria-invalid" in answer.text
    assert ours(answer.text) == []
