"""教务管理 → 学籍信息审核: students' requests beside the present values, decided singly or in bulk."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import ACADEMIC, SecureView, attempt
from admin.shared.listing import ListAddress, choice, list_values, number, sent_number, ticked_ids
from app.context import Context
from app.rules.permissions import Action
from app.rules.requests.change_requests import ANSWER_LENGTH, CANNED_ANSWERS
from app.services.classes.lists import class_names
from app.services.requests.review import (
    STATES,
    Decided,
    approve_request,
    count_requests,
    decide_many,
    get_proof,
    get_review,
    list_requests,
    reject_request,
)
from app.uow import unit_of_work
from app.web.shared.context import request_context
from app.web.shared.downloads import give_file
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated
from app.web.shared.listing import page_argument, text_argument

#: By default the list shows the pending requests; "all" is a filter of its own.
ALL = "all"


class Requests(SecureView):
    """The list of requests, the page of one request, and its files."""

    action = Action.REVIEW_REQUESTS
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """Show a page of the requests of a state."""
        ctx = request_context()
        state = choice("state", (*STATES, ALL)) or "open"
        text, class_id = text_argument("q"), number("class")
        found = list_requests(
            ctx, state=None if state == ALL else state, text=text, class_id=class_id, page=page_argument()
        )
        counts = count_requests(ctx)
        return self.render(
            "manage/requests/list.html",
            **list_values(
                found, ListAddress("requests.index", {"q": text, "class": class_id}, kept={"state": state})
            ),
            state=state,
            counts={**counts, ALL: sum(counts.values())},
            states=(*STATES, ALL),
            classes=list(class_names(ctx)),
            answers=CANNED_ANSWERS,
            longest=ANSWER_LENGTH,
        )

    @expose("/decide", methods=("POST",))
    def decide(self) -> ResponseReturnValue:
        """Decide all ticked requests in the same way."""
        ids = ticked_ids()
        verb = request.form.get("action")
        if verb not in ("approve", "reject"):
            abort(404)
        # The reasons in the bar are for refusals; an approval needs none.
        answer = _answer() if verb == "reject" else ""
        decided = attempt(
            lambda ctx: decide_many(ctx, request_ids=ids, approve=verb == "approve", answer=answer)
        )
        if decided is not None:
            _tell(decided, verb == "approve")
        return redirect(self.get_url(".index"), code=303)

    @expose(f"/<{ROW}:request_id>/")
    def show(self, request_id: int) -> str:
        """Show the old and the new values side by side, with the proof."""
        with unit_of_work(request_context()) as ctx:
            review = get_review(ctx, request_id=request_id)
        return self.render(
            "manage/requests/show.html", review=review, answers=CANNED_ANSWERS, longest=ANSWER_LENGTH
        )

    @expose(f"/<{ROW}:request_id>/approve", methods=("POST",))
    def approve(self, request_id: int) -> ResponseReturnValue:
        """Approve the request (「通过」)."""
        answer, seen = request.form.get("answer", ""), request.form.get("seen", "")

        def work(ctx: Context) -> bool:
            approve_request(ctx, request_id=request_id, seen=seen, answer=answer)
            return True

        if attempt(work):
            flash(gettext("已通过，学生信息已修改"), "success")
            return redirect(self.get_url(".index"), code=303)
        return redirect(self.get_url(".show", request_id=request_id), code=303)

    @expose(f"/<{ROW}:request_id>/reject", methods=("POST",))
    def reject(self, request_id: int) -> ResponseReturnValue:
        """Reject the request (「不通过」)."""
        answer = _answer()

        def work(ctx: Context) -> bool:
            reject_request(ctx, request_id=request_id, answer=answer)
            return True

        if attempt(work):
            flash(gettext("已标为不通过，学生会收到原因"), "success")
            return redirect(self.get_url(".index"), code=303)
        return redirect(self.get_url(".show", request_id=request_id), code=303)

    @expose(f"/<{ROW}:request_id>/files/<{ROW}:file_id>")
    def file(self, request_id: int, file_id: int) -> ResponseReturnValue:
        """Send a proof file."""
        with unit_of_work(request_context()) as ctx:
            opened = get_proof(ctx, request_id=request_id, file_id=file_id)
        return give_file(opened)


def _answer() -> str:
    """Return the entered answer, else the chosen standard answer, in Chinese as it is stored for the student."""
    entered = request.form.get("answer", "").strip()
    chosen = sent_number("canned", len(CANNED_ANSWERS) - 1)
    return entered if entered or chosen is None else str(CANNED_ANSWERS[chosen])


def _tell(decided: Decided, approved: bool) -> None:
    if decided.done:
        sentence = gettext("已通过 %(n)s 个申请") if approved else gettext("已将 %(n)s 个申请标为不通过")
        flash(sentence % {"n": decided.done}, "success")
    for refusal in decided.refused:
        flash(
            gettext("%(name)s：%(reason)s", name=refusal.real_name, reason=translated(refusal.message)),
            "warning",
        )
    if not decided.done and not decided.refused:
        flash(gettext("没有选择申请"), "warning")


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Requests(
            lazy_gettext("学籍信息审核"),
            category=ACADEMIC,
            endpoint="requests",
            url="requests",
            menu_icon_value="clipboard-check",
        )
    ]
