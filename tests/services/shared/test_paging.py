"""Every paged list returns the same total on every page, and its last page beyond the end."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

import app.services
from app.context import Context
from app.models import (
    ClassSelection,
    Course,
    CourseOffering,
    LicenceImport,
    RosterImport,
    RosterImportRow,
    SchoolClass,
    User,
)
from app.rules.permissions import Role
from app.services.alliance.activity import list_activity
from app.services.alliance.visit_lists import list_visits
from app.services.announcements.write import list_announcements
from app.services.catalogue.alliance import list_released_courses
from app.services.catalogue.school_search import Wanted, search_catalogue
from app.services.classes.courses import list_registrations
from app.services.classes.lists import list_classes
from app.services.classes.selectable import list_choosable, list_choosable_classes, list_selections
from app.services.classes.students import list_class_students
from app.services.courses.create_and_release import list_courses
from app.services.courses.recommendation_pages import list_recommendations
from app.services.courses.review_pages import list_reviews
from app.services.courses.versions import list_versions
from app.services.imports.pages.absent import list_absent
from app.services.imports.pages.left_out import left_out_rows
from app.services.imports.pages.read import list_imports, preview_rows
from app.services.imports.shared.staging import ROW_KIND
from app.services.imports.shared.summary import Scope, Summary
from app.services.licences.lists import LicensableFilter, list_licences, list_matrix
from app.services.licences.sheet_import import list_licence_imports, show_licence_import
from app.services.messages.mail_list import list_mails
from app.services.messages.notices import list_notices
from app.services.offerings.lists import list_school_courses
from app.services.offerings.staff import find_teachers
from app.services.people.class_candidates import find_students
from app.services.people.graduates import preview_graduates
from app.services.people.search import search_people
from app.services.registrations.by_staff import find_candidates, list_waiting
from app.services.registrations.lists import list_registered
from app.services.requests.review import list_requests
from app.services.schools.onboarding import list_progress
from app.services.schools.open_and_edit import list_schools
from app.services.shared.paging import Page, as_it_is, as_tuple, fetch_page, page_of
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import statements
from tests.support.world import Populated, populate

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]

#: Page numbers that mean the first page, and such as lie beyond the last one.
NUMBERS = (0, -7, 2, 9, 10_001, 10**30)


class Place:
    """A school with a row in every list, and who asks for the lists."""

    def __init__(self, world: Populated, alliance: SchoolInfo, make_ctx: MakeCtx) -> None:
        self.world = world
        self.alliance = alliance
        self._make_ctx = make_ctx

    def id(self, model: type[Any]) -> int:
        """The school's row in a table."""
        return int(self.world.rows[model]["id"])

    @property
    def office(self) -> Context:
        """An administrator of the school."""
        return self._make_ctx(self.world.school)

    @property
    def student(self) -> Context:
        """The student of the school."""
        ctx = self._make_ctx(self.world.school, Role.STUDENT)
        return replace(ctx, actor=replace(ctx.actor, user_id=self.id(User)))

    @property
    def secretary(self) -> Context:
        """A secretary of the alliance."""
        return self._make_ctx(self.alliance, Role.SECRETARY)


@pytest.fixture
def place(
    alliance: SchoolInfo, make_school: Callable[..., SchoolInfo], make_ctx: MakeCtx, make_user: MakeUser
) -> Place:
    """A populated school in which the lists that want more than a row of each table have a row, too."""
    world = populate(alliance, make_school())
    make_user(world.school, "teacher")
    scope = Scope(classes=(world.rows[SchoolClass]["id"],), years=())
    with school_scope(world.school.id) as session:
        session.execute(update(User).where(User.kind == "student").values(entry_year=2015, study_years=5))
        checked = {"state": "checked", "summary": replace(Summary(), scope=scope).as_json()}
        session.execute(update(RosterImport).values(**checked))
        roster = {"import_id": world.rows[RosterImport]["id"], "school_id": world.school.id}
        raw = make_ctx(world.school).vault.seal_blob(world.school.id, ROW_KIND, b'["x"]')
        session.add(RosterImportRow(**roster, row_no=9, action="left_out", raw=raw))
        session.commit()
    with school_scope(alliance.id) as session:
        problem = {"row_no": 3, "column_label": "课程", "message": {"text": "没有找到"}, "shown": ""}
        row = LicenceImport(
            filename="x",
            rows=[],
            problems=[problem],
            counts={"create": 0, "change": 0, "unchanged": 0, "problem": 1},
            created_by_name="x",
        )
        session.add(row)
        session.commit()
        world.rows[LicenceImport] = {"id": row.id}
    return Place(world, alliance, make_ctx)


