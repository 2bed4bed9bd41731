"""What the demo's teachers are writing: one own course a school, still a draft."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from app.context import Actor, Context
from app.models import Course, User
from app.rules.courses.assessment import Assessment, Component, Gate, Kind, Makeup
from app.rules.permissions import Role
from app.services.courses.create_and_release import CourseContent, create_own_course

#: slug of the school -> the course that its first teacher has begun.
_BEGUN = {
    "mingde": CourseContent(
        title="心电图判读入门",
        code="MD-ECG-01",
        category="临床医学",
        subject="诊断学",
        source_name="明德医科大学",
        teachers="顾清远",
        tags=("心电图", "急诊", "见习"),
        summary="从波形到诊断：四周学会在床旁读懂一份十二导联心电图。",
        description="<p>面向即将进入临床见习的同学。每周一个主题，先看波形、再讲机制、最后练习真实病例。</p>",
        outline="<h3>第一周 正常心电图</h3><p>导联、波段与正常值。</p><h3>第二周 心律失常</h3><p>早搏与房颤。</p>",
        hours=16,
        credit=Decimal(1),
        audience="临床医学专业四年级学生",
        prerequisites="生理学、诊断学",
        readings="《诊断学》（第 10 版）\n《临床心电图学》",
        assessment=Assessment(
            (
                Component(Kind.VIDEO, "", 20),
                Component(Kind.QUIZ, "", 30),
                Component(Kind.OTHER, "床旁判读", 20),
                Component(Kind.EXAM, "", 30),
            ),
            60,
            Gate(Kind.VIDEO, 80),
            Makeup(1, 14),
        ),
    ),
    "boai": CourseContent(
        title="社区慢病管理",
        category="公共卫生",
        subject="社会医学与卫生事业管理",
        source_name="博爱医学院",
        summary="以高血压和糖尿病为例，讲授社区随访、健康教育与转诊。",
        hours=24,
    ),
    "houpu": CourseContent(
        title="方剂配伍与临床思维",
        category="中医学",
        subject="方剂学",
        source_name="厚朴中医药大学",
        description="<p>以三十首常用方为纲，讲授君臣佐使与随证加减。</p>",
    ),
}


def begin_own_course(ctx: Context, slug: str) -> None:
    """Let a school's first teacher begin his course, unless he has."""
    content = _BEGUN[slug]
    if ctx.session.scalar(select(Course.id).where(Course.title == content.title)) is not None:
        return
    teacher = ctx.session.scalars(select(User).where(User.login_name == "teacher1")).one()
    actor = Actor(role=Role.TEACHER, name=teacher.real_name, user_id=teacher.id, school_id=ctx.school.id)
    written = replace(content, teachers=content.teachers or teacher.real_name)
    create_own_course(replace(ctx, actor=actor), content=written)
