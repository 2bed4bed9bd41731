"""「关联学生」 (manual 8.2): 未关联学生, 已关联学生, and the classes that students leave by 「关联」."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext, ngettext

from admin.base import attempt
from admin.classes.frame import ClassFrame
from admin.shared.listing import ListAddress, list_values, meant_ids, ticks_used
from app.context import Context
from app.rules.shared.whole_numbers import whole_number
from app.services.classes.members import Association, associate, dissociate, preview_association
from app.services.people.class_candidates import find_student_ids, find_students
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument


class ClassMembers(ClassFrame):
    """Mixin with the pages of the students in a class and outside it."""

    @expose(f"/<{ROW}:class_id>/students")
    def outside(self, class_id: int) -> ResponseReturnValue:
        """Show 未关联学生: students found by any piece of information, to be ticked for 「关联」."""
        return self._list(class_id, inside=False)

    @expose(f"/<{ROW}:class_id>/students/associated")
    def inside(self, class_id: int) -> ResponseReturnValue:
        """Show 已关联学生: the students of the class, to be ticked for 「删除」."""
        return self._list(class_id, inside=True)

    @expose(f"/<{ROW}:class_id>/students/add", methods=("POST",))
    def associate(self, class_id: int) -> ResponseReturnValue:
        """Add students to the class (「关联」), after a preview if they leave other classes."""
        expected = _leaving_shown()

        def work(ctx: Context) -> tuple[list[int], Association, bool]:
            ids = _meant(ctx, class_id, inside=False)
            plan = preview_association(ctx, class_id=class_id, user_ids=ids)
            if plan.leaving and expected is None:
                return ids, plan, False
            return ids, associate(ctx, class_id=class_id, user_ids=ids, leaving=expected), True

        done = attempt(work)
        if done is None:
            return self.to("outside", class_id=class_id)
        ids, plan, written = done
        if not written:
            return self.class_page("leaving", class_id, plan=plan, ids=ids)
        flash(ngettext("已关联 %(num)s 名学生", "已关联 %(num)s 名学生", plan.joining), "success")
        if plan.registered:
            flash(gettext("并按班级的选课注册了 %(n)s 人次", n=plan.registered), "success")
        ticks_used(self.get_url("classes.outside", class_id=class_id))
        return self.to("inside", class_id=class_id)

    @expose(f"/<{ROW}:class_id>/students/remove", methods=("POST",))
    def dissociate(self, class_id: int) -> ResponseReturnValue:
        """Remove students from the class (「删除」); their accounts and registrations stay."""
        gone = attempt(
            lambda ctx: dissociate(ctx, class_id=class_id, user_ids=_meant(ctx, class_id, inside=True))
        )
        if gone is not None:
            flash(
                ngettext(
                    "已把 %(num)s 名学生移出班级，账号和课程注册不变",
                    "已把 %(num)s 名学生移出班级，账号和课程注册不变",
                    gone,
                ),
                "success",
            )
            ticks_used(self.get_url("classes.inside", class_id=class_id))
        return self.to("inside", class_id=class_id)

    def _list(self, class_id: int, *, inside: bool) -> ResponseReturnValue:
        text, unassigned = text_argument("q"), _unassigned()
        found = find_students(
            request_context(),
            class_id=class_id,
            inside=inside,
            text=text,
            unassigned=unassigned,
            page=page_argument(),
        )
        endpoint = "inside" if inside else "outside"
        chosen = {"q": text, "free": "1" if unassigned else ""}
        address = ListAddress(f"classes.{endpoint}", chosen, kept={"class_id": class_id})
        return self.class_page(
            "students",
            class_id,
            **list_values(found, address),
            inside=inside,
            bulk_address=self.get_url(
                "classes.dissociate" if inside else "classes.associate",
                class_id=class_id,
                **{name: value for name, value in chosen.items() if value},
            ),
        )


def _unassigned() -> bool:
    return request.args.get("free") == "1"


def _leaving_shown() -> dict[int, int] | None:
    """Return how many students leave which class as the page has shown; ``None``: it has shown nothing."""
    shown: dict[int, int] = {}
    for sent in request.form.getlist("leaving"):
        left, _, students = sent.partition(":")
        class_id, number = whole_number(left), whole_number(students)
        if class_id is not None and number is not None:
            shown[class_id] = number
    return shown or None


def _meant(ctx: Context, class_id: int, *, inside: bool) -> list[int]:
    """Return the ticked students, or all that match the address."""
    return meant_ids(
        lambda: find_student_ids(
            ctx, class_id=class_id, inside=inside, text=text_argument("q"), unassigned=_unassigned()
        )
    )
