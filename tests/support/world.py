"""Two schools with a row in every scoped table, for tests that try to cross from one to the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect

from app.models import (
    Announcement,
    AnnouncementTarget,
    AuditEntry,
    AuditLink,
    ChangeRequest,
    ClassCourse,
    ClassSelection,
    ColumnMapping,
    Consent,
    Course,
    CourseDraft,
    CourseLicence,
    CourseOffering,
    CourseRecommendation,
    CourseReview,
    CourseVersion,
    LicenceAnswer,
    LicenceImport,
    Mail,
    Notice,
    OfferingAssistant,
    ProofFile,
    PublicOffering,
    Registration,
    RosterImport,
    RosterImportPhoto,
    RosterImportPictures,
    RosterImportRow,
    SchoolClass,
    SchoolFigure,
    SchoolSettings,
    SupportVisit,
    User,
    UserPhoto,
    WaitingPlace,
)
from app.vault import Vault
from tenants.db import Base, SchoolScoped
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY

#: Marks every text of a school, so that an answer can be searched for another school's.
CANARY = "金丝雀"

#: Which row's number an argument of a path is; some arguments name no row.
NAMED_ROWS: dict[str, type[Any]] = {
    "announcement_id": Announcement,
    "class_id": SchoolClass,
    "course_id": Course,
    "file_id": ProofFile,
    "import_id": RosterImport,
    "licence_id": CourseLicence,
    "mail_id": Mail,
    "notice_id": Notice,
    "offering_id": CourseOffering,
    "recommendation_id": CourseRecommendation,
    "request_id": ChangeRequest,
    "review_id": CourseReview,
    "selection_id": ClassSelection,
    "user_id": User,
    "version_id": CourseVersion,
    "visit_id": SupportVisit,
}


@dataclass
class Populated:
    """A school and its one row in each scoped table, by model, as plain values."""

    school: SchoolInfo
    canary: str
    rows: dict[type[Any], dict[str, Any]] = field(default_factory=dict)

    def pk(self, model: type[Any]) -> tuple[Any, ...]:
        """The primary key of this school's row."""
        return tuple(self.rows[model][column.name] for column in inspect(model).primary_key)


def scoped_models() -> list[type[Any]]:
    """Every model whose rows belong to a school."""
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SchoolScoped)]
    return sorted(found, key=lambda model: model.__tablename__)


def _values(row: Any) -> dict[str, Any]:
    return {attribute.key: getattr(row, attribute.key) for attribute in inspect(type(row)).column_attrs}


