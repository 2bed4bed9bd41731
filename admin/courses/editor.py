"""The editor of a course's content, for schools (their own courses) and the alliance: saving, autosave, presence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from flask import Response, abort, flash, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from admin.courses.assessment import TypedAssessment
from admin.courses.forms import BasicsForm, ContentForm, DetailsForm, NewCourseForm, mark, sent_revision
from admin.shared.uploads import ACCEPTED, picture_of
from app.context import Context
from app.errors import DomainError, Invalid, Message, NotAllowed, NotFound
from app.rules.courses.assessment import sentences
from app.rules.courses.fields import FIELD_LABELS, NEEDED_FOR_RELEASE, CourseContent
from app.rules.permissions import Action, may
from app.services.courses.drafts import (
    DraftView,
    EditedMeanwhile,
    SavedDraft,
    discard_draft,
    get_draft_cover,
    open_draft,
    save_draft,
    set_cover,
)
from app.uow import unit_of_work
from app.web.courses.presence import note_presence
from app.web.shared.context import request_actor, request_context, request_school
from app.web.shared.hosts import ROW
from app.web.shared.i18n import joined, translated
from app.web.shared.templating import local_time

FORMS: Mapping[str, type[ContentForm]] = {"basics": BasicsForm, "details": DetailsForm}
TABS = ("basics", "details", "assessment")
_TAB = "<string(maxlength=16):tab>"


@dataclass(frozen=True, slots=True)
class Sent:
    """The content that the form of a tab sent.

    Args:
        form: 基本信息 or 详细信息; ``None`` for 评价设置.
        assessment_form: 评价设置; ``None`` for the others.
        values: field -> value, for the valid fields that the person has changed.
        revision: the working copy that the person has read.
        cover: a new cover that was chosen in 基本信息.
    """

    form: ContentForm | None
    assessment_form: TypedAssessment | None
    values: Mapping[str, Any]
    revision: int
    cover: bytes | None

    @classmethod
    def of_request(cls, tab: str) -> Sent:
        """Return the request's form, without the fields for which the person has accepted the other editor's text."""
        if tab not in TABS:
            abort(404)
        if tab == "assessment":
            assessment, assessment_form = TypedAssessment.sent().read()
            values: dict[str, Any] = {} if assessment is None else {"assessment": assessment}
            form = None
        else:
            form, assessment_form = FORMS[tab](), None
            form.validate()
            values = form.values()
        if "dirty" in request.form:
            dirty = request.form["dirty"].split(",")
            values = {name: value for name, value in values.items() if name in dirty}
        values = {name: v for name, v in values.items() if request.form.get(f"choice-{name}") != "theirs"}
        cover = picture_of(form.cover) if isinstance(form, BasicsForm) else None
        return cls(form, assessment_form, values, sent_revision(), cover)

    @property
    def problems(self) -> dict[str, str]:
        """Return the errors of the form: id of the input -> sentence."""
        found: dict[str, str] = {}
        if self.form is not None:
            found = {name: " ".join(errors) for name, errors in self.form.errors.items() if name}
        if self.assessment_form is not None:
            found = {name: translated(message) for name, message in self.assessment_form.errors.items()}
        return found


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The values that the editing templates use: ``manage/courses/_editor.html`` and the forms of the tabs.

    Args:
        unsaved: whether none of the sent values could be saved, so that all still have to be.
    """

    row_id: int
    tab: str
    view: DraftView
    form: ContentForm | None
    assessment_form: TypedAssessment | None
    endpoint: str
    unsaved: bool = False

    def address(self, action: str, **values: Any) -> str:
        """Return the address of an act of the editor."""
        return url_for(f"{self.endpoint}.{action}", row_id=self.row_id, **values)

    def cover(self) -> str | None:
        """Return the address of the cover that is being edited."""
        content, course = self.view.content, self.view.course
        if not content.cover:
            return None
        if content.cover == course.cover_sha:
            return url_for("media.cover", owner_id=course.school_id, course_id=course.id, sha=content.cover)
        return self.address("draft_cover", sha=content.cover)

    @property
    def accepted(self) -> str:
        """Return the file types that the cover's file chooser offers."""
        return ACCEPTED

    @property
    def changed(self) -> str:
        """Return the names of the fields that are not published yet."""
        return joined(translated(FIELD_LABELS[name]) for name in self.view.changed)

    @property
    def may_discard(self) -> bool:
        """Return whether the reader may discard the working copy for all editors."""
        return may(request_actor().role, Action.DISCARD_DRAFT)

    @property
    def sentences(self) -> list[Message]:
        """Return the assessment in the sentences that students read."""
        assessment = self.view.content.assessment
        return sentences(assessment) if assessment is not None else []


