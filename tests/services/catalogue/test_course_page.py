"""The content of a course's page."""

from __future__ import annotations

from collections.abc import Callable

from app.context import Context
from app.models import OfferingAssistant, User
from app.rules.courses.assessment import Assessment, Component, Kind, as_json
from app.rules.permissions import Role
from app.services.catalogue.course_page import CourseDetails, get_course_details
from app.services.catalogue.school import get_offering
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]


def details(ctx: Context, offering_id: int) -> CourseDetails:
    return get_course_details(ctx, get_offering(ctx, offering_id=offering_id))


def exam(pass_mark: int) -> dict[str, object]:
    return as_json(Assessment((Component(Kind.EXAM, "", 100),), pass_mark))


def test_the_school_s_own_assessment_counts_where_the_licence_allows_it(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    ctx = make_ctx(school, Role.STUDENT)
    for allowed, local, mark in ((True, 70, 70), (False, 70, 60), (True, None, 60)):
        offering = put_offering(
            alliance,
            school,
            put_course(alliance, assessment=exam(60)),
            licence={"local_assessment": allowed},
            assessment=exam(local) if local else None,
        )
        said = [str(sentence) for sentence in details(ctx, offering.id).assessment]
        assert any(f"达到 {mark} 分" in sentence for sentence in said), (allowed, local)
    bare = put_offering(alliance, school)
    assert details(ctx, bare.id).assessment == []


def test_assistants_are_named_and_other_terms_lead_on(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    own = put_course(school)
    offering = put_offering(alliance, school, own)
    again = put_offering(alliance, school, own, term="2026-2027-2")
    put_offering(alliance, school, own, term="2027-2028-1", status="offline")
    helper = make_user(school, "teacher", real_name="沈助教")
    gone = make_user(school, "teacher", real_name="离职助教", status="disabled")
    with school_scope(school.id) as session:
        session.add_all(
            OfferingAssistant(offering_id=offering.id, user_id=user.id) for user in (helper, gone)
        )
        session.commit()
    page = details(make_ctx(school, Role.STUDENT), offering.id)
    assert page.assistants == ["沈助教"]
    assert [(other.id, other.term) for other in page.other_terms] == [(again.id, "2026-2027-2")]


def test_the_fewer_of_two_limits_counts(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo) -> None:
    ctx = make_ctx(school, Role.STUDENT)
    for granted, own, left in ((9, 5, 5), (3, 5, 3), (None, 5, 5), (9, None, 9), (None, None, None)):
        offering = put_offering(alliance, school, licence={"seats": granted}, seats=own)
        assert get_offering(ctx, offering_id=offering.id).seats_left == left
