"""联盟管理 → 推荐审核: the courses that schools recommend, shown in full, with 「采纳」 or 「不采纳」 (manual 7.1)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, flash, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import ALLIANCE, SecureView, attempt
from admin.shared.listing import ListAddress, choice, list_values, number
from app.context import Context
from app.rules.courses.assessment import sentences
from app.rules.permissions import Action
from app.services.courses.recommendation_pages import (
    STATES,
    count_open_recommendations,
    count_recommendations,
    get_recommendation,
    get_recommended_cover,
    list_recommendations,
    list_recommending_schools,
)
from app.services.courses.recommendations import NOTE_LENGTH, accept_recommendation, decline_recommendation
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument

ALL = "all"
_ONE = f"/<{ROW}:school_id>/<{ROW}:recommendation_id>"


class Recommendations(SecureView):
    """The list of recommendations and the page of one."""

    action = Action.REVIEW_RECOMMENDATION
    hosts = "alliance"

    def waiting(self) -> int:
        """Return how many recommendations await a decision, for the menu."""
        return count_open_recommendations(request_context())

    @expose("/")
    def index(self) -> str:
        """Show a page of the recommendations of a state."""
        ctx = request_context()
        state = choice("state", (*STATES, ALL)) or "open"
        text, school_id = text_argument("q"), number("school")
        counts = count_recommendations(ctx)
        found = list_recommendations(
            ctx,
            state=None if state == ALL else state,
            text=text,
            school_id=school_id,
            page=page_argument(),
        )
        return self.render(
            "manage/courses/recommendations/list.html",
            **list_values(
                found,
                ListAddress("recommendations.index", {"q": text, "school": school_id}, kept={"state": state}),
            ),
            state=state,
            schools=list_recommending_schools(ctx),
            states=(*STATES, ALL),
            counts={**counts, ALL: sum(counts.values())},
        )

    @expose(f"{_ONE}/")
    def show(self, school_id: int, recommendation_id: int) -> str:
        """Show the whole course, as it was recommended."""
        return self._page(school_id, recommendation_id)

    @expose(f"{_ONE}/cover.webp")
    def cover(self, school_id: int, recommendation_id: int) -> Response:
        """Send the cover that was recommended with the course."""
        picture = get_recommended_cover(
            request_context(), school_id=school_id, recommendation_id=recommendation_id
        )
        response = make_response(picture)
        response.content_type = "image/webp"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    @expose(f"{_ONE}/accept", methods=("POST",))
    def accept(self, school_id: int, recommendation_id: int) -> ResponseReturnValue:
        """Accept the recommendation (「采纳」)."""
        answer = request.form.get("answer", "")

        def work(ctx: Context) -> object:
            return accept_recommendation(
                ctx, school_id=school_id, recommendation_id=recommendation_id, answer=answer
            )

        if attempt(work):
            flash(gettext("已采纳，现在可以把这门课程授权给其他学校"), "success")
            # Redirect to the course's page, where licensing it is the next step.
            return redirect(
                self.get_url(".show", school_id=school_id, recommendation_id=recommendation_id), code=303
            )
        return self._page(school_id, recommendation_id, answer), 422

    @expose(f"{_ONE}/decline", methods=("POST",))
    def decline(self, school_id: int, recommendation_id: int) -> ResponseReturnValue:
        """Decline the recommendation (「不采纳」), with the reason."""
        answer = request.form.get("answer", "")

        def work(ctx: Context) -> object:
            return decline_recommendation(
                ctx, school_id=school_id, recommendation_id=recommendation_id, answer=answer
            )

        if attempt(work):
            flash(gettext("已标为不采纳，学校会收到原因"), "success")
            return redirect(self.get_url(".index"), code=303)
        return self._page(school_id, recommendation_id, answer), 422

    def _page(self, school_id: int, recommendation_id: int, answer: str = "") -> str:
        found = get_recommendation(
            request_context(), school_id=school_id, recommendation_id=recommendation_id
        )
        content = found.content
        return str(
            self.render(
                "manage/courses/recommendations/show.html",
                found=found,
                content=content,
                sentences=sentences(content.assessment) if content.assessment else [],
                answer=answer,
                longest=NOTE_LENGTH,
            )
        )


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Recommendations(
            lazy_gettext("推荐审核"),
            category=ALLIANCE,
            endpoint="recommendations",
            url="recommendations",
            menu_icon_value="clipboard-check",
        )
    ]
