"""「选课」 (manual 8.3): courses for a whole class, the result, 撤销, and later joiners."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext

from admin.base import attempt, back_to
from admin.classes.frame import ClassFrame
from admin.shared.listing import ListAddress, list_values, sent_number, ticked_ids, ticks_used
from app.services.classes.later_joiners import answer_later_joiners
from app.services.classes.register import refusals
from app.services.classes.select_courses import Selected, select_courses, undo_selection
from app.services.classes.selectable import list_choosable, list_selections
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import joined, translated
from app.web.shared.listing import page_argument, text_argument


class ClassSelections(ClassFrame):
    """Mixin with the pages of a class's courses."""

    @expose(f"/<{ROW}:class_id>/select")
    def choose(self, class_id: int) -> str:
        """Show the courses that can be chosen."""
        text = text_argument("q")
        found = list_choosable(request_context(), class_id=class_id, text=text, page=page_argument())
        return self.class_page(
            "choose",
            class_id,
            **list_values(found, ListAddress("classes.choose", {"q": text}, kept={"class_id": class_id})),
        )

    @expose(f"/<{ROW}:class_id>/select", methods=("POST",))
    def select(self, class_id: int) -> ResponseReturnValue:
        """Register the class for the ticked courses (「选择课程」)."""
        done = attempt(lambda ctx: select_courses(ctx, class_id=class_id, offering_ids=ticked_ids()))
        if done is None:
            return self.to("choose", class_id=class_id)
        for result in done:
            flash(said_of(result), "warning" if result.refused else "success")
        ticks_used(request.path)
        return self.to("selections", class_id=class_id)

    @expose(f"/<{ROW}:class_id>/selections")
    def selections(self, class_id: int) -> str:
        """Show the past selections (选课记录)."""
        found = list_selections(request_context(), class_id=class_id, page=page_argument())
        address = ListAddress("classes.selections", kept={"class_id": class_id})
        return self.class_page("selections", class_id, **list_values(found, address))

    @expose(f"/<{ROW}:class_id>/selections/<{ROW}:selection_id>/undo", methods=("POST",))
    def undo_selection(self, class_id: int, selection_id: int) -> ResponseReturnValue:
        """Undo a selection (「撤销」)."""
        gone = attempt(lambda ctx: (undo_selection(ctx, class_id=class_id, selection_id=selection_id),))
        if gone is not None:
            sentence = ngettext(
                "已撤销，%(num)s 名学生不再注册这门课程",
                "已撤销，%(num)s 名学生不再注册这门课程",
                gone[0],
            )
            flash(sentence, "success")
        return self.to("selections", class_id=class_id)

    @expose(f"/<{ROW}:class_id>/later-joiners", methods=("POST",))
    def later_joiners(self, class_id: int) -> ResponseReturnValue:
        """Save whether later joiners are registered too (「一起注册」 or 「不注册」)."""
        offering_id = sent_number("offering_id") or 0
        follow = request.form.get("answer") == "follow"
        done = attempt(
            lambda ctx: (
                answer_later_joiners(ctx, class_id=class_id, offering_id=offering_id, follow=follow),
            )
        )
        if done is not None and done[0] is None:
            flash(gettext("已记住：后加入的学生不注册这门课程"), "success")
        elif done is not None and done[0] is not None:
            result = done[0]
            flash(
                gettext("已注册 %(n)s 人；以后加入的学生会自动注册这门课程", n=result.registered), "success"
            )
            if result.refused:
                reasons = joined([translated(message) for message in refusals(result.refused)], "；")
                flash(gettext("未能注册：%(reasons)s", reasons=reasons), "warning")
        return redirect(back_to(self.get_url("classes.courses", class_id=class_id)), code=303)


def said_of(selected: Selected) -> str:
    """Return a sentence that says what 「选择课程」 did."""
    sentence = gettext(
        "%(class_name)s《%(title)s》：新注册 %(n)s 人，原已注册 %(already)s 人",
        class_name=selected.class_name,
        title=selected.title,
        n=selected.registered,
        already=selected.already,
    )
    if not selected.refused:
        return sentence
    reasons = joined([translated(reason) for reason in selected.refused], "；")
    return gettext("%(sentence)s；未能注册：%(reasons)s", sentence=sentence, reasons=reasons)
