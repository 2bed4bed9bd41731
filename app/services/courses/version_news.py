"""Notices to the schools that have a course online about its new version.

Publishing writes one row; the sweeper goes through the schools by their ids, a few at a time and each once: a course
of 500 schools delays nobody, and a sweeper that dies between two steps leaves the place where the next one continues.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select, update

from app.context import Context
from app.errors import Message, msg
from app.models import CourseLicence, CourseOffering, CourseVersion, CourseVersionOutbox, School, User
from app.rules.courses.fields import FIELD_LABELS
from app.rules.offerings.publication import OfferingStatus
from app.services.background.outbox import UnitOfWorkFactoryFor, sweep_outbox
from app.services.messages.notices import News, notify_many
from app.services.schools.directory import INFO_COLUMNS
from app.services.shared.audit import record
from app.services.shared.licence_conditions import is_licensed
from app.services.shared.locks import Hold, locking
from tenants.registry import SchoolInfo

#: Schools a step, each with a few statements.
SCHOOLS_A_STEP = 50


@dataclass(frozen=True, slots=True)
class _News:
    owner_id: int
    course_id: int
    subject: Message
    body: Message


def sweep_versions(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Tell the next schools of every new version.

    Args:
        units_for: opens units of work in a school.

    Returns:
        the number of versions that were worked on.
    """
    return sweep_outbox(
        CourseVersionOutbox, CourseVersionOutbox.version_id, take=tell_schools, units_for=units_for
    )


def tell_schools(ctx: Context, version_id: int) -> bool:
    """Tell the next schools that have a licence for the course; called in the owner's scope.

    Returns:
        False when another sweeper works on it, or all have been told.
    """
    of_version = (
        CourseVersionOutbox.school_id == ctx.school.id,
        CourseVersionOutbox.version_id == version_id,
    )
    row = select(CourseVersionOutbox).where(*of_version)
    waiting = ctx.session.scalar(locking(row, CourseVersionOutbox, Hold.WRITE, skip_locked=True))
    if waiting is None:
        return False
    version = ctx.session.scalars(
        select(CourseVersion).where(CourseVersion.school_id == ctx.school.id, CourseVersion.id == version_id)
    ).one()
    schools = _next_schools(ctx, version, after=waiting.told_up_to)
    news = _news(version)
    schools_told = sum(_tell(ctx, school, news) for school in schools)
    if schools_told:
        data = {"version": version.number, "schools": schools_told}
        record(ctx, "course.version_announced", "course", version.course_id, data)
    if len(schools) < SCHOOLS_A_STEP:
        ctx.session.execute(delete(CourseVersionOutbox).where(*of_version))
    else:
        last = schools[-1].id
        ctx.session.execute(
            update(CourseVersionOutbox).where(*of_version).values(told_up_to=last, due_at=func.now())
        )
    return True


def _next_schools(ctx: Context, version: CourseVersion, *, after: int) -> list[SchoolInfo]:
    rows = ctx.session.execute(
        select(*INFO_COLUMNS)
        .join(CourseLicence, CourseLicence.school_id == School.id)
        .where(
            CourseLicence.course_owner_id == version.school_id,
            CourseLicence.course_id == version.course_id,
            School.status == "active",
            School.id > after,
        )
        .order_by(School.id)
        .limit(SCHOOLS_A_STEP)
    )
    return [SchoolInfo(*row) for row in rows]


def _news(version: CourseVersion) -> _News:
    title = str(version.content["title"])
    fields = tuple(FIELD_LABELS[name] for name in version.changed)
    body = msg(
        "课程“%(title)s”发布了第 %(number)s 版，学生已经看到新内容。修改了：%(fields)s。说明：%(note)s",
        title=title,
        number=version.number,
        fields=fields,
        note=version.note or "—",
    )
    return _News(version.school_id, version.course_id, msg("课程“%(title)s”有新版本", title=title), body)


def _tell(ctx: Context, school: SchoolInfo, news: _News) -> bool:
    """Notify the administrators and the operating teachers of a school that has the course online."""
    with ctx.within(school) as inner:
        online = inner.session.execute(
            select(CourseOffering.id, CourseOffering.operating_teacher_id)
            .outerjoin(CourseOffering.licence)
            .where(
                CourseOffering.school_id == school.id,
                CourseOffering.course_owner_id == news.owner_id,
                CourseOffering.course_id == news.course_id,
                CourseOffering.status == OfferingStatus.ONLINE,
                is_licensed(inner.today()),
            )
            .order_by(CourseOffering.id.desc())
        ).all()
        if not online:
            return False
        readers = select(User.id).where(
            User.school_id == school.id,
            User.status == "active",
            (User.kind == "administrator") | User.id.in_([row.operating_teacher_id for row in online]),
        )
        link = f"/manage/offerings/{online[0].id}/versions"
        notify_many(inner, [News(inner.session.scalars(readers).all(), news.subject, news.body, link)])
        record(inner, "course.version_announced", "course", news.course_id)
        return True
