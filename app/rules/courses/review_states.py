"""The review states of a school's own course and of its revisions (manual 7.3): 未通过, 待审核, 已通过, 不通过.

An approved course keeps its live version whatever happens to a revision. Taking the course off (「已通过」 -> 不通过)
also ends a pending review of the revision. The working copy of a course that is not approved has the course's state.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Conflict, Message, msg


class CourseStatus(StrEnum):
    """The states: 未通过 (being written), 待审核, 已通过 (students see it), 不通过 (rejected, or taken off)."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Step(StrEnum):
    """The steps that people take: 提交审核, 通过, 不通过, and 「已通过」 -> 不通过."""

    SUBMIT = "submitted"
    APPROVE = "approved"
    REJECT = "rejected"
    TAKE_OFF = "taken_off"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a course together with that of its working copy.

    Args:
        course: the state of the course itself.
        revision: the state of its working copy; ``None`` if it has none.
    """

    course: CourseStatus
    revision: CourseStatus | None = None

    @property
    def waits(self) -> bool:
        """Whether the course or a revision of it waits for a review."""
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
#: The steps of a revision of an approved course; approval publishes it, and the course has no revision any more.
_REVISION: dict[tuple[CourseStatus, Step], CourseStatus | None] = {
    (CourseStatus.DRAFT, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.REJECTED, Step.SUBMIT): CourseStatus.PENDING,
    (CourseStatus.PENDING, Step.APPROVE): None,
    (CourseStatus.PENDING, Step.REJECT): CourseStatus.REJECTED,
}


def standing_after(standing: Standing, step: Step) -> Standing:
    """Return the standing of a course after a step.

    Raises:
        Conflict: the step is not possible in this standing.
    """
    if standing.revised and (standing.revision, step) in _REVISION:
        # ``revised`` implies that there is a revision
        return Standing(standing.course, _REVISION[standing.revision, step])  # type: ignore[index]
    following = _COURSE.get((standing.course, step))
    if following is None:
        raise Conflict(_refusal(standing, step))
    return Standing(following, _working_copy(standing.revision, step))


def is_possible(standing: Standing, step: Step) -> bool:
    """Return whether the step is possible; pages show its button accordingly."""
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
