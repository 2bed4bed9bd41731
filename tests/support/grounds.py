"""Two schools and the alliance, furnished so that each address of the application shows a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Actor, Context
from app.jobs import discard
from app.models import (
    Announcement,
    Consent,
    Course,
    CourseDraft,
    CourseLicence,
    CourseOffering,
    CourseRecommendation,
    LicenceImport,
    Mail,
    School,
    SchoolClass,
    SupportVisit,
    User,
)
from app.rules.auth.consent import VERSION
from app.rules.permissions import Role
from app.services.me.calendar import renew_subscription
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, Sent
from tests.support.courses import put_course
from tests.support.rosters import plain_rows
from tests.support.teachers import TeacherImporter
from tests.support.walls import Neighbours
from tests.support.world import NAMED_ROWS, Populated

#: The fingerprint of every picture.
SHA = "0123456789abcdef"
#: The cohort that has graduated.
COHORT = {"entry_year": 2015, "study_years": 5}
#: Arguments that name no row, and what they are filled with.
WORDS = {"tab": "basics", "sha": SHA, "token": "x", "key": "x"} | COHORT


@dataclass(frozen=True)
class Grounds:
    """What addresses and forms are filled with at one school, or at the alliance.

    Args:
        canary: stands in the texts of all its rows.
        values: argument, ``blueprint.argument`` or ``endpoint.argument`` -> a row's number, or a word.
        form: sent with every form: the school's rows under the names that forms have for rows.
        people: user ids, by role.
        visit: the visit of a secretary that goes on.
    """

    school: SchoolInfo
    canary: str
    values: Mapping[str, int | str]
    form: Mapping[str, str | list[str]]
    people: Mapping[str, int]
    visit: int = 0

    def every_row(self) -> list[str]:
        """The number of each row that addresses name."""
        return sorted({str(value) for value in self.values.values() if isinstance(value, int)})

    def value(self, endpoint: str, argument: str) -> int | str:
        """What an argument of a route is filled with."""
        keys = (f"{endpoint}.{argument}", f"{endpoint.partition('.')[0]}.{argument}", argument)
        return next(self.values[key] for key in keys if key in self.values)


@dataclass(frozen=True)
class AllGrounds:
    """Where people are and where they reach for.

    Args:
        neighbours: the installation.
        mine: the school where people are.
        theirs: the one whose rows they reach for.
        apex: the alliance, with what ``mine`` has put before it.
        theirs_at_apex: ``theirs``, where addresses at the apex mean something else.
    """

    neighbours: Neighbours
    mine: Grounds
    theirs: Grounds
    apex: Grounds
    theirs_at_apex: Grounds


def _put(session: Any, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def _person(session: Any, kind: str, name: str) -> int:
    user = User(
        kind=kind, login_name=f"{kind}-{name}", nickname="", real_name=name, must_change_password=False
    )
    user_id = _put(session, user)
    session.add(Consent(user_id=user_id, version=VERSION))
    return user_id


def _school_grounds(world: Populated, secretary: int) -> Grounds:
    """Furnish a school that has one row of everything."""
    rows, canary = world.rows, world.canary
    own = {name: rows[model]["id"] for name, model in NAMED_ROWS.items()}
    imports = _imports(world)
    with school_scope(world.school.id) as session:

        def row(model: type[Any]) -> Any:
            return session.get_one(model, world.pk(model))

        teacher, administrator = (
            _person(session, kind, f"{canary}甲") for kind in ("teacher", "administrator")
        )
        other_class = _put(session, SchoolClass(number="0099", name=f"{canary}二班", entry_year=2026))
        row(SchoolClass).head_teacher_id = row(CourseOffering).operating_teacher_id = teacher
        row(Announcement).published_at = NOW
        row(CourseRecommendation).cover = b"x"
        student, course, draft, visit = map(row, (User, Course, CourseDraft, SupportVisit))
        student.photo_sha, student.must_change_password = SHA, False
        student.entry_year, student.study_years = COHORT.values()
        course.cover, course.cover_sha = b"x", SHA
        draft.cover, draft.content = b"x", {"title": canary, "cover": SHA}
        visit.secretary_id, visit.started_at, visit.ends_at = secretary, NOW, NOW + timedelta(hours=1)
        offering = _put(
            session,
            CourseOffering(
                course_owner_id=world.school.id,
                course_id=course.id,
                term="2026-2027-1",
                operating_teacher_id=teacher,
            ),
        )
        session.commit()
    values = (
        WORDS
        | own
        | imports
        | {"row_id": offering, "calendar.key": _calendar_key(world.school, own["user_id"])}
    )
    values |= {
        "school_id": world.school.id,
        "owner_id": world.school.id,
        "sheet_id": rows[LicenceImport]["id"],
    }
    form = {
        **dict.fromkeys(("head_teacher", "teacher"), str(teacher)),
        **{name: str(own[name]) for name in ("user_id", "class_id", "offering_id")},
        **dict.fromkeys(("school_id", "school_ids"), str(world.school.id)),
        "rowid": [str(own["user_id"])],
        "target": str(other_class),
        "course_id": f"{world.school.id}-{course.id}",
    }
    people = {"student": own["user_id"], "teacher": teacher, "administrator": administrator}
    return Grounds(world.school, canary, values, form, people, own["visit_id"])


def _imports(world: Populated) -> dict[str, int]:
    """Rosters of students and of teachers, checked ones with a problem, and applied ones."""
    importer = TeacherImporter(world.school, Sent())
    rows = [
        {**row, "class_name": f"{world.canary}{n}班"} for n, row in enumerate(plain_rows(world.school, 4))
    ]
    broken = {**rows[3], "real_name": ""}
    checked, applied = importer.check([rows[2], broken]), importer.do(rows[:2])
    names = [{"real_name": f"{name}老师", "mobile": f"1380000000{name}"} for name in range(4)]
    taught, brought = (
        importer.send([*names[2:], {"real_name": "", "mobile": "1", "bio": "教授"}]),
        importer.bring(names[:2]),
    )
    return {
        "people.reveal.user_id": importer.users()[rows[0]["student_no"]].id,
        "imports.import_id": checked,
        "imports.logins.import_id": applied,
        "imports.undo.import_id": applied,
        "teacher_imports.import_id": taught,
        "teacher_imports.logins.import_id": brought,
        "teacher_imports.undo.import_id": brought,
    }


def _calendar_key(school: SchoolInfo, user_id: int) -> str:
    with school_scope(school.id) as session:
        actor = Actor(role=Role.STUDENT, name="", user_id=user_id, school_id=school.id)
        with unit_of_work(Context(session, school, actor, lambda: NOW, discard, Vault(VAULT_KEY))) as ctx:
            return renew_subscription(ctx)


def _apex_grounds(alliance: SchoolInfo, secretary: int, mine: Grounds, licence: Mapping[str, Any]) -> Grounds:
    """The alliance's own rows; of a school what that school has put before the alliance."""
    course = put_course(alliance, cover=b"x", cover_sha=SHA)
    counts = {"create": 0, "change": 0, "unchanged": 0, "problem": 0}
    with school_scope(alliance.id) as session:
        draft = {"title": course.title, "cover": SHA}
        session.add(CourseDraft(course_id=course.id, content=draft, cover=b"x", edited_by_name="秘书处"))
        announcement = Announcement(
            title="联盟公告",
            body="<p>x</p>",
            shared=True,
            to_all=True,
            published_at=NOW,
            created_by_name="秘书处",
        )
        sheet = LicenceImport(filename="x", rows=[], problems=[], counts=counts, created_by_name="秘书处")
        mail = Mail(
            user_id=secretary, recipient="x@example.com", template="password_reset_done", params={"name": "x"}
        )
        values = mine.values | {
            **dict.fromkeys(("course_id", "row_id", "catalogue.offering_id"), course.id),
            "owner_id": alliance.id,
            "licences.course_id": licence["course_id"],
            "announcement_id": _put(session, announcement),
            "sheet_id": _put(session, sheet),
            "mail_id": _put(session, mail),
        }
        session.commit()
    return Grounds(alliance, "", values, mine.form, {"secretary": secretary})


@pytest.fixture(scope="module")
def all_grounds(neighbours: Neighbours) -> AllGrounds:
    """The furnished installation."""
    with neighbours.app.app_context():
        with school_scope(neighbours.alliance.id) as session:
            secretary = _person(session, "secretary", "秦书敏")
            for school in session.scalars(select(School).where(School.kind == "member")):
                school.logo, school.logo_sha = b"x", SHA
            session.commit()
        mine, theirs = (_school_grounds(world, secretary) for world in (neighbours.mine, neighbours.other))
        apex = _apex_grounds(neighbours.alliance, secretary, mine, neighbours.mine.rows[CourseLicence])
    course = theirs.values["course_id"]
    elsewhere = theirs.values | dict.fromkeys(("row_id", "catalogue.offering_id"), course)
    return AllGrounds(neighbours, mine, theirs, apex, replace(theirs, values=elsewhere))
