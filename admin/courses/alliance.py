"""联盟管理 → 联盟课程: the secretariat writes, releases and revises the alliance's courses."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import ALLIANCE, SecureView, attempt
from admin.courses.editor import ContentEditor, EditorPage
from admin.courses.forms import sent_revision
from admin.shared.listing import ListAddress, choice, list_values
from app.context import Context
from app.rules.courses.fields import FIELD_LABELS, CourseContent, missing_for_release
from app.rules.permissions import Action
from app.services.courses.create_and_release import (
    create_course,
    get_course,
    list_courses,
    publish_version,
    release_course,
)
from app.services.courses.drafts import open_draft
from app.services.courses.versions import list_versions
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument

STATES = ("released", "draft")


class AllianceCourses(ContentEditor, SecureView):
    """The list of alliance courses and the pages of one course."""

    action = Action.MANAGE_ALLIANCE_COURSES
    hosts = "alliance"
    created_text = lazy_gettext("已新建，填写完整并发布后可以授权给学校")

    @expose("/")
    def index(self) -> str:
        """Show a page of the courses that match."""
        text, state = text_argument("q"), choice("state", STATES)
        return self.render(
            "manage/courses/list.html",
            **list_values(
                list_courses(request_context(), text=text, state=state or None, page=page_argument()),
                ListAddress("alliance_courses.index", {"q": text, "state": state}),
            ),
        )

    @expose(f"/<{ROW}:course_id>/")
    def edit(self, course_id: int) -> str:
        """Show the tab 基本信息."""
        return self.tab_page("basics", self.editor("basics", course_id))

    @expose(f"/<{ROW}:course_id>/details")
    def details(self, course_id: int) -> str:
        """Show the tab 详细信息."""
        return self.tab_page("details", self.editor("details", course_id))

    @expose(f"/<{ROW}:course_id>/assessment")
    def assessment(self, course_id: int) -> str:
        """Show the tab 评价设置."""
        return self.tab_page("assessment", self.editor("assessment", course_id))

    @expose(f"/<{ROW}:course_id>/versions")
    def versions(self, course_id: int) -> str:
        """Show the versions of the course (版本记录), with 「发布新版本」."""
        return self._versions_page(course_id)

    @expose(f"/<{ROW}:course_id>/release", methods=("POST",))
    def release(self, course_id: int) -> ResponseReturnValue:
        """Release the course (「发布」)."""
        if attempt(lambda ctx: release_course(ctx, course_id=course_id)):
            flash(gettext("已发布，现在可以授权给学校"), "success")
        return redirect(self.get_url(".edit", course_id=course_id), code=303)

    @expose(f"/<{ROW}:course_id>/publish", methods=("POST",))
    def publish(self, course_id: int) -> ResponseReturnValue:
        """Publish a new version (「发布新版本」)."""
        note, revision = request.form.get("note", ""), sent_revision()
        if attempt(lambda ctx: publish_version(ctx, course_id=course_id, revision=revision, note=note)):
            flash(gettext("新版本已发布，使用该课程的学校会收到消息"), "success")
            return redirect(self.get_url(".versions", course_id=course_id), code=303)
        return self._versions_page(course_id, note=note), 422

    def create_course(self, ctx: Context, content: CourseContent) -> int:
        """Create a course of the alliance."""
        return create_course(ctx, content=content).id

    def course_id(self, ctx: Context, row_id: int) -> int:
        """Return the row's id, which is the course's id."""
        return get_course(ctx, course_id=row_id).id

    def tab_page(self, tab: str, editor: EditorPage) -> str:
        """Return the page of a tab around the editor."""
        return self.render(
            f"manage/courses/{tab}.html",
            editor=editor,
            course=editor.view.course,
            missing=list(missing_for_release(editor.view.content).values()),
        )

    def tab_address(self, tab: str, row_id: int) -> str:
        """Return the address of a tab's page."""
        return self.get_url(".edit" if tab == "basics" else f".{tab}", course_id=row_id)

    def _versions_page(self, course_id: int, *, note: str = "") -> str:
        ctx = request_context()
        view = open_draft(ctx, course_id=course_id)
        found = list_versions(ctx, owner_id=view.course.school_id, course_id=course_id, page=page_argument())
        return self.render(
            "manage/courses/versions.html",
            view=view,
            course=view.course,
            missing=list(missing_for_release(view.content).values()),
            **list_values(found, ListAddress("alliance_courses.versions", kept={"course_id": course_id})),
            labels=FIELD_LABELS,
            note=note,
        )


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        AllianceCourses(
            lazy_gettext("联盟课程"),
            category=ALLIANCE,
            endpoint="alliance_courses",
            url="alliance-courses",
            menu_icon_value="book",
        )
    ]
