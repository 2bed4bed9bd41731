"""联盟管理 → 课程授权: which school may offer which course."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import DateField, IntegerField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from admin.base import ALLIANCE, ManageForm, SecureView, attempt
from admin.listing import ListAddress, number
from app.rules.permissions import Action
from app.services.licence_lists import list_licences
from app.services.licences import end_licence, license_course, list_licensable
from app.services.schools import list_members
from app.web.context import request_context
from app.web.hosts import ROW
from app.web.listing import page_argument, text_argument

_MOST_DIGITS = 18


class LicenceForm(ManageForm):
    """One course for several schools."""

    course_id = SelectField(lazy_gettext("课程"), coerce=int)
    ends_on = DateField(
        lazy_gettext("授权截止日期"), [Optional()], description=lazy_gettext("当天仍有效；不填则长期有效")
    )
    seats = IntegerField(
        lazy_gettext("名额"),
        [Optional()],
        description=lazy_gettext("每所学校每学期最多可注册的人数；不填则不限"),
    )


class Licences(SecureView):
    """The licences given, and giving them in bulk."""

    action = Action.LICENSE_COURSE
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """One page of the licences that match."""
        ctx = request_context()
        text, course_id, school_id = text_argument("q"), number("course"), number("school")
        return self.render(
            "manage/licences/list.html",
            found=list_licences(
                ctx, text=text, course_id=course_id, school_id=school_id, page=page_argument()
            ),
            filtered=bool(text or course_id or school_id),
            text=text,
            course_id=course_id,
            courses=[(course.id, course.title) for course in list_licensable(ctx)],
            address=ListAddress("licences.index", {"q": text, "course": course_id, "school": school_id}),
        )

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """「授权」: a course, ticked schools, an end and seats where wanted."""
        ctx = request_context()
        form = LicenceForm(course_id=number("course_id"))
        form.course_id.choices = [SelectChoice(course.id, course.title) for course in list_licensable(ctx)]
        ticked = {int(each) for each in request.form.getlist("school_ids") if _is_id(each)}
        if form.validate_on_submit():
            done = attempt(
                lambda ctx: license_course(
                    ctx,
                    course_id=form.course_id.data,
                    school_ids=ticked,
                    ends_on=form.ends_on.data,
                    seats=form.seats.data,
                ),
                form,
            )
            if done is not None:
                flash(
                    gettext(
                        "新授权 %(granted)s 所学校，更新 %(changed)s 所，%(unchanged)s 所没有变化",
                        granted=done.granted,
                        changed=done.changed,
                        unchanged=done.unchanged,
                    ),
                    "success",
                )
                return redirect(self.get_url(".index", course=form.course_id.data), code=303)
        school_id = number("school_id")
        page = self.render(
            "manage/licences/form.html",
            form=form,
            schools=list_members(ctx),
            ticked=ticked or ({school_id} if school_id else set()),
        )
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:course_id>/<{ROW}:school_id>/end", methods=("POST",))
    def end(self, course_id: int, school_id: int) -> ResponseReturnValue:
        """「结束授权」."""
        if attempt(lambda ctx: end_licence(ctx, course_id=course_id, school_id=school_id)):
            flash(gettext("授权已结束，该校学生不再看到这门课程"), "success")
        return redirect(self.get_url(".index"), code=303)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def views() -> Iterable[BaseView]:
    """The views of this module."""
    return [
        Licences(
            lazy_gettext("课程授权"),
            category=ALLIANCE,
            endpoint="licences",
            url="licences",
            menu_icon_value="patch-check",
        )
    ]