def _course_of(place: Place) -> dict[str, int]:
    return {"owner_id": place.world.school.id, "course_id": place.id(Course)}


#: Each paged list, asked by somebody who has rows in it.
LISTS: dict[Callable[..., Any], Callable[[Place, int], Page[Any]]] = {
    list_activity: lambda at, n: list_activity(at.secretary, page=n),
    list_visits: lambda at, n: list_visits(at.office, page=n),
    list_announcements: lambda at, n: list_announcements(at.office, page=n),
    list_released_courses: lambda at, n: list_released_courses(at.secretary, page=n),
    search_catalogue: lambda at, n: search_catalogue(at.student, Wanted(), page=n)[0],
    list_registrations: lambda at, n: list_registrations(
        at.office, class_id=at.id(SchoolClass), offering_id=at.id(CourseOffering), page=n
    ),
    list_classes: lambda at, n: list_classes(at.office, page=n),
    list_choosable: lambda at, n: list_choosable(at.office, class_id=at.id(SchoolClass), page=n),
    list_selections: lambda at, n: list_selections(at.office, class_id=at.id(SchoolClass), page=n),
    list_choosable_classes: lambda at, n: list_choosable_classes(
        at.office, offering_id=at.id(CourseOffering), page=n
    ),
    list_class_students: lambda at, n: list_class_students(at.office, class_id=at.id(SchoolClass), page=n),
    list_courses: lambda at, n: list_courses(at.secretary, page=n),
    list_recommendations: lambda at, n: list_recommendations(
        at.secretary, school_id=at.world.school.id, page=n
    ),
    list_reviews: lambda at, n: list_reviews(at.office, state="decided", page=n),
    list_versions: lambda at, n: list_versions(at.office, **_course_of(at), page=n),
    list_absent: lambda at, n: list_absent(at.office, import_id=at.id(RosterImport), page=n),
    left_out_rows: lambda at, n: left_out_rows(at.office, import_id=at.id(RosterImport), page=n),
    list_imports: lambda at, n: list_imports(at.office, page=n),
    preview_rows: lambda at, n: preview_rows(at.office, import_id=at.id(RosterImport), part="create", page=n),
    list_matrix: lambda at, n: (
        list_matrix(
            at.secretary,
            courses=LicensableFilter(text=f"共享课程{at.world.school.id}"),
            page=n,
            school_page=n,
        ).courses
    ),
    list_licences: lambda at, n: list_licences(at.secretary, school_id=at.world.school.id, page=n),
    list_licence_imports: lambda at, n: list_licence_imports(at.secretary, page=n),
    show_licence_import: lambda at, n: (
        show_licence_import(at.secretary, import_id=at.id(LicenceImport), page=n).rows
    ),
    list_mails: lambda at, n: list_mails(at.office, page=n),
    list_notices: lambda at, n: list_notices(at.student, page=n),
    list_school_courses: lambda at, n: list_school_courses(at.office, page=n),
    find_teachers: lambda at, n: find_teachers(at.office, offering_id=at.id(CourseOffering), page=n),
    find_students: lambda at, n: find_students(at.office, class_id=at.id(SchoolClass), inside=True, page=n),
    preview_graduates: lambda at, n: preview_graduates(at.office, entry_year=2015, study_years=5, page=n)[1],
    search_people: lambda at, n: search_people(at.office, page=n),
    find_candidates: lambda at, n: find_candidates(at.office, offering_id=at.id(CourseOffering), page=n),
    list_waiting: lambda at, n: list_waiting(at.office, offering_id=at.id(CourseOffering), page=n),
    list_registered: lambda at, n: list_registered(at.office, offering_id=at.id(CourseOffering), page=n),
    list_requests: lambda at, n: list_requests(at.office, page=n),
    list_progress: lambda at, n: list_progress(at.secretary, text=at.world.school.unit_code, page=n),
    list_schools: lambda at, n: list_schools(at.secretary, text=at.world.school.unit_code, page=n),
}


