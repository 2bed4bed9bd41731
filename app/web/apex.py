"""The alliance's public pages: home, released courses, 联盟成员. Shared paths are routed in ``app.web.catalogue``."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from app.services.schools import list_members
from app.services.showcase import (
    count_alliance,
    get_released_course,
    list_released_categories,
    list_released_courses,
)
from app.web.context import request_context
from app.web.hosts import apex_only
from app.web.listing import (
    address,
    page_address,
    page_argument,
    render_list,
    text_argument,
    wants_fragment,
)
from app.web.page_cache import shared_by_visitors

blueprint = Blueprint("apex", __name__)

PER_PAGE = 24
_HOME_COURSES = 8
_HOME_MEMBERS = 12


def home() -> str:
    """What the alliance is, in true figures, with its courses and members."""
    ctx = request_context()
    return render_template(
        "apex/home.html",
        figures=count_alliance(ctx),
        courses=list_released_courses(ctx, per_page=_HOME_COURSES).rows,
        members=list_members(ctx)[:_HOME_MEMBERS],
    )


def courses() -> Response:
    """The released courses, with search and categories."""
    ctx = request_context()
    q, category, page = text_argument("q"), text_argument("category"), page_argument()
    found = list_released_courses(ctx, text=q, category=category, page=page, per_page=PER_PAGE)
    return render_list(
        "apex/courses.html",
        "apex/_courses.html",
        canonical=address("catalogue.index", q=q, category=category),
        courses=found.rows,
        total=found.total,
        categories=[] if wants_fragment() else [(name, name) for name in list_released_categories(ctx)],
        q=q,
        category=category,
        page=page,
        pages=found.pages,
        page_address=page_address("catalogue.index", q=q, category=category),
    )


def course(course_id: int) -> str:
    """A released course, to be read."""
    return render_template(
        "apex/course.html", course=get_released_course(request_context(), course_id=course_id)
    )


@blueprint.get("/members")
@apex_only
@shared_by_visitors
def members() -> Response:
    """联盟成员: the member schools, found by name or pinyin initials (manual 2.2)."""
    q = text_argument("q")
    return render_list(
        "apex/members.html",
        "apex/_members.html",
        canonical=address("apex.members", q=q),
        members=list_members(request_context(), q),
        q=q,
    )
