"""课程管理 → 课程审核: own courses under review, shown whole with changes, 「通过」 or 「不通过」 (manual 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import COURSES, SecureView, attempt
from admin.courses.changes import changes_of
from admin.courses.forms import sent_revision
from admin.shared.listing import ListAddress, choice, list_values
from app.errors import Invalid, Message, msg
from app.rules.courses.assessment import sentences
from app.rules.permissions import Action
from app.services.courses.review_pages import (
    DECIDED,
    WAITING,
    ReviewPage,
    count_waiting,
    get_review_page,
    list_reviews,
)
from app.services.courses.reviews import REASON_LENGTH, review_course
from app.web.catalogue.school import cover_url
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument


class CourseReviews(SecureView):
    """The list of courses under review and the page of one."""

    action = Action.REVIEW_COURSE
    hosts = "school"

    def waiting(self) -> int:
        """Return how many courses await review, for the menu."""
        return count_waiting(request_context())

    @expose("/")
    def index(self) -> str:
        """Show the courses that await review, or those that have been decided."""
        ctx = request_context()
        state, text = choice("state", (WAITING, DECIDED)) or WAITING, text_argument("q")
        return self.render(
            "manage/courses/reviews/list.html",
            **list_values(
                list_reviews(ctx, state=state, text=text, page=page_argument()),
                ListAddress("course_reviews.index", {"q": text}, kept={"state": state}),
            ),
            state=state,
            waiting=count_waiting(ctx),
        )

    @expose(f"/<{ROW}:course_id>/")
    def show(self, course_id: int) -> str:
        """Show the course as students will see it, its changes, and all earlier reasons."""
        return self._page(course_id)

    @expose(f"/<{ROW}:course_id>/decide", methods=("POST",))
    def decide(self, course_id: int) -> ResponseReturnValue:
        """Record the decision: 「通过」 or 「不通过」 → 「保存」."""
        decision, reason = request.form.get("decision", ""), request.form.get("reason", "")
        revision = sent_revision()
        if decision not in ("approved", "rejected"):
            unchosen = {"decision": msg("请选择通过或者不通过")}
            return self._page(course_id, unchosen, reason=reason), 422
        wrong: dict[str, Message] = {}
        try:
            done = attempt(
                lambda ctx: review_course(
                    ctx,
                    course_id=course_id,
                    revision=revision,
                    approve=decision == "approved",
                    reason=reason,
                ),
                reraise=Invalid,
            )
        except Invalid as refusal:
            done, wrong = None, {refusal.field: refusal.message}
        if done is not None:
            approved = gettext("已通过，学生端现在可以看到该课程")
            flash(approved if decision == "approved" else gettext("已标为不通过，教师会收到原因"), "success")
            return redirect(self.get_url(".index"), code=303)
        return self._page(course_id, wrong, decision=decision, reason=reason), 422

    def _page(self, course_id: int, wrong: Mapping[str, Message] | None = None, **entered: str) -> str:
        page = get_review_page(request_context(), course_id=course_id)
        content = page.view.content
        return str(
            self.render(
                "manage/courses/reviews/show.html",
                page=page,
                content=content,
                sentences=sentences(content.assessment) if content.assessment else [],
                cover=_cover(page),
                changes=changes_of(page.view),
                longest=REASON_LENGTH,
                entered=entered,
                wrong=wrong or {},
            )
        )


def _cover(page: ReviewPage) -> str | None:
    """Return the address of the submitted cover; a new cover still belongs to the working copy."""
    sha, course = page.view.content.cover, page.view.course
    if not sha or sha == course.cover_sha:
        return cover_url(course)
    if not page.offerings:
        return None
    return url_for("offerings.draft_cover", row_id=page.offerings[0].id, sha=sha)


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        CourseReviews(
            lazy_gettext("课程审核"),
            category=COURSES,
            endpoint="course_reviews",
            url="course-reviews",
            menu_icon_value="clipboard-check",
        )
    ]
