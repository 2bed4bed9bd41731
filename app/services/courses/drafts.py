"""The working copy of a course: opened, saved by several people without loss, published (``docs/adr/0009``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import Course, CourseDraft, CourseVersion
from app.rules.courses.fields import (
    FIELDS,
    CourseContent,
    as_json,
    changed_fields,
    cleaned,
    from_json,
    problems,
)
from app.rules.permissions import Action
from app.services.courses.fields import LISTED, editable_course, is_live, live_content, taken, write_content
from app.services.courses.versions import announce_version
from app.services.media.clean import COVER_SIZE, CleanImage, clean_image
from app.services.shared.audit import record
from app.services.shared.require_permission import account_here, require

#: Saves of one person within this time share one line of the audit log: the draft saves itself every few seconds.
SITTING = timedelta(minutes=30)
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class DraftView:
    """A course as it is being edited.

    Args:
        course: the course.
        content: the working copy; the live content when there is none.
        content: the working copy; the live content when there is no working copy.
        revision: to be given back with what is saved.
        revision: to be sent back with the next save.
        state: ``draft``, ``pending`` or ``rejected``; ``None`` when nothing waits to be published.
        edited_by_name: the person who saved last; blank without a working copy.
        edited_at: the time of the last save.
        changed: the fields that differ from the live content; all of them for a course that was never published.
    """

    course: Course
    content: CourseContent
    live: CourseContent | None
    revision: int
    state: str | None
    edited_by_name: str
    edited_at: datetime | None
    changed: tuple[str, ...]
    touched: Mapping[str, int]

    def newer_than(self, revision: int) -> tuple[str, ...]:
        """Return the fields that were changed since a revision was read."""
        return tuple(name for name in FIELDS if self.touched.get(name, 0) > revision)

    @property
    def locked(self) -> bool:
        """Whether the course waits for a review: reviewers approve exactly what they read."""
        return "pending" in (self.state, self.course.status)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """The result of a save: the new state, and the fields that were not saved because their values are invalid."""

    view: DraftView
    problems: Mapping[str, Message]
    newer: tuple[str, ...]


class EditedMeanwhile(Conflict):
    """Another person has changed the same fields since they were read.

    Args:
        view: the working copy as it is now, with the other person's texts.
        mine: the fields that were to be saved, checked and cleaned.
        fields: those in which both differ.
        other: the name of the other person, blank where it is not known.
    """

    def __init__(
        self, view: DraftView, mine: CourseContent, fields: tuple[str, ...], *, other: str = ""
    ) -> None:
        named = msg("%(name)s 也修改了这些内容，请选择保留哪一份", name=other)
        super().__init__(named if other else msg("这些内容已被修改，请选择保留哪一份"))
        self.view = view
        self.mine = mine
        self.fields = fields


def open_draft(ctx: Context, *, course_id: int) -> DraftView:
    """Return the working copy of a course that the actor may edit.

    Raises:
        NotFound: no such course, or none that the actor may edit.
    """
    course = editable_course(ctx, course_id=course_id)
    return view_of(course, draft_of(ctx, course))


def save_draft(
    ctx: Context, *, course_id: int, revision: int, values: Mapping[str, Any], cover: bytes | None = None
) -> SavedDraft:
    """Save fields of the working copy; invalid fields keep their old values and are reported, the others are saved.

    Fields that nobody else changed since ``revision`` are merged with the changes of others.

    Args:
        revision: of the copy that was read (``DraftView.revision``).
        values: field of ``CourseContent`` -> value, as typed; fields that are not there stay as they are.
        cover: a new cover, as ``set_cover`` takes it; ``None`` leaves the cover as it is.

    Raises:
        Conflict: the course waits for its review, or somebody else changed the cover meanwhile; nothing is saved.
        EditedMeanwhile: another person changed one of these fields; nothing is saved.
        NotFound: no such course, or none that the actor may edit.
    """
    course = editable_course(ctx, course_id=course_id, lock=True)
    draft = draft_of(ctx, course)
    view = view_of(course, draft)
    _refuse_pending(view)
    content = cleaned(replace(view.content, **values))
    newer = view.newer_than(revision)
    changed = [name for name in changed_fields(view.content, content) if name in values]
    clash = tuple(name for name in changed if name in newer)
    if clash:
        raise EditedMeanwhile(view, content, clash, other=_other(ctx, draft))
    wrong = problems(content) | taken(ctx, content, course_id=course.id)
    wrong = {name: message for name, message in wrong.items() if name in values}
    accepted = {name: getattr(content, name) for name in changed if name not in wrong}
    picture = None
    if cover is not None:
        _refuse_unseen_cover(ctx, view, draft, revision)
        try:
            picture = _cover_of(cover)
            accepted["cover"] = picture.sha
        except Invalid as refusal:
            wrong["cover"] = refusal.message
    if accepted:
        draft = _store(ctx, course, draft, replace(view.content, **accepted), tuple(accepted), picture)
    return SavedDraft(view_of(course, draft), wrong, newer)


def set_cover(ctx: Context, *, course_id: int, content: bytes, revision: int | None = None) -> DraftView:
    """Set the cover of the working copy, cut to 640 × 360.

    Args:
        content: the file, as ``images.clean_image`` takes it.
        revision: of the copy that was read; ``None`` if nobody read one.

    Raises:
        Conflict: the course waits for its review, or somebody else changed the cover meanwhile.
        Invalid: the picture is refused (field ``cover``).
        NotFound: no such course, or none that the actor may edit.
    """
    course = editable_course(ctx, course_id=course_id, lock=True)
    draft = draft_of(ctx, course)
    view = view_of(course, draft)
    _refuse_pending(view)
    if revision is not None:
        _refuse_unseen_cover(ctx, view, draft, revision)
    picture = _cover_of(content)
    stored = _store(ctx, course, draft, replace(view.content, cover=picture.sha), ("cover",), picture)
    return view_of(course, stored)


def get_draft_cover(ctx: Context, *, course_id: int, sha: str) -> bytes:
    """Return the cover of the working copy, for people who may edit the course.

    Raises:
        NotFound: no cover, or another one by now.
    """
    course = editable_course(ctx, course_id=course_id)
    query = select(CourseDraft.cover, CourseDraft.content).where(
        CourseDraft.school_id == course.school_id, CourseDraft.course_id == course.id
    )
    found = ctx.session.execute(query).first()
    if found is None or found.cover is None or from_json(found.content).cover != sha:
        raise NotFound(msg("没有这张图片"))
    return bytes(found.cover)


def discard_draft(ctx: Context, *, course_id: int) -> Course:
    """Discard the working copy of a published course; the live content stays and is the start of the next edit.

    Raises:
        Conflict: nothing waits, it waits for its review, or the course was never published.
        NotAllowed: the actor's role may not.
        NotFound: no such course, or none that the actor may edit.
    """
    require(ctx, Action.DISCARD_DRAFT)
    course = editable_course(ctx, course_id=course_id, lock=True)
    view = view_of(course, draft_of(ctx, course))
    _refuse_pending(view)
    if view.live is None or view.state is None:
        raise Conflict(msg("没有可以放弃的修改"))
    _remove(ctx, course)
    record(ctx, "course.draft_discarded", "course", course.id, {"changed": list(view.changed)})
    return course


def publish_draft(ctx: Context, *, course: Course, note: str = "") -> CourseVersion:
    """Publish the working copy as a new version; schools that have the course online are told.

    The caller has checked the permission and that nothing is missing.

    Args:
        course: of the school of ``ctx``.
        note: what changed, in the publisher's words.

    Raises:
        Conflict: nothing waits to be published.
        Invalid: another course has its title or code by now.
    """
    draft = draft_of(ctx, course, with_cover=True)
    view = view_of(course, draft)
    if draft is None and course.version > 0:
        raise Conflict(msg("没有未发布的修改"))
    content = view.content
    if course.released and not ctx.school.is_alliance:
        # The alliance accepted the course with the school named as its source.
        content = replace(content, source_name=ctx.school.name)
    write_content(ctx, course, content, only=FIELDS)
    if draft is not None and draft.cover is not None:
        course.cover, course.cover_sha = draft.cover, content.cover
    changed = list(view.changed) if course.version else []
    course.version += 1
    version = CourseVersion(
        school_id=course.school_id,
        course_id=course.id,
        number=course.version,
        content=as_json(content),
        changed=changed,
        note=" ".join(note.split())[:NOTE_LENGTH],
        released=course.released,
        published_by_name=ctx.actor.name,
        published_at=ctx.now(),
    )
    ctx.session.add(version)
    _remove(ctx, course)
    ctx.session.flush()
    record(
        ctx, "course.published", "course", course.id, {"version": version.number, "changed": version.changed}
    )
    announce_version(ctx, version)
    return version


def draft_of(ctx: Context, course: Course, *, with_cover: bool = False) -> CourseDraft | None:
    """Return the row of the working copy; only the course's owner has it."""
    query = select(CourseDraft).where(
        CourseDraft.school_id == ctx.school.id,
        CourseDraft.school_id == course.school_id,
        CourseDraft.course_id == course.id,
    )
    if with_cover:
        query = query.options(undefer(CourseDraft.cover)).execution_options(populate_existing=True)
    return ctx.session.scalar(query)


