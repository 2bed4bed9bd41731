"""Editing a course's content, the same at a school (its own courses) and at the alliance: saves, autosave, presence."""

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
from app.web.shared.context import request_context, request_school
from app.web.shared.hosts import ROW
from app.web.shared.i18n import joined, translated
from app.web.shared.templating import local_time

FORMS: Mapping[str, type[ContentForm]] = {"basics": BasicsForm, "details": DetailsForm}
TABS = ("basics", "details", "assessment")
_TAB = "<string(maxlength=16):tab>"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form of a tab sent.

    Args:
        form: 基本信息 or 详细信息; ``None`` for 评价设置.
        typed: 评价设置; ``None`` for the others.
        values: field -> value, of those that can be read and that the person has changed.
        revision: the working copy that he has read.
    """

    form: ContentForm | None
    typed: TypedAssessment | None
    values: Mapping[str, Any]
    revision: int

    @classmethod
    def of_request(cls, tab: str) -> Sent:
        """The request's form; fields of which the person has taken the other's text are left out."""
        if tab not in TABS:
            abort(404)
        if tab == "assessment":
            assessment, typed = TypedAssessment.sent().read()
            values: dict[str, Any] = {} if assessment is None else {"assessment": assessment}
            form = None
        else:
            form, typed = FORMS[tab](), None
            form.validate()
            values = form.values()
        if "dirty" in request.form:
            dirty = request.form["dirty"].split(",")
            values = {name: value for name, value in values.items() if name in dirty}
        values = {name: v for name, v in values.items() if request.form.get(f"choice-{name}") != "theirs"}
        return cls(form, typed, values, sent_revision())

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong with what was typed: id of the input -> sentence."""
        found: dict[str, str] = {}
        if self.form is not None:
            found = {name: " ".join(errors) for name, errors in self.form.errors.items() if name}
        if self.typed is not None:
            found = {name: translated(message) for name, message in self.typed.errors.items()}
        return found


@dataclass(frozen=True, slots=True)
class EditorPage:
    """What the editing templates show: ``manage/courses/_editor.html`` and the forms of the tabs.

    Args:
        unsaved: nothing of what was sent could be kept, so that all of it is still to be saved.
    """

    row_id: int
    tab: str
    view: DraftView
    form: ContentForm | None
    typed: TypedAssessment | None
    endpoint: str
    unsaved: bool = False

    def address(self, action: str, **values: Any) -> str:
        """Where an act of the editor is sent."""
        return url_for(f"{self.endpoint}.{action}", row_id=self.row_id, **values)

    def cover(self) -> str | None:
        """The address of the cover as it is being edited."""
        content, course = self.view.content, self.view.course
        if not content.cover:
            return None
        if content.cover == course.cover_sha:
            return url_for("media.cover", owner_id=course.school_id, course_id=course.id, sha=content.cover)
        return self.address("draft_cover", sha=content.cover)

    @property
    def accepted(self) -> str:
        """What the file chooser of the cover offers."""
        return ACCEPTED

    @property
    def changed(self) -> str:
        """The names of the fields that are not published yet."""
        return joined(translated(FIELD_LABELS[name]) for name in self.view.changed)

    @property
    def sentences(self) -> list[Message]:
        """The assessment as students will read it."""
        assessment = self.view.content.assessment
        return sentences(assessment) if assessment is not None else []