def populate(alliance: SchoolInfo, school: SchoolInfo) -> Populated:
    """Write one row of everything for a school."""
    canary = f"{CANARY}{school.id}号"
    world = Populated(school, canary)
    with school_scope(alliance.id) as session:
        shared = Course(title=f"共享课程{school.id}", category="基础医学", released=True, status="approved")
        session.add(shared)
        session.flush()
        licence = CourseLicence(
            school_id=school.id, course_owner_id=alliance.id, course_id=shared.id, licensor_id=alliance.id
        )
        session.add(licence)
        announced = Announcement(title="联盟公告", body="<p>x</p>", shared=True, created_by_name="秘书处")
        session.add(announced)
        session.flush()
        target = AnnouncementTarget(school_id=school.id, owner_id=alliance.id, announcement_id=announced.id)
        session.add(target)
        session.commit()
        licensed, targeted = _values(licence), _values(target)
    with school_scope(school.id) as session:

        def put(row: Any) -> Any:
            session.add(row)
            session.flush()
            session.refresh(row)
            world.rows[type(row)] = _values(row)
            return row

        school_class = put(SchoolClass(number="0001", name=f"{canary}班", entry_year=2026))
        user = put(
            User(
                kind="student",
                student_no=f"{school.unit_code}01",
                real_name=canary,
                nickname=canary,
                class_id=school_class.id,
            )
        )
        course = put(Course(title=f"{canary}课", category="本校", created_by=user.id))
        put(CourseDraft(course_id=course.id, content={"title": canary}, edited_by_name=canary))
        put(CourseVersion(course_id=course.id, number=1, content={"title": canary}, published_by_name=canary))
        put(CourseReview(course_id=course.id, step="submitted", by_name=canary))
        put(
            CourseRecommendation(
                course_id=course.id,
                alliance_id=alliance.id,
                version=1,
                content={"title": canary},
                recommended_by_name=canary,
            )
        )
        offering = put(
            CourseOffering(
                course_owner_id=alliance.id,
                course_id=shared.id,
                licence_id=licensed["id"],
                term="2026-2027-1",
                status="online",
                starts_on=date(2026, 9, 1),
                ends_on=date(2027, 1, 15),
                registration_starts_on=date(2026, 9, 1),
                registration_ends_on=date(2026, 9, 30),
            )
        )
        put(
            LicenceAnswer(
                licence_id=licensed["id"], licensor_id=alliance.id, reason=canary, answered_by_name=canary
            )
        )
        put(LicenceImport(filename=canary, rows=[], problems=[], counts={}, created_by_name=canary))
        put(
            PublicOffering(
                offering_id=offering.id,
                alliance_id=alliance.id,
                course_owner_id=alliance.id,
                course_id=shared.id,
                starts_on=date(2026, 9, 1),
                ends_on=date(2027, 1, 15),
                registration_starts_on=date(2026, 9, 1),
                registration_ends_on=date(2026, 9, 30),
            )
        )
        put(OfferingAssistant(offering_id=offering.id, user_id=user.id))
        selection = put(
            ClassSelection(
                class_id=school_class.id,
                offering_id=offering.id,
                registered=1,
                already=0,
                created_by_name=canary,
            )
        )
        put(ClassCourse(class_id=school_class.id, offering_id=offering.id))
        put(Registration(offering_id=offering.id, user_id=user.id, selection_id=selection.id))
        put(WaitingPlace(offering_id=offering.id, user_id=user.id))
        put(Announcement(title=canary, body=canary, created_by_name=canary))
        put(
            SchoolFigure(
                day=date(2026, 9, 1),
                alliance_id=alliance.id,
                people=1,
                activated=1,
                courses_online=1,
                registrations=1,
            )
        )
        put(
            SupportVisit(
                alliance_id=alliance.id, secretary_id=1, secretary_name=canary, reason=canary, ends_at=NOW
            )
        )
        roster = put(
            RosterImport(
                kind="students",
                filename=f"{canary}.xlsx",
                size=1,
                content=Vault(VAULT_KEY).seal_blob(school.id, "roster_import", canary.encode()),
                created_by=user.id,
                created_by_name=canary,
            )
        )
        put(
            RosterImportRow(
                import_id=roster.id,
                row_no=3,
                action="create",
                title=canary,
                new={},
                old={},
                problems=[],
                raw=b"x",
            )
        )
        put(RosterImportPictures(import_id=roster.id, content=b"x"))
        put(RosterImportPhoto(import_id=roster.id, row_no=3, content=b"x"))
        put(Notice(user_id=user.id, subject={"text": canary}, body={"text": canary}))
        vault = Vault(VAULT_KEY)
        wished = json.dumps({"real_name": [canary, f"{canary}新"]}).encode()
        sealed = vault.seal_blob(school.id, f"change_request:{user.id}", wished)
        request = put(ChangeRequest(user_id=user.id, changes=sealed, reason=canary))
        proof = vault.seal_blob(school.id, f"proof_file:{request.id}", b"x")
        put(ProofFile(request_id=request.id, filename=canary, media_type="image/webp", size=1, content=proof))
        put(Consent(user_id=user.id, version="1"))
        put(SchoolSettings(mail_sender=canary))
        put(UserPhoto(user_id=user.id, content=b"x"))
        put(
            ColumnMapping(
                kind="students", header_sha="x", header=[canary], columns={}, created_by_name=canary
            )
        )
        put(
            Mail(
                user_id=user.id,
                recipient="x@example.com",
                template="password_reset_done",
                params={"name": canary},
            )
        )
        entry = put(
            AuditEntry(at=NOW, actor_name=canary, action="test", object_type="test", data={}, digest=b"x")
        )
        put(AuditLink(position=1, audit_id=entry.id, digest=b"x"))
        session.commit()
    world.rows[CourseLicence] = licensed
    world.rows[AnnouncementTarget] = targeted
    missing = [model.__name__ for model in scoped_models() if model not in world.rows]
    assert not missing, f"populate() must write a row of: {missing}"
    return world


@pytest.fixture
def two_schools(alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]) -> tuple[Populated, Populated]:
    """Two populated schools; tests act as the first and reach for the second."""
    return populate(alliance, make_school()), populate(alliance, make_school())
