"""The states of an own course (manual 7.3) and of a revision of an approved one: 未通过, 待审核, 已通过, 不通过.

A course that is approved keeps its live version whatever becomes of a revision; taking it off (「已通过」 -> 不通过)
ends a revision's wait, too. The working copy of a course that is not approved goes the course's own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Conflict, Message, msg


class CourseStatus(StrEnum):
    """未通过 (being written), 待审核, 已通过 (students see it), 不通过 (refused, or taken off)."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Step(StrEnum):
    """What people do: 提交审核, 通过, 不通过, and 「已通过」 -> 不通过."""

    SUBMIT = "submitted"
    APPROVE = "approved"
    REJECT = "rejected"
    TAKE_OFF = "taken_off"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a course stands.

    Args:
        course: of the course itself.
        revision: of its working copy; ``None`` without one.
    """

    course: CourseStatus
    revision: CourseStatus | None = None

    @property
    def waits(self) -> bool:
        """Whether something waits for a review: the course, or a revision of it."""
        return CourseStatus.PENDING in (self.course, self.revision)

    @property
    def revised(self) -> bool:
        """Whether an approved course has a revision that is not live."""
        return self.course is CourseStatus.APPROVED and self.revision is not None


_COURSE = {
    (CourseStatus.DRAFT, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.REJECTED, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.PENDING, Step.APPROVE): CourseStatus.APPROVED,
    (CourseStatus.PENDING, Step.REJECT): CourseStatus.REJECTED,
    (CourseStatus.APPROVED, Step.TAKE_OFF): CourseStatus.REJECTED,
}
#: Of a revision of an approved course; published, it is the live version and no revision any more.
_REVISION: dict[tuple[CourseStatus, Step], CourseStatus | None] = {
    (CourseStatus.DRAFT, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.REJECTED, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.PENDING, Step.APPROVE): None,
    (CourseStatus.PENDING, Step.REJECT): CourseStatus.REJECTED,
}


def after(standing: Standing, step: Step) -> Standing:
    """Where the course stands after a step.

    Raises:
        Conflict: it does not stand where this step begins.
    """
    if standing.revised and (standing.revision, step) in _REVISION:
        # ``revised`` says that there is one.
        return Standing(standing.course, _REVISION[standing.revision, step])  # type: ignore[index]
    following = _COURSE.get((standing.course, step))
    if following is None:
        raise Conflict(_refusal(standing, step))
    return Standing(following, _working_copy(standing.revision, step))


def is_possible(standing: Standing, step: Step) -> bool:
    """Whether the step begins here; for the buttons of a page."""
    return (standing.course, step) in _COURSE or (standing.revised and (standing.revision, step) in _REVISION)


def _working_copy(revision: CourseStatus | None, step: Step) -> CourseStatus | None:
    if revision is None or step is Step.APPROVE:
        return None
    if step is Step.TAKE_OFF and revision is not CourseStatus.PENDING:
        return revision
    return CourseStatus.PENDING if step is Step.SUBMIT else CourseStatus.REJECTED


def _refusal(standing: Standing, step: Step) -> Message:
    if step is Step.SUBMIT:
        return msg("课程已经提交，正在等待审核") if standing.waits else msg("没有需要审核的修改")
    if step is Step.TAKE_OFF:
        return msg("课程不是「已通过」状态，无需下线")
    return msg("课程不在「待审核」状态，可能已由其他管理员处理")
