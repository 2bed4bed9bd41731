"""联盟管理 → 联盟课程: the secretariat writes and releases the alliance's courses."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import DecimalField, FileField, IntegerField, StringField, TextAreaField
from wtforms.validators import Optional

from admin.base import ALLIANCE, ManageForm, SecureView, attempt
from admin.listing import ListAddress, choice
from admin.uploads import ACCEPTED, picture_of
from admin.validators import Required
from app.context import Context
from app.errors import InvalidFields
from app.models import Course
from app.rules.course_content import CourseContent, missing_for_release
from app.rules.html import editable_text
from app.rules.permissions import Action
from app.services.course_drafts import DraftView, open_draft, save_draft, set_cover
from app.services.courses import create_course, list_courses, release_course
from app.services.showcase import list_released_categories
from app.web.context import request_context
from app.web.hosts import ROW
from app.web.listing import page_argument, text_argument

STATES = ("released", "draft")


class CourseForm(ManageForm):
    """基本信息 of an alliance course."""

    title = StringField(lazy_gettext("课程名称"), [Required()])
    category = StringField(lazy_gettext("课程分类"), [Required()])
    teachers = StringField(lazy_gettext("授课教师"), description=lazy_gettext("多位教师用顿号分开"))
    source_name = StringField(lazy_gettext("建设单位"))
    hours = IntegerField(lazy_gettext("学时"), [Optional()])
    credit = DecimalField(lazy_gettext("学分"), [Optional()], places=1)
    summary = TextAreaField(
        lazy_gettext("课程简介"), description=lazy_gettext("两三句话，显示在课程列表中，最多 300 个字符")
    )
    description = TextAreaField(
        lazy_gettext("课程介绍"),
        description=lazy_gettext("空一行即分段；也可以使用标题、列表、表格等 HTML 标记，其余标记会被去掉"),
    )
    cover = FileField(
        lazy_gettext("课程封面"),
        description=lazy_gettext("PNG、JPEG、WebP 或 SVG，不超过 1 MB，将裁剪为 640 × 360"),
    )


class AllianceCourses(SecureView):
    """The list of alliance courses and the form of one."""

    action = Action.MANAGE_ALLIANCE_COURSES
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """One page of the courses that match."""
        text, state = text_argument("q"), choice("state", STATES)
        return self.render(
            "manage/courses/list.html",
            found=list_courses(request_context(), text=text, state=state or None, page=page_argument()),
            text=text,
            state=state,
            address=ListAddress("alliance_courses.index", {"q": text, "state": state}),
        )

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """「新建课程」."""
        form = CourseForm()
        if form.validate_on_submit():
            course = attempt(lambda ctx: _save(ctx, None, form), form)
            if course is not None:
                flash(gettext("已保存，发布后可以授权给学校"), "success")
                return redirect(self.get_url(".edit", course_id=course.id), code=303)
        return self._form_page(form, None)

    @expose(f"/<{ROW}:course_id>/", methods=("GET", "POST"))
    def edit(self, course_id: int) -> ResponseReturnValue:
        """One course: its form, and 「发布」."""
        view = open_draft(request_context(), course_id=course_id)
        given = {name: getattr(view.content, name) for name in CourseContent.__slots__}
        form = CourseForm(data=given | {"description": editable_text(view.content.description)})
        if not form.is_submitted():
            return self._form_page(form, view)
        if form.validate() and attempt(lambda ctx: _save(ctx, view, form), form):
            flash(gettext("已保存"), "success")
            return redirect(self.get_url(".edit", course_id=course_id), code=303)
        return self._form_page(form, view)

    @expose(f"/<{ROW}:course_id>/release", methods=("POST",))
    def release(self, course_id: int) -> ResponseReturnValue:
        """「发布」."""
        if attempt(lambda ctx: release_course(ctx, course_id=course_id)):
            flash(gettext("已发布，现在可以授权给学校"), "success")
        return redirect(self.get_url(".edit", course_id=course_id), code=303)

    def _form_page(self, form: CourseForm, view: DraftView | None) -> ResponseReturnValue:
        page = self.render(
            "manage/courses/form.html",
            form=form,
            course=view.course if view else None,
            missing=list(missing_for_release(view.content).values()) if view else [],
            categories=list_released_categories(request_context()),
            accepted=ACCEPTED,
        )
        return page, 422 if form.is_submitted() else 200


def _save(ctx: Context, view: DraftView | None, form: CourseForm) -> Course:
    values = {
        "title": form.title.data or "",
        "category": form.category.data or "",
        "source_name": form.source_name.data or "",
        "teachers": form.teachers.data or "",
        "summary": form.summary.data or "",
        "description": form.description.data or "",
        "hours": form.hours.data,
        "credit": form.credit.data,
    }
    if view is None:
        course = create_course(ctx, content=CourseContent(**values))
    else:
        course = view.course
        saved = save_draft(ctx, course_id=course.id, revision=view.revision, values=values)
        if saved.problems:
            raise InvalidFields(saved.problems)
    cover = picture_of(form.cover)
    return set_cover(ctx, course_id=course.id, content=cover).course if cover is not None else course


def views() -> Iterable[BaseView]:
    """The views of this module."""
    return [
        AllianceCourses(
            lazy_gettext("联盟课程"),
            category=ALLIANCE,
            endpoint="alliance_courses",
            url="alliance-courses",
            menu_icon_value="book",
        )
    ]