def view_of(course: Course, draft: CourseDraft | None) -> DraftView:
    """Return a course and its working copy as editors and reviewers see them."""
    live = live_content(course) if is_live(course) else None
    content = from_json(draft.content) if draft is not None else live_content(course)
    return DraftView(
        course=course,
        content=content,
        live=live,
        revision=course.revision,
        state=draft.state if draft is not None else None,
        edited_by_name=draft.edited_by_name if draft is not None else "",
        edited_at=draft.edited_at if draft is not None else None,
        changed=FIELDS if live is None else tuple(changed_fields(live, content)),
        touched=_touched(course, draft),
    )


def start_draft(ctx: Context, course: Course, content: CourseContent) -> CourseDraft:
    """Create the first working copy of a new course."""
    return _store(ctx, course, None, content, FIELDS, noted=True)


def _store(
    ctx: Context,
    course: Course,
    draft: CourseDraft | None,
    content: CourseContent,
    fields: tuple[str, ...],
    picture: CleanImage | None = None,
    *,
    noted: bool = False,
) -> CourseDraft:
    touched = _touched(course, draft)
    same_sitting = draft is not None and _saved_last(ctx, draft) and ctx.now() - draft.edited_at < SITTING
    if draft is None:
        draft = CourseDraft(school_id=course.school_id, course_id=course.id)
    course.revision += 1
    if not is_live(course):
        write_content(ctx, course, content, only=LISTED)
    draft.content = as_json(content)
    if picture is not None:
        draft.cover = picture.content
    draft.touched = touched | dict.fromkeys(fields, course.revision)
    draft.edited_by, draft.edited_by_name = account_here(ctx), ctx.actor.name
    draft.edited_at = ctx.now()
    ctx.session.add(draft)
    ctx.session.flush()
    if not same_sitting and not noted:
        record(ctx, "course.edited", "course", course.id, {"changed": list(fields)})
    return draft


