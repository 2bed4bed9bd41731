"""The school's acts on a course as a whole: 「上线」, 「下线」, 「拒绝」, 「再次开课」, its own assessment."""

from __future__ import annotations

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from admin.courses.assessment import TypedAssessment
from app.rules.permissions import Action, may
from app.services.offerings.assessment import set_local_assessment
from app.services.offerings.publication import decline_offer, reconsider_offer, take_offline
from app.services.offerings.repeat_and_cancel import drop_term, offer_again
from app.web.shared.context import request_actor
from app.web.shared.hosts import ROW


class OfferingMoves:
    """Mixin of the offerings' view: publication and terms."""

    def content_page(self, tab: str, offering_id: int, *, typed: TypedAssessment | None = None) -> str:
        """Return the page of a tab."""
        raise NotImplementedError

    @expose(f"/<{ROW}:offering_id>/offline", methods=("POST",))
    def offline(self, offering_id: int) -> ResponseReturnValue:
        """Take the offering offline (「下线」)."""
        if attempt(lambda ctx: take_offline(ctx, offering_id=offering_id)):
            flash(gettext("已下线，学生端不再显示该课程"), "success")
        return self._to("details", offering_id)

    @expose(f"/<{ROW}:offering_id>/decline", methods=("POST",))
    def decline(self, offering_id: int) -> ResponseReturnValue:
        """Decline the licensed course (「拒绝」), with the reason."""
        reason = request.form.get("reason", "")
        if attempt(lambda ctx: decline_offer(ctx, offering_id=offering_id, reason=reason)):
            flash(gettext("已拒绝，联盟秘书处会看到原因；改变主意时可以「重新考虑」"), "success")
        return self._to("show", offering_id)

    @expose(f"/<{ROW}:offering_id>/reconsider", methods=("POST",))
    def reconsider(self, offering_id: int) -> ResponseReturnValue:
        """Reconsider a declined course (「重新考虑」)."""
        if attempt(lambda ctx: reconsider_offer(ctx, offering_id=offering_id)):
            flash(gettext("课程又是「待提交」，填写教学安排后可以上线"), "success")
        return self._to("details", offering_id)

    @expose(f"/<{ROW}:offering_id>/again", methods=("POST",))
    def again(self, offering_id: int) -> ResponseReturnValue:
        """Offer the same course in another term (「再次开课」)."""
        term = request.form.get("term", "")
        offering = attempt(lambda ctx: offer_again(ctx, offering_id=offering_id, term=term))
        if offering is None:
            return self._to("show", offering_id)
        flash(gettext("已为新学期开课，请填写教学安排后上线；原学期的注册记录不受影响"), "success")
        return self._to("details", offering.id)

    @expose(f"/<{ROW}:offering_id>/drop", methods=("POST",))
    def drop(self, offering_id: int) -> ResponseReturnValue:
        """Cancel a term that was opened by mistake (「取消开课」)."""
        other = attempt(lambda ctx: drop_term(ctx, offering_id=offering_id))
        if other is None:
            return self._to("show", offering_id)
        flash(gettext("已取消该学期的开课"), "success")
        return self._to("show", other.id)

    @expose(f"/<{ROW}:offering_id>/assessment/local", methods=("POST",))
    def local_assessment(self, offering_id: int) -> ResponseReturnValue:
        """Save the school's own assessment (「保存」), or return to the alliance's (「恢复联盟设置」)."""
        if "restore" in request.form:
            done = attempt(lambda ctx: set_local_assessment(ctx, offering_id=offering_id, assessment=None))
            if done:
                flash(gettext("已恢复联盟的评价设置"), "success")
            return self._to("assessment", offering_id)
        if not may(request_actor().role, Action.PUBLISH_OFFERING):
            abort(404)
        assessment, typed = TypedAssessment.sent().read()
        if assessment is not None and not typed.errors:
            done = attempt(
                lambda ctx: set_local_assessment(ctx, offering_id=offering_id, assessment=assessment)
            )
            if done:
                flash(gettext("已保存本校的评价设置"), "success")
                return self._to("assessment", offering_id)
        return self.content_page("assessment", offering_id, typed=typed), 422

    def _to(self, page: str, offering_id: int) -> ResponseReturnValue:
        return redirect(self.get_url(f".{page}", offering_id=offering_id), code=303)  # type: ignore[attr-defined]
