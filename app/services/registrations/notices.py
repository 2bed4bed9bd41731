"""Messages about registrations that somebody else made, or the waiting list."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import insert, select

from app.context import Context
from app.errors import Message, msg
from app.models import Course, CourseOffering, Notice, User
from app.services.messages.mail_queue import queue_mail


def tell_promoted(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that they came from the waiting list into the course."""
    title = _title(ctx, offering)
    _tell(
        ctx,
        user_ids,
        msg("候补成功：%(title)s", title=title),
        msg(
            "“%(title)s”有了名额，您已从候补转为正式报名。如不再需要，请在 %(last)s 前退选。",
            title=title,
            last=str(offering.registration_ends_on),
        ),
        f"/courses/{offering.id}",
    )


def tell_removed(ctx: Context, offering: CourseOffering, user_ids: Collection[int], reason: str) -> None:
    """Tell people that staff took them off the course, and why."""
    title = _title(ctx, offering)
    _tell(
        ctx,
        user_ids,
        msg("您已被移出课程：%(title)s", title=title),
        msg("学校已将您移出“%(title)s”。原因：%(reason)s", title=title, reason=reason),
        "/my/courses",
    )


def tell_added(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that staff registered them."""
    title = _title(ctx, offering)
    _tell(
        ctx,
        user_ids,
        msg("您已注册课程：%(title)s", title=title),
        msg("学校已为您注册“%(title)s”，可以在“我的课程”中查看教学安排。", title=title),
        f"/courses/{offering.id}",
    )


def tell_waiting_removed(ctx: Context, offering: CourseOffering, user_ids: Collection[int]) -> None:
    """Tell people that staff took them off the waiting list."""
    title = _title(ctx, offering)
    _tell(
        ctx,
        user_ids,
        msg("您已被移出候补：%(title)s", title=title),
        msg("学校已将您移出“%(title)s”的候补名单。如有疑问，请联系任课教师。", title=title),
        "/my/courses",
    )


def _title(ctx: Context, offering: CourseOffering) -> str:
    same = (Course.school_id == offering.course_owner_id, Course.id == offering.course_id)
    return ctx.session.scalars(select(Course.title).where(*same)).one()


def _tell(ctx: Context, user_ids: Collection[int], subject: Message, body: Message, link: str) -> None:
    """The same message to many, in one statement; mails to those with a confirmed address."""
    if not user_ids:
        return
    said, told = subject.as_json(), body.as_json()
    row = {"school_id": ctx.school.id, "subject": said, "body": told, "link": link}
    ctx.session.execute(insert(Notice), [{**row, "user_id": user_id} for user_id in user_ids])
    for user_id, address, name in _addresses(ctx, user_ids):
        params = {"name": name, "subject": said, "body": told, "link": link}
        queue_mail(ctx, user_id=user_id, recipient=address, template="notice", params=params)


def _addresses(ctx: Context, user_ids: Collection[int]) -> Sequence[tuple[int, str, str]]:
    statement = select(User.id, User.email, User.real_name).where(
        User.id.in_(user_ids), User.status == "active", User.email.is_not(None)
    )
    return [(user_id, address or "", name) for user_id, address, name in ctx.session.execute(statement)]
