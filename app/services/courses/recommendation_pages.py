"""The recommended courses as the secretariat lists and reads them (联盟管理 → 推荐审核)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import CourseRecommendation, School
from app.rules.courses.fields import CourseContent, from_json
from app.rules.permissions import Action, may
from app.services.schools.directory import require_alliance
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import school_matches, words

STATES = ("open", "accepted", "declined", "withdrawn")
_SCHOOL = School.id == CourseRecommendation.school_id


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation with its school's name and the content as it was recommended."""

    recommendation: CourseRecommendation
    school: str
    content: CourseContent


def list_recommendations(
    ctx: Context, *, state: str | None = None, text: str = "", school_id: int | None = None, page: int = 1
) -> Page[Recommended]:
    """Return one page of the recommendations to this alliance: open ones oldest first, others latest first.

    Args:
        state: one of ``STATES``, ``None`` for all.
        text: part of the title or its teachers, or a school as ``school_matches`` finds it.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require(ctx)
    statement = select(CourseRecommendation, School.name).join(School, _SCHOOL).where(_ours(ctx))
    content = (CourseRecommendation.content[name].astext for name in ("title", "teachers", "category"))
    statement = statement.where(or_(words(text, *content), school_matches(text)))
    if state is not None:
        statement = statement.where(CourseRecommendation.state == state)
    if school_id is not None:
        statement = statement.where(CourseRecommendation.school_id == school_id)
    order = CourseRecommendation.id if state == "open" else CourseRecommendation.id.desc()
    return fetch_page(ctx.session, statement.order_by(order), _recommended, page=page)


def list_recommending_schools(ctx: Context) -> list[tuple[int, str]]:
    """Return id and name of the schools that ever recommended a course, for the filter.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require(ctx)
    recommends = select(CourseRecommendation.id).where(_ours(ctx), _SCHOOL).exists()
    found = ctx.session.execute(select(School.id, School.name).where(recommends).order_by(School.name))
    return [(row.id, row.name) for row in found]


def count_recommendations(ctx: Context) -> dict[str, int]:
    """Return the number of recommendations in each state.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require(ctx)
    statement = select(CourseRecommendation.state, func.count()).where(_ours(ctx))
    counted = {row[0]: row[1] for row in ctx.session.execute(statement.group_by(CourseRecommendation.state))}
    return {state: counted.get(state, 0) for state in STATES}


def count_open_recommendations(ctx: Context) -> int:
    """Return how many recommendations wait for the secretariat; 0 for other actors."""
    if not (ctx.school.is_alliance and may(ctx.actor.role, Action.REVIEW_RECOMMENDATION)):
        return 0
    statement = select(func.count()).select_from(CourseRecommendation)
    return ctx.session.scalar(statement.where(_ours(ctx), CourseRecommendation.state == "open")) or 0


def get_recommendation(ctx: Context, *, school_id: int, recommendation_id: int) -> Recommended:
    """Return a recommendation to this alliance.

    Raises:
        NotAllowed: the actor is not the secretariat.
        NotFound: there is no such recommendation.
    """
    _require(ctx)
    statement = select(CourseRecommendation, School.name).join(School, _SCHOOL)
    row = ctx.session.execute(statement.where(*_this(ctx, school_id, recommendation_id))).first()
    if row is None:
        raise NotFound(msg("没有找到这项推荐"))
    return _recommended(*row)


def get_recommended_cover(ctx: Context, *, school_id: int, recommendation_id: int) -> bytes:
    """Return the cover that was recommended with the course.

    Raises:
        NotAllowed: the actor is not the secretariat.
        NotFound: there is no such recommendation, or it has no cover.
    """
    _require(ctx)
    query = select(CourseRecommendation.cover).where(*_this(ctx, school_id, recommendation_id))
    cover = ctx.session.scalar(query)
    if cover is None:
        raise NotFound(msg("没有这张图片"))
    return bytes(cover)


def _recommended(recommendation: CourseRecommendation, school: str) -> Recommended:
    return Recommended(recommendation, school, from_json(recommendation.content))


def _require(ctx: Context) -> None:
    require(ctx, Action.REVIEW_RECOMMENDATION)
    require_alliance(ctx)


def _ours(ctx: Context) -> ColumnElement[bool]:
    return CourseRecommendation.alliance_id == ctx.school.id


def _this(ctx: Context, school_id: int, recommendation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        _ours(ctx),
        CourseRecommendation.school_id == school_id,
        CourseRecommendation.id == recommendation_id,
    )
