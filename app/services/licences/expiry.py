"""The end of a licence: courses go offline by themselves, and schools are told 30 and 7 days before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Message, msg
from app.models import CourseOffering, User
from app.rules.licences.conditions import notice_due
from app.rules.offerings.publication import OfferingStatus
from app.services.messages.notices import notify
from app.services.offerings.public import show_publicly
from app.services.shared.audit import record


def tend_licences(ctx: Context) -> int:
    """The daily task of a school: take offline what is licensed no more, and tell who should know what ends soon.

    Each notice goes out once for each last day, also when nothing ran on the very day.

    Returns:
        how many offerings went offline.
    """
    rows = ctx.session.scalars(
        select(CourseOffering)
        .join(CourseOffering.course)
        .join(CourseOffering.licence)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.status != OfferingStatus.DECLINED)
        .order_by(CourseOffering.id)
        .with_for_update(of=CourseOffering)
    ).all()
    by_licence: dict[int, list[CourseOffering]] = defaultdict(list)
    for row in rows:
        by_licence[row.licence_id or 0].append(row)
    return sum(_tend(ctx, offerings) for offerings in by_licence.values())


def _tend(ctx: Context, offerings: list[CourseOffering]) -> int:
    licence, title = offerings[0].licence, offerings[0].course.title
    if licence is None or licence.ends_on is None:
        return 0
    online = [one for one in offerings if one.status == OfferingStatus.ONLINE]
    if licence.has_ended_on(ctx.today()):
        for one in online:
            one.status = OfferingStatus.OFFLINE
            record(ctx, "offering.licence_ended", "offering", one.id, {"ended": licence.ends_on.isoformat()})
        if online:
            body = msg(
                "联盟对课程“%(title)s”的授权已于 %(day)s 结束，课程已自动下线；已有的注册记录仍可查看。",
                title=title,
                day=licence.ends_on.isoformat(),
            )
            _tell(ctx, online, msg("课程授权已结束，课程已下线"), body)
        show_publicly(ctx, offering_ids=[one.id for one in online])
        return len(online)
    due = notice_due((licence.ends_on - ctx.today()).days)
    told = f"{licence.ends_on.isoformat()}/{due}"
    if due is None or not online or any(one.told_of_end == told for one in offerings):
        return 0
    for one in offerings:
        one.told_of_end = told
    body = msg(
        "联盟对课程“%(title)s”的授权将于 %(day)s 结束，届时课程会自动下线。需要继续使用时请联系联盟秘书处。",
        title=title,
        day=licence.ends_on.isoformat(),
    )
    _tell(ctx, online, msg("课程授权将在 %(days)s 天内结束", days=due), body)
    ctx.session.flush()
    return 0


def _tell(ctx: Context, offerings: Iterable[CourseOffering], subject: Message, body: Message) -> None:
    """Write to the administrators and to those who run the offerings."""
    offerings = list(offerings)
    run_by = [one.operating_teacher_id for one in offerings if one.operating_teacher_id is not None]
    readers = select(User.id).where(
        User.status == "active", (User.kind == "administrator") | User.id.in_(run_by)
    )
    for user_id in ctx.session.scalars(readers.order_by(User.id)):
        notify(
            ctx, user_id=user_id, subject=subject, body=body, link=f"/manage/offerings/{offerings[-1].id}/"
        )
