"""课程管理 → 慕课列表: the school's courses, their dates, 「上线」 and 「下线」 (manual 7.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import DateField, IntegerField
from wtforms.validators import Optional

from admin.base import COURSES, ManageForm, SecureView, attempt
from admin.classes.of_offering import ClassesOfOffering
from admin.courses.assessment import TypedAssessment
from admin.courses.editor import ContentEditor, EditorPage
from admin.courses.own_status import OwnStatusActs, missing_by_tab
from admin.offerings.publication import OfferingMoves
from admin.offerings.staff import StaffPages
from admin.registrations.views import RegistrationPages
from admin.shared.listing import ListAddress, choice, list_values, number
from admin.shared.validators import Required
from app.context import Context
from app.errors import NotFound, msg
from app.rules.courses.assessment import sentences
from app.rules.courses.fields import FIELD_LABELS, NEEDED_FOR_REVIEW, CourseContent
from app.rules.offerings.dates import Dates
from app.rules.offerings.semesters import term_label
from app.rules.permissions import Action, may
from app.services.courses.create_and_release import create_own_course
from app.services.courses.fields import live_content
from app.services.courses.review_pages import get_own_status
from app.services.courses.versions import list_versions
from app.services.offerings.assessment import assessment_of
from app.services.offerings.dates import may_schedule, schedule_offering, schedule_problems
from app.services.offerings.lists import (
    ALLIANCE_STATUSES,
    OWN_STATUSES,
    RECOMMENDATIONS,
    REGISTRATIONS,
    SOURCES,
    STATES,
    OfferingFilter,
    list_operating_teachers,
    list_school_courses,
)
from app.services.offerings.publication import NotReady, put_online
from app.services.offerings.read import get_school_course
from app.services.offerings.repeat_and_cancel import list_terms, open_terms
from app.web.shared.context import request_actor, request_context
from app.web.shared.hosts import ROW
from app.web.shared.i18n import joined, translated
from app.web.shared.listing import page_argument, text_argument


class DatesForm(ManageForm):
    """The form 详细信息: the four dates, all marked with ``*``."""

    starts_on = DateField(lazy_gettext("课程开始时间"), [Required()])
    ends_on = DateField(lazy_gettext("课程结束时间"), [Required()])
    registration_starts_on = DateField(lazy_gettext("课程注册开始时间"), [Required()])
    registration_ends_on = DateField(lazy_gettext("课程注册结束时间"), [Required()])
    seats = IntegerField(lazy_gettext("名额"), [Optional()])

    def validate(self, extra_validators: object = None) -> bool:
        """Mark every wrong date at once, by the rule that the service applies, too."""
        right = bool(super().validate(extra_validators))
        for name, message in schedule_problems(self.dates()).items():
            if not self[name].errors:
                self[name].errors = [translated(message)]
                right = False
        return right

    def dates(self) -> Dates:
        """Return the entered dates."""
        return Dates(**{name: self[name].data for name in Dates.__slots__})


class Offerings(
    ContentEditor, StaffPages, RegistrationPages, ClassesOfOffering, OfferingMoves, OwnStatusActs, SecureView
):
    """The list of the school's courses and the pages of one course."""

    action = Action.SEE_OFFERINGS
    hosts = "school"
    needed = NEEDED_FOR_REVIEW
    created_text = lazy_gettext("已新建，填写完整后可以提交审核")

    @expose("/")
    def index(self) -> str:
        """Show a page of the courses that match."""
        ctx = request_context()
        wanted = OfferingFilter(
            text=text_argument("q"),
            source=choice("source", SOURCES),
            status=choice("status", (*OWN_STATUSES, *ALLIANCE_STATUSES)),
            recommendation=choice("recommendation", RECOMMENDATIONS),
            teacher_id=number("teacher"),
            state=choice("state", STATES),
            registrations=choice("registrations", REGISTRATIONS),
        )
        chosen = {
            "teacher" if name == "teacher_id" else name: value for name, value in asdict(wanted).items()
        }
        chosen["q"] = chosen.pop("text")
        return self.render(
            "manage/offerings/list.html",
            **list_values(
                list_school_courses(ctx, wanted=wanted, page=page_argument()),
                ListAddress("offerings.index", chosen),
            ),
            teachers=list_operating_teachers(ctx),
            allowed={act.value for act in Action if may(ctx.actor.role, act)},
        )

    @expose(f"/<{ROW}:offering_id>/")
    def show(self, offering_id: int) -> str:
        """Show 基本信息: editable for own courses, read-only for alliance courses."""
        return self.content_page("basics", offering_id)

    @expose(f"/<{ROW}:offering_id>/assessment")
    def assessment(self, offering_id: int) -> str:
        """Show 评价设置: editable for own courses; as students read it for alliance courses."""
        return self.content_page("assessment", offering_id)

    @expose(f"/<{ROW}:offering_id>/versions")
    def versions(self, offering_id: int) -> str:
        """Show 版本记录: the changes of each published version."""
        ctx = request_context()
        offering = get_school_course(ctx, offering_id=offering_id).offering
        found = list_versions(
            ctx, owner_id=offering.course_owner_id, course_id=offering.course_id, page=page_argument()
        )
        values = list_values(found, ListAddress("offerings.versions", kept={"offering_id": offering_id}))
        return self.offering_page(
            "manage/offerings/versions.html", offering_id, labels=FIELD_LABELS, **values
        )

    @expose(f"/<{ROW}:offering_id>/details", methods=("GET", "POST"))
    def details(self, offering_id: int) -> ResponseReturnValue:
        """Show 详细信息 with the four dates, and save them (「保存」)."""
        ctx = request_context()
        row = get_school_course(ctx, offering_id=offering_id)
        if request.method == "POST" and not may_schedule(ctx, row.offering):
            abort(404)
        form = DatesForm(obj=row.offering)
        if form.validate_on_submit() and attempt(lambda ctx: _schedule(ctx, offering_id, form), form):
            flash(gettext("已保存"), "success")
            return redirect(self.get_url(".details", offering_id=offering_id), code=303)
        page = self.content_page("details", offering_id, form=form)
        return page, 422 if form.is_submitted() else 200

    @expose(f"/<{ROW}:offering_id>/online", methods=("POST",))
    def online(self, offering_id: int) -> ResponseReturnValue:
        """Put the course online (「上线」) with the dates in the form (manual 7.3: fill them in, click 「上线」).

        The dates are saved first, in a unit of work of their own, because other required fields may be on
        another page.
        """
        if not may(request_actor().role, Action.PUBLISH_OFFERING):
            abort(404)
        form = DatesForm()
        dates_sent = any(name in request.form for name in Dates.__slots__)
        if dates_sent and (
            not form.validate() or attempt(lambda ctx: _schedule(ctx, offering_id, form), form) is None
        ):
            return self.content_page("details", offering_id, form=form), 422
        try:
            online = attempt(lambda ctx: put_online(ctx, offering_id=offering_id), reraise=NotReady)
        except NotReady as refusal:
            online, missing = None, joined(map(translated, refusal.missing), "；")
            flash(gettext("还不能上线：%(missing)s", missing=missing), "error")
        if online is not None:
            flash(gettext("已上线，学生端现在可以看到该课程"), "success")
        elif dates_sent:
            flash(gettext("日期和名额已保存"), "info")
        return redirect(self.get_url(".details", offering_id=offering_id), code=303)

    def create_course(self, ctx: Context, content: CourseContent) -> int:
        """Create an own course (本校) with its offering.

        Its teacher then fills it in and submits it.
        """
        return create_own_course(ctx, content=content).id

    def course_id(self, ctx: Context, row_id: int) -> int:
        """Return the id of the own course of an offering."""
        row = get_school_course(ctx, offering_id=row_id)
        if not row.own:
            raise NotFound(msg("没有找到这门课程"))
        return row.offering.course_id

    def tab_page(self, tab: str, editor: EditorPage) -> str:
        """Return the page of a tab around the editor of an own course."""
        return self.content_page(tab, editor.row_id, editor=editor)

    def tab_address(self, tab: str, row_id: int) -> str:
        """Return the address of a tab's page."""
        return self.get_url(".show" if tab == "basics" else f".{tab}", offering_id=row_id)

    def content_page(
        self,
        tab: str,
        offering_id: int,
        *,
        editor: EditorPage | None = None,
        form: DatesForm | None = None,
        assessment_form: TypedAssessment | None = None,
    ) -> str:
        """Return the page of a tab: editable for own courses, as published for alliance courses."""
        row = get_school_course(request_context(), offering_id=offering_id)
        if row.own and editor is None:
            # The form of the dates may have been sent, too; it is not part of the content.
            editor = self.editor(tab, offering_id)
        content = live_content(row.offering.course)
        assessment = assessment_of(row.offering, row.offering.course)
        return self.offering_page(
            f"manage/offerings/{tab}.html",
            offering_id,
            editor=editor,
            content=content,
            sentences=sentences(assessment) if assessment else [],
            inherited=sentences(content.assessment) if content.assessment else [],
            assessment_form=assessment_form or TypedAssessment.of(assessment),
            form=form or DatesForm(formdata=None, obj=row.offering),
        )

    def offering_page(
        self, template: str, offering_id: int, *, editor: EditorPage | None = None, **values: Any
    ) -> str:
        """Return a page inside the frame of an offering."""
        ctx = request_context()
        row = get_school_course(ctx, offering_id=offering_id)
        own = get_own_status(ctx, course_id=row.offering.course_id) if row.own else None
        return str(
            self.render(
                template,
                editor=editor,
                row=row,
                own=own,
                missing_tabs=missing_by_tab(own) if own else [],
                course=row.offering.course,
                missing=row.missing,
                term=term_label(row.offering.term),
                terms=list_terms(ctx, offering_id=offering_id),
                open_terms=[
                    (code, translated(term_label(code))) for code in open_terms(ctx, offering_id=offering_id)
                ],
                may_publish=may(ctx.actor.role, Action.PUBLISH_OFFERING),
                may_drop_term=may(ctx.actor.role, Action.DROP_TERM),
                may_decline=may(ctx.actor.role, Action.DECLINE_LICENCE),
                may_schedule=may_schedule(ctx, row.offering),
                **values,
            )
        )


def _schedule(ctx: Context, offering_id: int, form: DatesForm) -> int:
    values = {name: form[name].data for name in Dates.__slots__}
    return schedule_offering(ctx, offering_id=offering_id, seats=form.seats.data, **values).id


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Offerings(
            lazy_gettext("慕课列表"),
            category=COURSES,
            endpoint="offerings",
            url="offerings",
            menu_icon_value="mortarboard",
        )
    ]
