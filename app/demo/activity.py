"""The demo's last two months: figures that lead up to what is there today, and announcements."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import sin

from sqlalchemy import func, select, update

from app.context import Actor, Context
from app.models import Announcement, Enrolment, SchoolFigure, User
from app.rules.permissions import Role
from app.services.alliance.figures import write_figures
from app.services.announcements.write import AnnouncementContent, save_announcement

DAYS = 60

ALLIANCE_SAYS = (
    AnnouncementContent(
        "秋季学期课程选用开始",
        "<p>本学期联盟新授权的课程已经到达各校。请教务老师在开课前：</p>"
        "<ul><li>设置课程与报名的起止时间；</li><li>指定每门课程的运营教师；</li><li>确认无误后上线。</li></ul>"
        "<p>有问题请联系秘书处，我们可以进入贵校管理端协助设置，每次来访都会留下记录。</p>",
        audience="staff",
        pinned=True,
    ),
    AnnouncementContent(
        "联盟课程平台使用说明",
        "<p>同学们可以在“课程目录”中查找本校开设的课程，报名后在“我的课程”中查看。开课和截止日期会显示在日历中。</p>",
    ),
)

SCHOOLS_SAY = {
    "mingde": AnnouncementContent(
        "选课时间安排",
        "<p>本学期慕课选课分两轮进行，<strong>第一轮</strong>由班主任为班级统一选课，<strong>第二轮</strong>由同学自行报名。"
        "名额有限的课程按报名先后录取，额满后可以候补。</p>",
        pinned=True,
    ),
    "boai": AnnouncementContent(
        "学分认定办法",
        "<p>修完联盟慕课并达到合格线的同学，可以申请认定为通识选修学分，每学年不超过 4 学分。</p>",
    ),
    "houpu": AnnouncementContent(
        "新生首次登录须知",
        "<p>新生请用学号和初始密码登录，首次登录须修改密码。忘记密码请联系辅导员。</p>",
    ),
}


def announce(ctx: Context, *announcements: AnnouncementContent, role: Role, name: str) -> None:
    """Publish announcements that are not there yet."""
    speaking = replace(ctx, actor=Actor(role=role, name=name))
    for content in announcements:
        same = select(Announcement.id).where(
            Announcement.school_id == ctx.school.id, Announcement.title == content.title
        )
        if ctx.session.scalar(same) is None:
            save_announcement(speaking, content=content, publish=True)


def remember_activity(ctx: Context) -> None:
    """Whoever registered has been here; and the figures of the days before lead up to today's."""
    if ctx.session.scalar(select(SchoolFigure.day).where(SchoolFigure.school_id == ctx.school.id).limit(1)):
        return
    registered = (
        select(func.max(Enrolment.registered_at))
        .where(Enrolment.school_id == User.school_id, Enrolment.user_id == User.id)
        .scalar_subquery()
    )
    ctx.session.execute(
        update(User)
        .where(
            User.school_id == ctx.school.id,
            User.last_login_at.is_(None),
            User.id.in_(select(Enrolment.user_id)),
        )
        .values(last_login_at=registered),
        execution_options={"synchronize_session": False},
    )
    write_figures(ctx)
    today = ctx.session.scalars(select(SchoolFigure).where(SchoolFigure.day == ctx.today())).one()
    for back in range(1, DAYS):
        ctx.session.add(
            SchoolFigure(
                day=ctx.today() - timedelta(days=back),
                alliance_id=ctx.school.alliance_id,
                people=_then(today.people, back, 0.55),
                activated=_then(today.activated, back, 0.1),
                courses_online=_then(today.courses_online, back, 0.3),
                registrations=_then(today.registrations, back, 0.05),
                last_activity_at=today.last_activity_at and today.last_activity_at - timedelta(days=back),
                counted_at=ctx.now() - timedelta(days=back),
            )
        )
    ctx.session.flush()


def _then(now: int, back: int, began_with: float) -> int:
    """A number some days ago: it grew from a part of today's, fastest in the middle, and never fell."""
    done = 1 - back / DAYS
    # Less than the steepest slope of ``done``, so that the sum still rises.
    share = began_with + (1 - began_with) * (done - sin(6.283 * done) / 6.6)
    return min(now, round(now * max(share, 0)))
