"""The school's own assessment of an alliance course (评价设置), where the licence allows it."""

from __future__ import annotations

from app.context import Context
from app.errors import Invalid, NotAllowed, msg
from app.models import Course, CourseOffering
from app.rules.courses.assessment import Assessment, as_json, from_json, problems
from app.rules.permissions import Action
from app.services.offerings.read import get_school_course, offering_to_edit
from app.services.shared.audit import record


def assessment_of(offering: CourseOffering, course: Course) -> Assessment | None:
    """Return how an offering is assessed: by the school's own assessment, or else by the course's.

    Args:
        offering: with its licence loaded; a school's own assessment counts while the licence allows it.
    """
    local = offering.licence is not None and offering.licence.local_assessment
    data = offering.assessment if local and offering.assessment is not None else course.assessment
    return from_json(data) if data is not None else None


def set_local_assessment(ctx: Context, *, offering_id: int, assessment: Assessment | None) -> CourseOffering:
    """Set the school's own assessment of an offering, or (``None``) return to the course's.

    Raises:
        Invalid: ``assessment``: weights, pass mark, gate or make-up rule are wrong.
        NotAllowed: the licence does not allow it.
        NotFound: no such course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.PUBLISH_OFFERING)
    if not get_school_course(ctx, offering_id=offering_id).local_assessment:
        raise NotAllowed(msg("联盟没有允许本校修改该课程的评价设置"))
    if assessment is not None and (found := problems(assessment)):
        raise Invalid("assessment", next(iter(found.values())))
    data = as_json(assessment) if assessment is not None else None
    if data != offering.assessment:
        offering.assessment = data
        ctx.session.flush()
        record(ctx, "offering.assessment_set", "offering", offering_id, {"own": assessment is not None})
    return offering
