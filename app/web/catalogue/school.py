"""The courses of a school: catalogue, course page, registering and withdrawing (manual 7.3, 8.3).

The paths ``/courses…`` exist on the alliance's host as well, where ``app.web.catalogue.alliance`` answers them.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import Markup

from app.context import Context
from app.errors import Conflict, NotAllowed, msg
from app.rules.offerings.semesters import term_label
from app.rules.shared.html import clean_html
from app.services.catalogue.course_page import get_choice, get_course_details
from app.services.catalogue.school import get_offering
from app.services.catalogue.school_search import Wanted, search_catalogue
from app.services.media.read import CoveredCourse
from app.services.registrations import self_service
from app.uow import unit_of_work
from app.web.catalogue import alliance as apex
from app.web.catalogue.filters import discipline_choices, source_choices, state_choices
from app.web.shared.cache.entries import Room
from app.web.shared.cache.fragments import Fragments, cached_fragments, render_fragment
from app.web.shared.cache.pages import offer_list, shared_by_visitors
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW, by_host, school_only
from app.web.shared.i18n import translated
from app.web.shared.listing import (
    address,
    page_address,
    page_argument,
    render_list,
    text_argument,
    with_choice,
)

blueprint = Blueprint("catalogue", __name__)

Result = TypeVar("Result")

#: The filters of the catalogue beside its search; each is an argument of the address.
_FILTERS = ("category", "state", "source", "sort")


@blueprint.app_template_global("cover_url")
def cover_url(course: CoveredCourse) -> str | None:
    """Return the address of a course's cover, ``None`` if it has none."""
    if not course.cover_sha:
        return None
    return url_for("media.cover", owner_id=course.school_id, course_id=course.id, sha=course.cover_sha)


@blueprint.app_template_filter("rich")
def rich(markup: str) -> Markup:
    """Return rich text as markup, sanitised once more regardless of how it came into the database."""
    return Markup(clean_html(markup))  # noqa: S704 (only the allow-list of app.rules.shared.html is left)


@blueprint.app_template_filter("credit")
def credit(points: Decimal | None) -> str:
    """Return credit points without trailing zeros: 2, 1.5."""
    return "" if points is None else f"{float(points):g}"


@blueprint.app_template_filter("term")
def term(code: str) -> str:
    """Return a term in words; a term with another kind of name stays as it is."""
    try:
        return translated(term_label(code))
    except ValueError:
        return code


def _index() -> Response:
    """Show the school's catalogue, with search, filters and their counts, and orders."""
    filters = {"q": text_argument("q"), **{name: text_argument(name) for name in _FILTERS}}
    page = page_argument()
    # Search texts are too varied to be cached.
    subject: tuple[str | int, ...] | None = None if filters["q"] else ("catalogue", *filters.values(), page)
    fragments = cached_fragments(subject, lambda ctx: _courses(ctx, filters, page))
    return render_list(
        "catalogue/school/index.html",
        "catalogue/school/_found.html",
        canonical=address("catalogue.index", **filters),
        fragments=fragments,
        filters=filters,
    )


def _courses(ctx: Context, filters: dict[str, str], page: int) -> Fragments:
    q, chosen = filters["q"], {name: filters[name] for name in _FILTERS}
    wanted = Wanted(text=q, **chosen)
    found, facets = search_catalogue(ctx, wanted, page=page)
    courses = render_fragment(
        "catalogue/school/_courses.html",
        courses=found.rows,
        total=found.total,
        filters=filters,
        with_choice=with_choice("catalogue.index", **filters),
        states=state_choices(facets.states, wanted.state),
        disciplines=discipline_choices(facets.categories, wanted.category),
        sources=source_choices(facets.sources, wanted.source),
        today=ctx.today(),
        page=found.number,
        pages=found.pages,
        page_address=page_address("catalogue.index", **filters),
    )
    count = render_fragment("catalogue/school/_count.html", total=found.total)
    understood = wanted.is_known and found.number == page
    room = offer_list(
        filters | {"page": str(page) if page > 1 else ""}, found=understood and bool(found.rows)
    )
    return Fragments({"count": count, "courses": courses}, room)


def _show(offering_id: int) -> str:
    """Show a course of the school, with the visitor's possible acts on it today."""
    ctx = request_context()
    item = get_offering(ctx, offering_id=offering_id)

    def details(ctx: Context) -> Fragments:
        page = get_course_details(ctx, item)
        return Fragments(
            {"details": render_fragment("catalogue/school/_details.html", item=item, page=page)}, Room.ROW
        )

    fragments = cached_fragments(("course", offering_id), details)
    return render_template(
        "catalogue/school/show.html", item=item, choice=get_choice(ctx, item), fragments=fragments
    )


_list = shared_by_visitors(by_host(school=_index, apex=apex.courses))
_one = shared_by_visitors(by_host(school=_show, apex=apex.course))
blueprint.add_url_rule("/courses", "index", _list)
blueprint.add_url_rule(f"/courses/<{ROW}:offering_id>", "show", _one)


@blueprint.post(f"/courses/<{ROW}:offering_id>/register")
@school_only
def register(offering_id: int) -> Response:
    """Register for the course (报名), or join the waiting list (候补) if no seat is left."""
    return _change(offering_id, self_service.register, _said)


@blueprint.post(f"/courses/<{ROW}:offering_id>/withdraw")
@school_only
def withdraw(offering_id: int) -> Response:
    """Withdraw from the course (退选)."""
    return _change(offering_id, self_service.withdraw, lambda _: str(gettext("已退选")))


@blueprint.post(f"/courses/<{ROW}:offering_id>/leave-waiting")
@school_only
def leave_waiting(offering_id: int) -> Response:
    """Leave the waiting list (退出候补)."""
    return _change(offering_id, self_service.leave_waiting, lambda _: str(gettext("已退出候补")))


def _said(outcome: self_service.Outcome) -> str:
    if outcome.place is self_service.Place.REGISTERED:
        return str(gettext("报名成功"))
    words = msg(
        "名额已满，您在候补第 %(position)s 位；有名额时自动报名并通知您", position=outcome.position or 1
    )
    return translated(words)


@blueprint.errorhandler(CSRFError)
def stale(_: CSRFError) -> Response:
    """Answer a form that outlived its session: a visitor logs in and returns to the course."""
    if not current_user.is_authenticated and request.view_args:
        return _to_login(url_for("catalogue.show", **request.view_args))
    page = render_template("errors/400.html", message=gettext("页面已过期，请返回刷新后再试"))
    return make_response(page, 400)


def _change(offering_id: int, use_case: Callable[..., Result], words: Callable[[Result], str]) -> Response:
    """Run the use case, report the result, and return to the course."""
    here = url_for("catalogue.show", offering_id=offering_id)
    if not current_user.is_authenticated:
        return _to_login(here)
    try:
        with unit_of_work(request_context()) as ctx:
            done = use_case(ctx, offering_id=offering_id)
    except (Conflict, NotAllowed) as refusal:
        flash(translated(refusal.message), "warning")
    else:
        flash(words(done), "success")
    return make_response(redirect(here, code=303))


def _to_login(wanted: str) -> Response:
    return make_response(redirect(url_for("auth.login", next=wanted), code=303))