class ContentEditor:
    """Mixin of the views that have a course behind their row: the alliance's courses, and a school's offerings."""

    endpoint: str
    #: The fields that are marked with ``*``: a draft is saved without them, but goes no further.
    needed: ClassVar[frozenset[str]] = NEEDED_FOR_RELEASE
    #: What is said when a course was created: the way on from there.
    created_text: ClassVar[Any]

    def create_course(self, ctx: Context, content: CourseContent) -> int:
        """Create a course of the host.

        Returns:
            the number of its row.

        Raises:
            Invalid: the content is refused.
        """
        raise NotImplementedError

    def course_id(self, ctx: Context, row_id: int) -> int:
        """The course behind a row, to be edited.

        Raises:
            NotFound: none of this owner.
        """
        raise NotImplementedError

    def tab_page(self, tab: str, editor: EditorPage) -> str:
        """The page of a tab around the editor."""
        raise NotImplementedError

    def tab_address(self, tab: str, row_id: int) -> str:
        """Where the page of a tab is."""
        raise NotImplementedError

    @expose("/new/", methods=("GET", "POST"))
    def create(self) -> ResponseReturnValue:
        """「新建课程」."""
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
        """The editor of a tab, with what was sent where a save was not possible."""
        ctx = request_context()
        view = open_draft(ctx, course_id=self.course_id(ctx, row_id))
        if sent is not None:
            if sent.form is not None:
                sent.form.revision.data = str(view.revision)
                sent.form.star(self.needed)
            return EditorPage(row_id, tab, view, sent.form, sent.typed, self.endpoint)
        if tab == "assessment":
            typed = TypedAssessment.of(view.content.assessment)
            return EditorPage(row_id, tab, view, None, typed, self.endpoint)
        form = FORMS[tab].of(view.content, view.revision)
        form.star(self.needed)
        return EditorPage(row_id, tab, view, form, None, self.endpoint)

    @expose(f"/<{ROW}:row_id>/save/{_TAB}", methods=("POST",))
    def save(self, row_id: int, tab: str) -> ResponseReturnValue:
        """「保存」: what is right is kept, what is wrong is marked; a conflict leads to the choice."""
        sent = Sent.of_request(tab)
        refusals: list[EditedMeanwhile] = []

        def work(ctx: Context) -> SavedDraft | EditedMeanwhile:
            course_id = self.course_id(ctx, row_id)
            if isinstance(sent.form, BasicsForm):
                _save_cover(ctx, course_id, sent.form, sent.revision)
            try:
                return save_draft(ctx, course_id=course_id, revision=sent.revision, values=sent.values)
            except EditedMeanwhile as refusal:
                refusals.append(refusal)
                return refusal

        done = attempt(work, sent.form)
        if refusals:
            return self._conflict_page(row_id, tab, refusals[0]), 409
        if isinstance(done, SavedDraft) and sent.form is not None:
            for name, message in done.problems.items():
                mark(sent.form, name, translated(message))
        if not isinstance(done, SavedDraft) or sent.problems:
            if isinstance(done, SavedDraft):
                flash(gettext("其余内容已保存，请修改标出的内容"), "info")
            page = replace(self.editor(tab, row_id, sent), unsaved=not isinstance(done, SavedDraft))
            return self.tab_page(tab, page), 422
        flash(gettext("已保存"), "success")
        return redirect(self.tab_address(tab, row_id), code=303)

    @expose(f"/<{ROW}:row_id>/autosave/{_TAB}", methods=("POST",))
    def autosave(self, row_id: int, tab: str) -> ResponseReturnValue:
        """The same by the page's script, which shows what is said here beside the fields."""
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
        """Say that one is here; learn who else is, and what they have saved meanwhile."""
        ctx = request_context()
        view = open_draft(ctx, course_id=self.course_id(ctx, row_id))
        others = note_presence(ctx, course_id=view.course.id)
        sentence = gettext("%(names)s 正在编辑", names=joined(others)) if others else ""
        return jsonify(people=sentence, revision=view.revision, newer=view.newer_than(sent_revision()))

    @expose(f"/<{ROW}:row_id>/cover", methods=("POST",))
    def cover(self, row_id: int) -> ResponseReturnValue:
        """The cover as it was cropped in the browser, unless somebody else has changed it meanwhile."""
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
        """The cover that waits with the working copy."""
        ctx = request_context()
        response = make_response(get_draft_cover(ctx, course_id=self.course_id(ctx, row_id), sha=sha))
        response.content_type = "image/webp"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    @expose(f"/<{ROW}:row_id>/discard", methods=("POST",))
    def discard(self, row_id: int) -> ResponseReturnValue:
        """「放弃修改」: back to what is live."""
        if attempt(lambda ctx: discard_draft(ctx, course_id=self.course_id(ctx, row_id))):
            flash(gettext("已放弃修改，恢复为已发布的内容"), "success")
        return redirect(self.tab_address("basics", row_id), code=303)

    def _conflict_page(self, row_id: int, tab: str, refusal: EditedMeanwhile) -> str:
        """Both texts side by side, 用我的 or 用对方的 for each; everything that was sent goes along."""
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
                (name, FIELD_LABELS[name], _shown(refusal.mine, name), _shown(refusal.view.content, name))
                for name in refusal.fields
            ],
            dirty=request.form.get("dirty"),
            kept=kept,
            back=self.tab_address(tab, row_id),
        )


def _save_cover(ctx: Context, course_id: int, form: BasicsForm, revision: int) -> None:
    """Keep the chosen picture; one that is refused is marked and keeps nothing else from being saved."""
    cover = picture_of(form.cover)
    if cover is None:
        return
    try:
        set_cover(ctx, course_id=course_id, content=cover, revision=revision)
    except Invalid as refusal:
        mark(form, "cover", translated(refusal.message))


def _shown(content: CourseContent, name: str) -> Any:
    """A field's value for the comparison: text, markup, or the sentences of the assessment."""
    value = getattr(content, name)
    if name == "assessment":
        return [translated(message) for message in sentences(value)] if value is not None else []
    return joined(value) if name == "tags" else value