def _cover_of(content: bytes) -> CleanImage:
    return clean_image(content, size=COVER_SIZE, crop=True, field="cover")


def _refuse_unseen_cover(ctx: Context, view: DraftView, draft: CourseDraft | None, revision: int) -> None:
    """Refuse to replace a cover that was changed since ``revision``, because the person has not seen it."""
    if "cover" in view.newer_than(revision):
        other = _other(ctx, draft)
        named = msg("%(name)s 刚刚更换了封面，请查看后再上传", name=other)
        raise Conflict(named if other else msg("封面刚刚被更换，请查看后再上传"))


def _other(ctx: Context, draft: CourseDraft | None) -> str:
    """Return the name of the person who saved last; blank if that is the acting person, who has saved again since."""
    return "" if draft is None or _saved_last(ctx, draft) else draft.edited_by_name


def _saved_last(ctx: Context, draft: CourseDraft) -> bool:
    """Return whether the acting person saved the draft last; a visiting secretary is known by name only."""
    account_id = account_here(ctx)
    return draft.edited_by == account_id and (
        account_id is not None or draft.edited_by_name == ctx.actor.name
    )


def _touched(course: Course, draft: CourseDraft | None) -> dict[str, int]:
    """Return for each field the revision of its last change; the last publication or discard counts for every field."""
    return dict(draft.touched) if draft is not None else dict.fromkeys(FIELDS, course.revision)


def _remove(ctx: Context, course: Course) -> None:
    course.revision += 1
    ctx.session.flush()
    ctx.session.execute(
        delete(CourseDraft).where(
            CourseDraft.school_id == course.school_id, CourseDraft.course_id == course.id
        )
    )


def _refuse_pending(view: DraftView) -> None:
    if view.locked:
        raise Conflict(msg("课程正在等待审核，审核之后才能修改"))
