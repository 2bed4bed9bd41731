"""The alliance's public pages: home, released courses, 联盟成员.

Paths that both kinds of host have are routed in ``app.web.catalogue.school``.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from app.services.announcements.read import list_shown
from app.services.catalogue.alliance import (
    count_alliance,
    count_alliance_facets,
    get_released_course,
    list_released_courses,
)
from app.services.schools.open_and_edit import list_members
from app.web.catalogue.filters import discipline_choices
from app.web.shared.cache.pages import offer_list, shared_by_visitors
from app.web.shared.context import request_context
from app.web.shared.hosts import apex_only
from app.web.shared.listing import (
    address,
    page_address,
    page_argument,
    render_list,
    text_argument,
    with_choice,
)

blueprint = Blueprint("apex", __name__)

PER_PAGE = 24
_HOME_COURSES = 8
_HOME_MEMBERS = 12
_HOME_ANNOUNCEMENTS = 4


def home() -> str:
    """Show the alliance in current figures: announcements, courses, members, and links to the schools."""
    ctx = request_context()
    return render_template(
        "alliance/home.html",
        figures=count_alliance(ctx),
        courses=list_released_courses(ctx, per_page=_HOME_COURSES).rows,
        members=list_members(ctx)[:_HOME_MEMBERS],
        announcements=list_shown(ctx, limit=_HOME_ANNOUNCEMENTS),
    )


def courses() -> Response:
    """Show the released courses, with search and filters, and the number of schools at which each runs now."""
    ctx = request_context()
    q, category, page = text_argument("q"), text_argument("category"), page_argument()
    running = text_argument("running") == "1"
    filters = {"q": q, "category": category, "running": "1" if running else ""}
    shelf = count_alliance_facets(ctx, text=q, category=category, running=running)
    found = list_released_courses(
        ctx, text=q, category=category, running=running, page=page, per_page=PER_PAGE, total=shelf.total
    )
    there = found.number == page and bool(found.rows)
    offer_list(filters | {"page": str(page) if page > 1 else ""}, found=there)
    return render_list(
        "catalogue/alliance/courses.html",
        "catalogue/alliance/_courses.html",
        canonical=address("catalogue.index", **filters),
        courses=found.rows,
        total=found.total,
        shelf=shelf,
        disciplines=discipline_choices(shelf.categories, category),
        said=filters,
        with_choice=with_choice("catalogue.index", **filters),
        page=found.number,
        pages=found.pages,
        page_address=page_address("catalogue.index", **filters),
    )


def course(course_id: int) -> str:
    """Show a released course, and the schools at which it runs."""
    found = get_released_course(request_context(), course_id=course_id)
    return render_template(
        "catalogue/alliance/course.html", released=found, course=found.course, assessment=found.assessment
    )


@blueprint.get("/members")
@apex_only
@shared_by_visitors
def members() -> Response:
    """Show 联盟成员: the member schools, found by name or pinyin initials (manual 2.2)."""
    q = text_argument("q")
    return render_list(
        "alliance/members.html",
        "alliance/_members.html",
        canonical=address("apex.members", q=q),
        members=list_members(request_context(), q),
        q=q,
    )
