"""The status buttons of an own course's page: 「未通过」, 「已通过」, 「推荐」 (manual 7.1 and 7.3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from app.context import Context
from app.errors import Invalid, Message, msg
from app.rules.courses.fields import BASICS
from app.rules.permissions import Action, may
from app.services.courses.recommendations import recommend_course, withdraw_recommendation
from app.services.courses.review_pages import OwnStatus
from app.services.courses.reviews import NotComplete, submit_course, take_off
from app.services.shared.require_permission import require
from app.web.shared.context import request_actor
from app.web.shared.hosts import ROW


@dataclass(frozen=True, slots=True)
class MissingOnTab:
    """The required fields that are still empty on a tab of the course's page; ``endpoint`` is the tab's view."""

    endpoint: str
    label: Message
    messages: tuple[Message, ...]


def missing_by_tab(own: OwnStatus) -> list[MissingOnTab]:
    """Return the missing fields, grouped by the tabs on which they are filled in."""
    tabs = (
        ("offerings.show", msg("基本信息"), set(BASICS)),
        ("offerings.assessment", msg("评价设置"), {"assessment"}),
    )
    placed = {field for _endpoint, _label, fields in tabs for field in fields}
    details = ("offerings.details", msg("详细信息"), set(own.missing) - placed)
    found = [
        MissingOnTab(endpoint, label, tuple(text for field, text in own.missing.items() if field in fields))
        for endpoint, label, fields in (tabs[0], details, tabs[1])
    ]
    return [tab for tab in found if tab.messages]


class OwnStatusActs:
    """Mixin of the view of a course's page; ``course_id`` comes from the editor."""

    def course_id(self, ctx: Context, row_id: int) -> int:
        """Return the id of the own course of an offering."""
        raise NotImplementedError

    @expose(f"/<{ROW}:row_id>/submit", methods=("POST",))
    def submit(self, row_id: int) -> ResponseReturnValue:
        """Submit the course for review: 「未通过」 → 课程提交审核确认 → 「确认」."""
        try:
            if attempt(
                lambda ctx: submit_course(ctx, course_id=self.course_id(ctx, row_id)), reraise=NotComplete
            ):
                flash(gettext("已提交，等待管理员审核；审核之前不能修改内容"), "success")
        except NotComplete as refusal:
            n = len(refusal.missing)
            flash(gettext("还不能提交审核：有 %(n)s 项没有填写，已在页面上列出", n=n), "error")
        return self._back(row_id)

    @expose(f"/<{ROW}:row_id>/take-off", methods=("POST",))
    def take_off(self, row_id: int) -> ResponseReturnValue:
        """Take the course off: 「已通过」 → 课程审核确认 → tick 「不通过」 → 「保存」."""
        if not may(request_actor().role, Action.REVIEW_COURSE):
            abort(404)
        ticked, reason = request.form.get("decision") == "rejected", request.form.get("reason", "")

        def work(ctx: Context) -> bool:
            course_id = self.course_id(ctx, row_id)
            require(ctx, Action.REVIEW_COURSE)
            if not ticked:
                raise Invalid("decision", msg("没有勾选「不通过」，课程状态没有改变"))
            return bool(take_off(ctx, course_id=course_id, reason=reason))

        if attempt(work):
            flash(gettext("已改为不通过，学生端不再显示该课程"), "success")
        return self._back(row_id)

    @expose(f"/<{ROW}:row_id>/recommend", methods=("POST",))
    def recommend(self, row_id: int) -> ResponseReturnValue:
        """Recommend the course to the alliance (「推荐」)."""
        note = request.form.get("note", "")
        if attempt(lambda ctx: recommend_course(ctx, course_id=self.course_id(ctx, row_id), note=note)):
            flash(gettext("已推荐给联盟秘书处"), "success")
        return self._back(row_id)

    @expose(f"/<{ROW}:row_id>/withdraw-recommendation", methods=("POST",))
    def withdraw_recommendation(self, row_id: int) -> ResponseReturnValue:
        """Withdraw the recommendation (「撤回推荐」)."""
        if attempt(lambda ctx: withdraw_recommendation(ctx, course_id=self.course_id(ctx, row_id))):
            flash(gettext("已撤回推荐"), "success")
        return self._back(row_id)

    def _back(self, row_id: int) -> ResponseReturnValue:
        address = self.get_url(".show", offering_id=row_id)  # type: ignore[attr-defined]
        return redirect(address, code=303)
