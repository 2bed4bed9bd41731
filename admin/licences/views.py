"""联盟管理 → 课程授权: which school may offer which course, as a matrix, a list and single licences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField
from wtforms.fields import SelectChoice

from admin.base import ALLIANCE, attempt
from admin.licences.bulk import LicenceActs
from admin.licences.forms import SOURCES, TermsForm, course_key, course_ref
from admin.licences.sheets import LicenceSheets
from admin.shared.listing import ListAddress, choice, list_values, number, ticked_ids
from app.context import Context
from app.rules.licences.conditions import LicenceState
from app.rules.permissions import Action
from app.services.licences.bulk import license_courses
from app.services.licences.lists import (
    LicensableFilter,
    all_licensable,
    get_licence,
    list_licences,
    list_matrix,
)
from app.services.licences.rows import CourseRef
from app.services.licences.sheet_export import licence_list_file, licence_matrix_file
from app.services.licences.single import end_licence
from app.services.schools.open_and_edit import list_members
from app.services.shared.paging import Page
from app.uow import unit_of_work
from app.web.shared.context import request_context
from app.web.shared.downloads import give_workbook
from app.web.shared.hosts import ROW
from app.web.shared.i18n import translated
from app.web.shared.listing import address, page_argument, text_argument

STATES = tuple(state.value for state in LicenceState if state is not LicenceState.NONE)


class LicenceForm(TermsForm):
    """The form that licenses one course to several schools."""

    course_id = SelectField(lazy_gettext("课程"), coerce=str)


class Licences(LicenceActs, LicenceSheets):
    """The matrix and the list of licences, and the pages of single licences."""

    action = Action.LICENSE_COURSE
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """Show the matrix 课程 × 学校: a page of courses by a page of schools, with the licences between them."""
        courses, school_text = _course_filter(), text_argument("school_q")
        matrix = list_matrix(
            request_context(),
            courses=courses,
            school_text=school_text,
            page=page_argument(),
            school_page=page_argument("schools_page"),
        )
        chosen = {"q": courses.text, "source": courses.source, "school_q": school_text}
        return self.render(
            "manage/licences/matrix.html",
            matrix=matrix,
            chosen=chosen,
            address=ListAddress("licences.index", chosen),
            course_key=course_key,
            course_page=lambda n: address(
                "licences.index", **chosen, page=n, schools_page=_later(matrix.schools)
            ),
            school_page=lambda n: address(
                "licences.index", **chosen, page=_later(matrix.courses), schools_page=n
            ),
            done=request.args.get("done") == "1",
        )

    @expose("/list/")
    def listed(self) -> str:
        """Show a page of the licences that match."""
        ctx = request_context()
        text, course_id, school_id = text_argument("q"), number("course"), number("school")
        state = choice("state", STATES)
        chosen = {"q": text, "course": course_id, "school": school_id, "state": state}
        return self.render(
            "manage/licences/list.html",
            **list_values(
                list_licences(
                    ctx,
                    text=text,
                    course_id=course_id,
                    school_id=school_id,
                    state=LicenceState(state) if state else None,
                    page=page_argument(),
                ),
                ListAddress("licences.listed", chosen),
            ),
            courses=[(course.id, course.title) for course in all_licensable(ctx, LicensableFilter())],
            states=STATES,
        )

    @expose("/list.xlsx")
    def list_file(self) -> ResponseReturnValue:
        """Send the licences that match the list's filters (「导出列表」); the edited file can be uploaded again."""
        state = choice("state", STATES)
        done = attempt(
            lambda ctx: licence_list_file(
                ctx,
                text=text_argument("q"),
                course_id=number("course"),
                school_id=number("school"),
                state=LicenceState(state) if state else None,
            )
        )
        if done is None:
            return redirect(self.get_url(".listed"), code=303)
        return give_workbook(done, gettext("课程授权") + ".xlsx")

    @expose("/matrix.xlsx")
    def matrix_file(self) -> ResponseReturnValue:
        """Send the matrix of all matching courses and schools (「导出矩阵」)."""
        with unit_of_work(request_context()) as ctx:
            content = licence_matrix_file(
                ctx, courses=_course_filter(), school_text=text_argument("school_q"), translate=translated
            )
        return give_workbook(content, gettext("课程授权矩阵") + ".xlsx")

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Show the form of a licence and grant it (「授权」): a course, ticked schools, and the terms."""
        ctx = request_context()
        licensable = all_licensable(ctx, LicensableFilter())
        form = LicenceForm(course_id=_given_course(ctx))
        form.offer_terms(ctx.today())
        form.course_id.choices = [
            SelectChoice(
                course_key(course.ref),
                f"{course.title} · {course.source}" if course.source else course.title,
            )
            for course in licensable
        ]
        marked = set(ticked_ids("school_ids"))
        if form.accepts(ctx.today()):
            ref = course_ref(form.course_id.data) or CourseRef(0, 0)
            done = attempt(
                lambda ctx: license_courses(ctx, course_refs=[ref], school_ids=marked, terms=form.terms()),
                form,
            )
            if done is not None:
                sentence = gettext(
                    "新授权 %(granted)s 所学校，更新 %(changed)s 所，%(unchanged)s 所没有变化",
                    granted=done.granted,
                    changed=done.changed,
                    unchanged=done.unchanged,
                )
                flash(sentence, "success")
                return redirect(self.get_url(".listed", course=ref.course_id), code=303)
        school_id = number("school_id")
        page = self.render(
            "manage/licences/form.html",
            form=form,
            schools=list_members(ctx),
            ticked=marked or ({school_id} if school_id else set()),
        )
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:owner_id>/<{ROW}:course_id>/<{ROW}:school_id>/", methods=("GET", "POST"))
    def show(self, owner_id: int, course_id: int, school_id: int) -> ResponseReturnValue:
        """Show one cell of the matrix: the licence, the school's answer, and the terms to change."""
        ctx = request_context()
        row = get_licence(ctx, ref=CourseRef(owner_id, course_id), school_id=school_id)
        form = TermsForm(obj=row.terms)
        form.offer_terms(ctx.today())
        if form.accepts(ctx.today()):
            ids: dict[str, Any] = {"course_refs": [row.course.ref], "school_ids": [school_id]}
            if attempt(lambda ctx: license_courses(ctx, terms=form.terms(), **ids), form) is not None:
                sentence = (
                    gettext("已保存")
                    if row.terms
                    else gettext("已授权，课程以「待提交」出现在该校的慕课列表中")
                )
                flash(sentence, "success")
                return redirect(request.path, code=303)
        page = self.render("manage/licences/show.html", row=row, form=form)
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:owner_id>/<{ROW}:course_id>/<{ROW}:school_id>/end", methods=("POST",))
    def end(self, owner_id: int, course_id: int, school_id: int) -> ResponseReturnValue:
        """End the licence (「结束授权」)."""
        if attempt(lambda ctx: end_licence(ctx, owner_id=owner_id, course_id=course_id, school_id=school_id)):
            flash(gettext("授权已结束，该校学生不再看到这门课程"), "success")
        ids = {"owner_id": owner_id, "course_id": course_id, "school_id": school_id}
        return redirect(self.get_url(".show", **ids), code=303)


def _later(page: Page[Any]) -> int | str:
    """Return the number of a page for an address, which leaves the first page out."""
    return page.number if page.number > 1 else ""


def _course_filter() -> LicensableFilter:
    return LicensableFilter(text=text_argument("q"), source=choice("source", SOURCES))


def _given_course(ctx: Context) -> str:
    """Return the course that the address names: by its key, or by the number of an alliance course."""
    course_id = number("course_id")
    if course_id is None:
        return request.args.get("course_id", "")
    return course_key(CourseRef(ctx.school.id, course_id))


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Licences(
            lazy_gettext("课程授权"),
            category=ALLIANCE,
            endpoint="licences",
            url="licences",
            menu_icon_value="patch-check",
        )
    ]
