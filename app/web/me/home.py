"""A person's own pages on the student side, and the home page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, url_for
from flask_login import current_user, login_required

from app.context import Context
from app.rules.me.agenda import UpcomingDay, next_day
from app.rules.offerings.phase import CourseState
from app.rules.permissions import Action, may
from app.services.announcements.read import list_shown
from app.services.catalogue.school import CatalogueItem, OnNow, list_on_now
from app.services.catalogue.school import my_courses as courses_of_mine
from app.services.me.calendar import my_subscription
from app.services.me.courses import list_mine
from app.services.me.teaching import list_headed, list_taught
from app.web.catalogue import alliance as apex
from app.web.shared.cache.entries import Room
from app.web.shared.cache.fragments import Fragments, cached_fragments, render_fragment
from app.web.shared.cache.pages import shared_by_visitors
from app.web.shared.context import request_context
from app.web.shared.hosts import by_host, school_only

blueprint = Blueprint("student", __name__)

#: The number of the person's courses that the home page shows; a link leads to the others.
_MINE = 4
_ANNOUNCEMENTS = 4
#: The number of courses up to which the page has no sections.
_FEW = 8


def _home() -> str:
    """Show the school's home page.

    It has announcements, the person's own courses with their next dates, and new, open and running courses.
    """
    ctx = request_context()
    courses = courses_of_mine(ctx) if current_user.is_authenticated else []
    return render_template(
        "me/home.html",
        fragments=cached_fragments(("home",), _on_now, registered={course.id for course in courses}),
        mine=_ahead(courses, ctx.today())[:_MINE],
        announcements=list_shown(ctx, limit=_ANNOUNCEMENTS),
    )


def _on_now(ctx: Context) -> Fragments:
    now = list_on_now(ctx)
    courses = render_fragment("me/_on_now.html", now=now, sections=_sections(now), today=ctx.today())
    lead = render_fragment("me/_lead.html", total=now.total)
    return Fragments({"lead": lead, "courses": courses}, Room.FRONT)


def _sections(now: OnNow) -> list[tuple[str, list[CatalogueItem]]]:
    """Return the home page's lists, with each course in one of them only; a few courses make one list."""
    current = now.open + now.running + now.upcoming
    if len(current) <= _FEW:
        return [("now", current)]
    fresh = [item for item in now.newest if item.state is not CourseState.OPEN]
    named = {item.id for item in fresh}
    running, upcoming = (
        [item for item in items if item.id not in named] for items in (now.running, now.upcoming)
    )
    return [("open", now.open), ("new", fresh), ("running", running), ("upcoming", upcoming)]


def _ahead(courses: list[CatalogueItem], today: date) -> list[tuple[CatalogueItem, UpcomingDay | None]]:
    """Return the person's courses that are not over, in the order of their next dates."""
    days = [(item, next_day(item.offering.dates, today)) for item in courses if item.shown]
    return sorted(
        (each for each in days if each[0].state is not CourseState.ENDED),
        key=lambda each: each[1].day if each[1] else date.max,
    )


blueprint.add_url_rule("/", "home", shared_by_visitors(by_host(school=_home, apex=apex.home)))


@blueprint.get("/my/courses")
@school_only
@login_required
def my_courses() -> str:
    """Show 我的课程: current, upcoming, ended, 候补; the next dates; the calendar."""
    ctx = request_context()
    key = my_subscription(ctx)
    subscription = (
        url_for("calendar.subscribed", user_id=ctx.actor.user_id, key=key, _external=True) if key else None
    )
    return render_template(
        "me/courses.html",
        mine=list_mine(ctx),
        today=ctx.today(),
        subscription=subscription,
        webcal="webcal:" + subscription.partition(":")[2] if subscription else None,
    )


@blueprint.get("/my/teaching")
@school_only
@login_required
def teaching() -> str:
    """Show 我教的课程 and 我的班级."""
    ctx = request_context()
    if not may(ctx.actor.role, Action.ENTER_MANAGEMENT):
        abort(404)
    return render_template("me/teaching.html", courses=list_taught(ctx), classes=list_headed(ctx))
