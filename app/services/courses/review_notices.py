"""Notices about the review of own courses: to administrators, who decide, and to teachers."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from app.context import Context
from app.errors import Message, msg
from app.models import Course, CourseOffering, OfferingAssistant, User
from app.rules.courses.review_states import Step
from app.services.messages.notices import News, notify_administrators, notify_many
from app.services.shared.require_permission import account_here

_SAID = {
    Step.APPROVE: (
        msg("您的课程已通过审核"),
        msg("课程“%(title)s”已通过审核，学生端现在可以看到。", title=""),
    ),
    Step.REJECT: (
        msg("您的课程未通过审核"),
        msg("课程“%(title)s”未通过审核。原因：%(reason)s。请修改后重新提交审核。", title="", reason=""),
    ),
    Step.TAKE_OFF: (
        msg("您的课程已下线"),
        msg("课程“%(title)s”已改为不通过，学生端不再显示。原因：%(reason)s。", title="", reason=""),
    ),
}


def tell_reviewers(ctx: Context, course: Course, *, title: str) -> None:
    """Tell the administrators, except the one who submitted it, that a course waits."""
    body = msg("%(name)s 提交了课程“%(title)s”，请审核。", name=ctx.actor.name, title=title)
    link = f"/manage/course-reviews/{course.id}/"
    notify_administrators(ctx, subject=msg("有课程等待审核"), body=body, link=link)


def tell_teachers(ctx: Context, course: Course, step: Step, reason: str) -> None:
    """Tell the author, the staff and the assistants of a course what was decided, except the person who decided."""
    subject, text = _SAID[step]
    params: dict[str, str | int] = {"title": course.title}
    if "reason" in text.params:
        params["reason"] = reason.rstrip("。.")
    body = Message(text.text, params)
    offerings = ctx.session.scalars(offerings_of(course)).all()
    link = f"/manage/offerings/{offerings[0]}/" if offerings else None
    runs = select(CourseOffering.operating_teacher_id).where(CourseOffering.id.in_(offerings))
    assists = select(OfferingAssistant.user_id).where(
        OfferingAssistant.school_id == ctx.school.id, OfferingAssistant.offering_id.in_(offerings)
    )
    concerned = or_(User.id.in_(runs), User.id.in_(assists), User.id == (course.created_by or 0))
    people = select(User.id).where(
        User.school_id == ctx.school.id,
        User.status == "active",
        concerned,
        User.id != (account_here(ctx) or 0),
    )
    notify_many(ctx, [News(ctx.session.scalars(people).all(), subject, body, link)])


def offerings_of(course: Course) -> Select[int]:
    """Return the ids of an own course's offerings at its school, the latest first."""
    return (
        select(CourseOffering.id)
        .where(
            CourseOffering.school_id == course.school_id,
            CourseOffering.course_owner_id == course.school_id,
            CourseOffering.course_id == course.id,
        )
        .order_by(CourseOffering.id.desc())
    )
