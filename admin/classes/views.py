"""教务管理 → 班级管理: the classes of the school; a head teacher (班主任) sees their own."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField

from admin.base import ACADEMIC, ManageForm, attempt
from admin.classes.edit import ClassEditing
from admin.classes.members import ClassMembers
from admin.classes.merge_classes import LAST_MOVE, ClassMoves
from admin.classes.select_courses import ClassSelections
from admin.shared.listing import ListAddress, choice, list_values, number, sorting, year
from app.rules.permissions import Action, may
from app.rules.shared.whole_numbers import whole_number
from app.services.classes.courses import get_class_course, list_class_courses, list_registrations
from app.services.classes.head_teachers import head_teacher_choices, set_head_teacher
from app.services.classes.later_joiners import list_later_joiners
from app.services.classes.lists import (
    ClassFilter,
    ClassState,
    class_majors,
    class_teachers,
    class_years,
    get_class,
    list_classes,
)
from app.services.classes.students import StudentSort, list_class_students
from app.services.shared.activation import Activation
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument

REGISTERED = ("yes", "no")
STATES = ("archived", "all")
Chosen = dict[str, str | int | None]
_NOBODY = -1


def _teacher_id(value: str | int | None) -> int | None:
    """Return the chosen teacher's id; for text that is not a number, an id that no one has."""
    text = str(value or "")
    number = whole_number(text)
    return number if number is not None else _NOBODY if text else None


class HeadTeacherForm(ManageForm):
    """The form that chooses a class's head teacher; the use case decides who may be head teacher."""

    head_teacher = SelectField(lazy_gettext("班主任"), coerce=_teacher_id, validate_choice=False)


class Classes(ClassEditing, ClassMembers, ClassMoves, ClassSelections):
    """The list of classes and the pages of one class: its students, its courses."""

    @expose("/")
    def index(self) -> str:
        """Show a page of the classes that match."""
        ctx = request_context()
        chosen: Chosen = {
            "q": text_argument("q"),
            "year": year("year"),
            "major": text_argument("major"),
            "teacher": number("teacher"),
            "state": choice("state", STATES),
        }
        filters = ClassFilter(
            entry_year=year("year"),
            major=text_argument("major") or None,
            head_teacher_id=number("teacher"),
            state={"": ClassState.IN_USE, "archived": ClassState.ARCHIVED}.get(str(chosen["state"])),
        )
        return self.render(
            "manage/classes/list.html",
            **list_values(
                list_classes(ctx, text=str(chosen["q"]), filters=filters, page=page_argument()),
                ListAddress("classes.index", chosen),
            ),
            years=[(each, each) for each in class_years(ctx)],
            majors=[(each, each) for each in class_majors(ctx)],
            teachers=list(class_teachers(ctx)),
            can_manage=may(ctx.actor.role, Action.MANAGE_CLASSES),
        )

    @expose(f"/<{ROW}:class_id>/")
    def show(self, class_id: int) -> str:
        """Show one class with its students and the use of their accounts."""
        return self._show(class_id, HeadTeacherForm())

    @expose(f"/<{ROW}:class_id>/head-teacher", methods=("POST",))
    def head_teacher(self, class_id: int) -> ResponseReturnValue:
        """Choose the head teacher, or remove the present one."""
        form = HeadTeacherForm()
        # A form without the field does not remove the head teacher.
        chosen = form.head_teacher.data if "head_teacher" in request.form else _NOBODY
        if attempt(lambda ctx: set_head_teacher(ctx, class_id=class_id, teacher_id=chosen), form):
            flash(gettext("已保存"), "success")
            return redirect(self.get_url(".show", class_id=class_id), code=303)
        return self._show(class_id, form), 422

    @expose(f"/<{ROW}:class_id>/courses/")
    def courses(self, class_id: int) -> str:
        """Show the courses of a class, with the number of its students who are registered for each."""
        ctx = request_context()
        return self.class_page(
            "courses",
            class_id,
            courses=list_class_courses(ctx, class_id=class_id),
            later={joiners.offering_id: joiners for joiners in list_later_joiners(ctx, class_id=class_id)},
        )

    @expose(f"/<{ROW}:class_id>/courses/<{ROW}:offering_id>/")
    def registrations(self, class_id: int, offering_id: int) -> str:
        """Show the students of a class who are registered for a course, and those who are not."""
        ctx = request_context()
        text, registered = text_argument("q"), choice("registered", REGISTERED)
        sort, descending = sorting(tuple(StudentSort), StudentSort.NUMBER)
        address = ListAddress(
            "classes.registrations",
            {"q": text, "registered": registered},
            sort,
            descending,
            kept={"class_id": class_id, "offering_id": offering_id},
        )
        found = list_registrations(
            ctx,
            class_id=class_id,
            offering_id=offering_id,
            text=text,
            registered={"yes": True, "no": False}.get(registered),
            sort=sort,
            descending=descending,
            page=page_argument(),
        )
        return self.class_page(
            "registrations",
            class_id,
            course=get_class_course(ctx, class_id=class_id, offering_id=offering_id),
            **list_values(found, address),
        )

    def _show(self, class_id: int, form: HeadTeacherForm) -> str:
        ctx = request_context()
        school_class = get_class(ctx, class_id=class_id)
        text, state = text_argument("q"), choice("state", tuple(Activation))
        sort, descending = sorting(tuple(StudentSort), StudentSort.NUMBER)
        students = list_class_students(
            ctx,
            class_id=class_id,
            text=text,
            activation=Activation(state) if state else None,
            sort=sort,
            descending=descending,
            page=page_argument(),
        )
        may_choose = may(ctx.actor.role, Action.SET_HEAD_TEACHER)
        if may_choose:
            form.head_teacher.choices = [
                ("", gettext("未指定")),
                *head_teacher_choices(ctx, class_id=class_id),
            ]
            if not form.is_submitted():
                form.head_teacher.data = school_class.head_teacher_id
        chosen: Chosen = {"q": text, "state": state}
        last = session.get(LAST_MOVE)
        return self.class_page(
            "show",
            class_id,
            **list_values(
                students, ListAddress("classes.show", chosen, sort, descending, kept={"class_id": class_id})
            ),
            later=[joiners for joiners in list_later_joiners(ctx, class_id=class_id) if joiners.waiting],
            last_move=last if last is not None and last["target_id"] == class_id else None,
            form=form if may_choose else None,
        )


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Classes(
            lazy_gettext("班级管理"),
            category=ACADEMIC,
            endpoint="classes",
            url="classes",
            menu_icon_value="diagram-3",
        )
    ]
