"""Two schools share a course: the acts of one never appear at the other, on any page or in any file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.models import (
    Course,
    CourseOffering,
    CourseRecommendation,
    CourseVersion,
    Registration,
    User,
)
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.licences.bulk import license_courses
from app.services.licences.rows import CourseRef
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.world import NAMED_ROWS, Populated

QUESTIONS = ("", "?q=金丝雀")


@dataclass(frozen=True)
class Sharing:
    """Two schools that have each other's courses.

    Args:
        offerings: at the first school: of the other's alliance course, and of its own one that the alliance accepted.
    """

    mine: Populated
    other: Populated
    offerings: list[int]


@pytest.fixture
def sharing(
    two_schools: tuple[Populated, Populated], alliance: SchoolInfo, make_ctx: Callable[..., object]
) -> Sharing:
    """Each school has the other's alliance course and its own accepted one, so that both offer all."""
    own = [CourseRef(one.school.id, _accept_own_course(one)) for one in two_schools]
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:  # type: ignore[arg-type]
        refs = [CourseRef(alliance.id, one.rows[CourseOffering]["course_id"]) for one in two_schools]
        ids = [one.school.id for one in two_schools]
        assert license_courses(ctx, course_refs=refs + own, school_ids=ids, terms=Terms()).granted == 4
    here, there = two_schools
    _put_online(there, here)
    return Sharing(here, there, _put_online(here, there))


def _accept_own_course(world: Populated) -> int:
    """Let the school's own course be approved and accepted; only its title is for everyone to see."""
    with school_scope(world.school.id) as session:
        course = session.get_one(Course, world.pk(Course))
        course.title, course.status, course.released = f"采纳课程{world.school.id}", "approved", True
        session.get_one(CourseVersion, world.pk(CourseVersion)).released = True
        session.get_one(CourseRecommendation, world.pk(CourseRecommendation)).state = "accepted"
        session.commit()
        return course.id


def _put_online(here: Populated, there: Populated) -> list[int]:
    """What a school got from the other goes online there, with a student in it."""
    with school_scope(here.school.id) as session:
        shared = (there.rows[CourseOffering]["course_id"], there.rows[Course]["id"])
        found = session.scalars(
            select(CourseOffering).where(
                CourseOffering.school_id == here.school.id, CourseOffering.course_id.in_(shared)
            )
        ).all()
        assert len(found) == len(shared)
        for offering in found:
            for name in ("status", "starts_on", "ends_on", "registration_starts_on", "registration_ends_on"):
                setattr(offering, name, here.rows[CourseOffering][name])
            session.add(Registration(offering_id=offering.id, user_id=here.rows[User]["id"]))
        session.commit()
        return [offering.id for offering in found]


def _addresses(app: Flask, rules: list[Rule], sharing: Sharing) -> Iterator[str]:
    worlds = (sharing.mine, sharing.other)
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
        for rule in rules:
            for world in worlds if rule.arguments else worlds[:1]:
                values = {
                    name: world.rows[NAMED_ROWS.get(name, CourseOffering)]["id"] for name in rule.arguments
                }
                values |= {name: "x" for name in ("token", "name", "sha") if name in rule.arguments}
                yield urls.build(rule.endpoint, values, append_unknown=False)
            for offering_id in sharing.offerings if rule.arguments == {"offering_id"} else ():
                yield urls.build(rule.endpoint, {"offering_id": offering_id})


def _text(answer: TestResponse) -> str:
    if answer.data[:2] != b"PK":
        return answer.get_data().decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        return "".join(book.read(name).decode(errors="replace") for name in book.namelist())


@pytest.mark.parametrize("kind", ["administrator", "student"])
def test_nothing_of_a_school_appears_at_another_that_shares_its_courses(
    app: Flask,
    sharing: Sharing,
    client_for: Callable[..., FlaskClient],
    make_user: Callable[..., User],
    kind: str,
) -> None:
    mine, other = sharing.mine, sharing.other
    user = make_user(mine.school, kind, must_change_password=False, password_hash="x")
    if kind == "student":
        with school_scope(mine.school.id) as session:
            session.add(Registration(offering_id=mine.rows[CourseOffering]["id"], user_id=user.id))
            session.commit()
    client = client_for(mine.school, user)
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.endswith("static")
        and (kind == "administrator" or not rule.rule.startswith("/manage"))
    ]  # fmt: skip
    shown, found_own = 0, 0
    for address in _addresses(app, rules, sharing):
        for question in ("",) if any(map(str.isdigit, address)) else QUESTIONS:
            answer = client.get(address + question)
            body = _text(answer)
            assert other.canary not in body, f"{address}{question} shows what is {other.school.name}'s"
            assert answer.status_code < 500, address
            shown += answer.status_code == 200
            found_own += mine.canary in body
    # The walk means something: pages were shown, and the school's own marks are on them.
    assert shown >= (30 if kind == "administrator" else 8)
    assert found_own >= (10 if kind == "administrator" else 0)