class ContentEditor:
    """Mixin of the views whose rows have a course: the alliance's courses, and a school's offerings."""

    endpoint: str
    #: The fields that are marked with ``*``: a draft is saved without them, but cannot be submitted or published.
    needed: ClassVar[frozenset[str]] = NEEDED_FOR_RELEASE
    #: The message after a course was created; it names the next step.
    created_text: ClassVar[Any]

    def create_course(self, ctx: Context, content: CourseContent) -> int:
        """Create a course of the host.

        Returns:
            the id of its row.

        Raises:
            Invalid: the content is refused.
        """
        raise NotImplementedError

    def course_id(self, ctx: Context, row_id: int) -> int:
        """Return the id of the row's course, which is to be edited.

        Raises:
            NotFound: the owner has no such course.
        """
        raise NotImplementedError

    def tab_page(self, tab: str, editor: EditorPage) -> str:
        """Return the page of a tab around the editor."""
        raise NotImplementedError

    def tab_address(self, tab: str, row_id: int) -> str:
        """Return the address of a tab's page."""
        raise NotImplementedError

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """Show the form of a new course and create it (「新建课程」)."""
        form = NewCourseForm()
        if form.validate_on_submit():
            content = form.content(request_school().name)
            row_id = attempt(lambda ctx: self.create_course(ctx, content), form)
            if row_id is not None:
                flash(str(self.created_text), "success")
                return redirect(self.tab_address("basics", row_id), code=303)
        page = self.render("manage/courses/new.html", form=form, back=self.get_url(".index"))  # type: ignore[attr-defined]
        return page, 422 if form.is_submitted() else 200

    def editor(self, tab: str, row_id: int, sent: Sent | None = None) -> EditorPage:
        """Return the editor of a tab, with the sent values if they could not be saved."""
        ctx = request_context()
        view = open_draft(ctx, course_id=self.course_id(ctx, row_id))
        if sent is not None:
            if sent.form is not None:
                sent.form.revision.data = str(view.revision)
                sent.form.star(self.needed)
            return EditorPage(row_id, tab, view, sent.form, sent.assessment_form, self.endpoint)
        if tab == "assessment":
            assessment_form = TypedAssessment.of(view.content.assessment)
            return EditorPage(row_id, tab, view, None, assessment_form, self.endpoint)
        form = FORMS[tab].of(view.content, view.revision)
        form.star(self.needed)
        return EditorPage(row_id, tab, view, form, None, self.endpoint)

    @expose(f"/<{ROW}:row_id>/save/{_TAB}", methods=("POST",))
    def save(self, row_id: int, tab: str) -> ResponseReturnValue:
        """Save the valid fields of the tab (「保存」) and mark the others; a conflict asks which text to keep."""
        sent = Sent.of_request(tab)

        def work(ctx: Context) -> SavedDraft:
            course_id = self.course_id(ctx, row_id)
            return save_draft(
                ctx, course_id=course_id, revision=sent.revision, values=sent.values, cover=sent.cover
            )

        try:
            done = attempt(work, sent.form, reraise=EditedMeanwhile)
        except EditedMeanwhile as refusal:
            return self._conflict_page(row_id, tab, refusal, cover_lost=sent.cover is not None), 409
        if done is not None and sent.form is not None:
            for name, message in done.problems.items():
                mark(sent.form, name, translated(message))
        if done is None or sent.problems:
            if done is not None:
                flash(gettext("其余内容已保存，请修改标出的内容"), "info")
            page = replace(self.editor(tab, row_id, sent), unsaved=done is None)
            return self.tab_page(tab, page), 422
        flash(gettext("已保存"), "success")
        return redirect(self.tab_address(tab, row_id), code=303)

    @expose(f"/<{ROW}:row_id>/autosave/{_TAB}", methods=("POST",))
    def autosave(self, row_id: int, tab: str) -> ResponseReturnValue:
        """Save as 「保存」 does, for the page's script, which shows the answer's messages beside the fields."""
        sent = Sent.of_request(tab)
        try:
            with unit_of_work(request_context()) as ctx:
                saved = save_draft(
                    ctx,
                    course_id=self.course_id(ctx, row_id),
                    revision=sent.revision,
                    values=sent.values,
                )
        except (NotFound, NotAllowed):
            return jsonify(error=gettext("没有找到这门课程")), 404
        except EditedMeanwhile as refusal:
            return jsonify(error=translated(refusal.message), conflict=True), 409
        except DomainError as refusal:
            return jsonify(error=translated(refusal.message)), 409
        wrong = sent.problems | {name: translated(message) for name, message in saved.problems.items()}
        time = local_time(request_context().now())[-5:]
        return jsonify(
            revision=saved.view.revision,
            saved=gettext("已自动保存 %(time)s", time=time),
            problems=wrong,
            newer=[name for name in saved.newer if name not in sent.values],
        )

    @expose(f"/<{ROW}:row_id>/presence", methods=("POST",))
    def presence(self, row_id: int) -> ResponseReturnValue:
        """Record that the person is editing, and return who else is and what they have saved meanwhile."""
        ctx = request_context()
        view = open_draft(ctx, course_id=self.course_id(ctx, row_id))
        others = note_presence(ctx, course_id=view.course.id)
        sentence = gettext("%(names)s 正在编辑", names=joined(others)) if others else ""
        return jsonify(people=sentence, revision=view.revision, newer=view.newer_than(sent_revision()))

    @expose(f"/<{ROW}:row_id>/cover", methods=("POST",))
    def cover(self, row_id: int) -> ResponseReturnValue:
        """Save the cover as cropped in the browser, unless another editor has changed it meanwhile."""
        chosen, revision = picture_of(BasicsForm().cover), sent_revision()
        try:
            with unit_of_work(request_context()) as ctx:
                course_id = self.course_id(ctx, row_id)
                view = set_cover(ctx, course_id=course_id, content=chosen or b"", revision=revision)
        except Invalid as refusal:
            return jsonify(error=translated(refusal.message)), 422
        except (NotFound, NotAllowed):
            return jsonify(error=gettext("没有找到这门课程")), 404
        except DomainError as refusal:
            return jsonify(error=translated(refusal.message)), 409
        page = EditorPage(row_id, "basics", view, None, None, self.endpoint)
        newer = [name for name in view.newer_than(revision) if name != "cover"]
        return jsonify(cover=page.cover(), saved=gettext("封面已保存"), revision=view.revision, newer=newer)

    @expose(f"/<{ROW}:row_id>/cover-<string(maxlength=16):sha>.webp")
    def draft_cover(self, row_id: int, sha: str) -> Response:
        """Send the cover of the working copy."""
        ctx = request_context()
        response = make_response(get_draft_cover(ctx, course_id=self.course_id(ctx, row_id), sha=sha))
        response.content_type = "image/webp"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    @expose(f"/<{ROW}:row_id>/discard", methods=("POST",))
    def discard(self, row_id: int) -> ResponseReturnValue:
        """Discard the working copy (「放弃修改」) and return to the live version."""
        if attempt(lambda ctx: discard_draft(ctx, course_id=self.course_id(ctx, row_id))):
            flash(gettext("已放弃修改，恢复为已发布的内容"), "success")
        return redirect(self.tab_address("basics", row_id), code=303)

    def _conflict_page(self, row_id: int, tab: str, refusal: EditedMeanwhile, *, cover_lost: bool) -> str:
        """Return the page with both texts side by side, 用我的 or 用对方的 for each.

        It carries everything that was sent except files.
        """
        kept = [
            (name, value)
            for name, values in request.form.lists()
            for value in values
            if name not in ("csrf_token", "revision", "dirty") and not name.startswith("choice-")
        ]
        return self.render(  # type: ignore[attr-defined]
            "manage/courses/conflict.html",
            editor=self.editor(tab, row_id),
            refusal=refusal,
            fields=[
                (
                    name,
                    FIELD_LABELS[name],
                    _shown(refusal.own_content, name),
                    _shown(refusal.view.content, name),
                )
                for name in refusal.fields
            ],
            dirty=request.form.get("dirty"),
            kept=kept,
            cover_lost=cover_lost,
            back=self.tab_address(tab, row_id),
        )


def _shown(content: CourseContent, name: str) -> Any:
    """Return a field's value for the comparison: text, markup, or the sentences of the assessment."""
    value = getattr(content, name)
    if name == "assessment":
        return [translated(message) for message in sentences(value)] if value is not None else []
    return joined(value) if name == "tags" else value
