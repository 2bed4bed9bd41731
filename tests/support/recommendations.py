"""Own courses on their way to the alliance."""

from __future__ import annotations

from app.context import Context
from app.services.courses.recommendations import accept_recommendation, recommend_course
from app.uow import unit_of_work
from tests.support.own_courses import Own


def recommend(own: Own, note: str = "") -> int:
    """An administrator recommends the course."""
    with unit_of_work(own.make_ctx(own.school)) as ctx:
        return recommend_course(ctx, course_id=own.course_id, note=note).id


def accept(secretariat: Context, own: Own, recommendation_id: int) -> None:
    """The secretariat accepts it."""
    with unit_of_work(secretariat) as ctx:
        accept_recommendation(
            ctx, school_id=own.school.id, recommendation_id=recommendation_id, answer="很好"
        )
