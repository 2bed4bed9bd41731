"""The end of licences: courses go offline automatically, and schools are told 30 and 7 days before."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Message, msg
from app.models import CourseOffering, User
from app.rules.licences.conditions import notice_due
from app.rules.offerings.publication import OfferingStatus
from app.services.messages.notices import News, notify_many
from app.services.offerings.public import publish_state
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking


def tend_licences(ctx: Context) -> int:
    """Take offline the courses whose licences have ended, and announce the end of others; the daily task of a school.

    Each notice goes out once for each last day, also when nothing ran on the day itself.

    Returns:
        the number of offerings that went offline.
    """
    licensed = (
        select(CourseOffering)
        .join(CourseOffering.course)
        .join(CourseOffering.licence)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.status != OfferingStatus.DECLINED)
    )
    by_licence: dict[int, list[CourseOffering]] = defaultdict(list)
    for row in ctx.session.scalars(locking(licensed, CourseOffering, Hold.WRITE)):
        by_licence[row.licence_id or 0].append(row)
    news: list[News] = []
    ended = [offering for offerings in by_licence.values() for offering in _tend(ctx, offerings, news)]
    publish_state(ctx, offering_ids=[offering.id for offering in ended])
    notify_many(ctx, news)
    return len(ended)


def _tend(ctx: Context, offerings: list[CourseOffering], news: list[News]) -> list[CourseOffering]:
    """Take the offerings of a licence offline, or note that it ends soon; add the notices to ``news``.

    Returns:
        the offerings that went offline.
    """
    licence, title = offerings[0].licence, offerings[0].course.title
    if licence is None or licence.ends_on is None:
        return []
    online = [offering for offering in offerings if offering.status == OfferingStatus.ONLINE]
    if licence.has_ended_on(ctx.today()):
        for offering in online:
            offering.status = OfferingStatus.OFFLINE
            record(
                ctx, "offering.licence_ended", "offering", offering.id, {"ended": licence.ends_on.isoformat()}
            )
        if online:
            body = msg(
                "联盟对课程“%(title)s”的授权已于 %(day)s 结束，课程已自动下线；已有的注册记录仍可查看。",
                title=title,
                day=licence.ends_on.isoformat(),
            )
            news.append(_news(ctx, online, msg("课程授权已结束，课程已下线"), body))
        return online
    due = notice_due((licence.ends_on - ctx.today()).days)
    announced = f"{licence.ends_on.isoformat()}/{due}"
    if due is None or not online or any(offering.told_of_end == announced for offering in offerings):
        return []
    for offering in offerings:
        offering.told_of_end = announced
    body = msg(
        "联盟对课程“%(title)s”的授权将于 %(day)s 结束，届时课程会自动下线。需要继续使用时请联系联盟秘书处。",
        title=title,
        day=licence.ends_on.isoformat(),
    )
    news.append(_news(ctx, online, msg("课程授权将在 %(days)s 天内结束", days=due), body))
    return []


def _news(ctx: Context, offerings: list[CourseOffering], subject: Message, body: Message) -> News:
    """Return a message to the administrators and to the operating teachers of the offerings."""
    run_by = [
        offering.operating_teacher_id for offering in offerings if offering.operating_teacher_id is not None
    ]
    readers = select(User.id).where(
        User.status == "active", (User.kind == "administrator") | User.id.in_(run_by)
    )
    link = f"/manage/offerings/{offerings[-1].id}/"
    return News(ctx.session.scalars(readers).all(), subject, body, link)
