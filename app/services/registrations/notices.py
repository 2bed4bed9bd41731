"""Notices about registrations that somebody else, or the waiting list, made."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from app.context import Context
from app.errors import msg
from app.models import Course, CourseOffering
from app.services.messages.notices import News, notify_many


def tell_promoted(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that they got a seat from the waiting list."""
    title = _title(ctx, offering)
    body = msg(
        "“%(title)s”有了名额，您已从候补转为正式报名。如不再需要，请在 %(last)s 前退选。",
        title=title,
        last=str(offering.registration_ends_on),
    )
    subject = msg("候补成功：%(title)s", title=title)
    notify_many(ctx, [News(user_ids, subject, body, f"/courses/{offering.id}")])


def tell_removed(ctx: Context, offering: CourseOffering, user_ids: Collection[int], reason: str) -> None:
    """Tell people that staff removed them from the course, and why."""
    title = _title(ctx, offering)
    subject = msg("您已被移出课程：%(title)s", title=title)
    body = msg("学校已将您移出“%(title)s”。原因：%(reason)s", title=title, reason=reason)
    notify_many(ctx, [News(user_ids, subject, body, "/my/courses")])


def tell_added(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that staff registered them."""
    title = _title(ctx, offering)
    subject = msg("您已注册课程：%(title)s", title=title)
    body = msg("学校已为您注册“%(title)s”，可以在“我的课程”中查看教学安排。", title=title)
    notify_many(ctx, [News(user_ids, subject, body, f"/courses/{offering.id}")])


def tell_waiting_removed(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that staff removed them from the waiting list."""
    title = _title(ctx, offering)
    subject = msg("您已被移出候补：%(title)s", title=title)
    body = msg("学校已将您移出“%(title)s”的候补名单。如有疑问，请联系任课教师。", title=title)
    notify_many(ctx, [News(user_ids, subject, body, "/my/courses")])


def _title(ctx: Context, offering: CourseOffering) -> str:
    same = (Course.school_id == offering.course_owner_id, Course.id == offering.course_id)
    return ctx.session.scalars(select(Course.title).where(*same)).one()