@pytest.mark.parametrize("wanted", LISTS.values(), ids=[made.__name__ for made in LISTS])
def test_no_page_has_another_total(place: Place, wanted: Callable[[Place, int], Page[Any]]) -> None:
    first = wanted(place, 1)
    assert first.rows
    assert first.number == 1
    for number in NUMBERS:
        found = wanted(place, number)
        assert found.total == first.total, number
        shown = 1 if number < 1 else min(number, first.pages)
        assert (found.number, bool(found.rows)) == (shown, True), number


@pytest.fixture
def numbers(make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser) -> Context:
    """A context in which five students of a school are to be listed by number."""
    for n in range(1, 6):
        make_user(school, student_no=f"{school.unit_code}{n}", real_name=f"学生{n}")
    return make_ctx(school)


@pytest.mark.parametrize(
    "count", [None, 5, select(func.count()).select_from(User)], ids=["rows", "told", "asked"]
)
@pytest.mark.parametrize(
    ("page", "shown", "number"),
    [(1, "12", 1), (2, "34", 2), (3, "5", 3), (4, "5", 3), (10**30, "5", 3), (0, "12", 1), (-4, "12", 1)],
)
def test_a_page_is_cut_and_counted(numbers: Context, page: int, shown: str, number: int, count: Any) -> None:
    wanted = select(User.real_name).order_by(User.student_no)
    found = fetch_page(numbers.session, wanted, as_it_is, page=page, size=2, count=count)
    assert found == Page(tuple(f"学生{n}" for n in shown), 5, number, 2)
    assert found.pages == 3
    assert page_of([f"学生{n}" for n in range(1, 6)], page=page, size=2) == found


@pytest.mark.parametrize(("page", "size", "cost"), [(1, 6, 1), (1, 5, 2), (3, 2, 1), (2, 2, 2), (9, 2, 3)])
def test_a_page_that_is_not_full_is_not_counted(numbers: Context, page: int, size: int, cost: int) -> None:
    with statements(db.engine) as seen:
        fetch_page(numbers.session, select(User).order_by(User.student_no), as_it_is, page=page, size=size)
    assert len(seen) == cost


def test_counting_leaves_out_what_only_serves_the_columns(numbers: Context) -> None:
    same = (SchoolClass.school_id == User.school_id) & (SchoolClass.id == User.class_id)
    others = select(func.count()).select_from(ClassSelection).where(ClassSelection.class_id == User.class_id)
    listed = select(User, SchoolClass.name, others.scalar_subquery()).outerjoin(SchoolClass, same)
    run: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        run.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    fetch_page(numbers.session, listed.order_by(User.student_no), as_tuple, page=1, size=2)
    event.remove(db.engine, "before_cursor_execute", note)
    counting, values = run[-1]
    plan = numbers.session.connection().exec_driver_sql(f"EXPLAIN {counting}", values).scalars().all()
    assert " on users " in str(plan)
    assert " on class" not in str(plan)


def test_an_empty_list_has_one_page(numbers: Context) -> None:
    nobody = select(User).where(User.real_name == "")
    for page in (1, 2):
        assert fetch_page(numbers.session, nobody, as_it_is, page=page) == Page((), 0, 1, 20)
        assert fetch_page(numbers.session, nobody, as_it_is, page=page, count=0) == Page((), 0, 1, 20)
    assert page_of((), page=3) == Page((), 0, 1, 20)


def test_every_list_that_has_pages_is_asked_for_them() -> None:
    assert set(_paged()) == {f"{made.__module__}.{made.__name__}" for made in LISTS}


def _paged() -> Iterator[str]:
    """The services whose answer is a page, or holds one."""
    for found in pkgutil.walk_packages(app.services.__path__, "app.services."):
        if found.ispkg or found.name == fetch_page.__module__:
            continue
        module = import_module(found.name)
        tree = ast.parse(inspect.getsource(module))
        holders = {"Page"} | {
            node.name
            for node in tree.body
            if isinstance(node, ast.ClassDef) and any("Page[" in ast.unparse(part) for part in node.body)
        }
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or node.returns is None:
                continue
            if any(isinstance(part, ast.Name) and part.id in holders for part in ast.walk(node.returns)):
                yield f"{found.name}.{node.name}"
