"""A school's own assessment of an alliance course."""

from __future__ import annotations

import pytest

from app.context import Context
from app.errors import Invalid, NotAllowed
from app.models import CourseLicence, CourseOffering
from app.rules.courses.assessment import Assessment, Component, Kind, as_json
from app.services.offerings.assessment import assessment_of, set_local_assessment
from app.services.offerings.read import get_school_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.rows import audit_of

OWN = Assessment((Component(Kind.VIDEO, "", 40), Component(Kind.EXAM, "", 60)), 70)


def test_an_assessment_of_its_own_only_where_the_licence_allows_it(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    locked = put_offering(alliance, school)
    with pytest.raises(NotAllowed), unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=locked.id, assessment=OWN)
    free = put_offering(alliance, school, licence={"local_assessment": True})
    with pytest.raises(Invalid), unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=Assessment(OWN.components[:1], 60))
    with unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=OWN)
    row = get_school_course(administrator, offering_id=free.id).offering
    assert assessment_of(row, row.course) == OWN
    with unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=None)
    assert assessment_of(row, row.course) is None


def test_the_schools_own_assessment_ends_with_the_permission(
    alliance: SchoolInfo, school: SchoolInfo
) -> None:
    theirs = Assessment((Component(Kind.EXAM, "", 100),))
    course = put_course(alliance, assessment=as_json(theirs))
    for allowed, counts in ((True, OWN), (False, theirs)):
        offering = CourseOffering(assessment=as_json(OWN), licence=CourseLicence(local_assessment=allowed))
        assert assessment_of(offering, course) == counts
    assert assessment_of(CourseOffering(assessment=as_json(OWN), licence=None), course) == theirs


def test_setting_it_again_writes_no_second_audit_row(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    free = put_offering(alliance, school, licence={"local_assessment": True})
    for _ in range(2):
        with unit_of_work(administrator) as ctx:
            set_local_assessment(ctx, offering_id=free.id, assessment=OWN)
    assert [entry.data for entry in audit_of(school, "offering.assessment_set")] == [{"own": True}]
