"""Own courses of the demo's schools on their way: waiting for review, approved, revised, recommended, accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.context import Actor, Context
from app.demo import covers
from app.models import Course, CourseRecommendation, School, User
from app.rules.courses.assessment import Assessment, Component, Kind, Makeup
from app.rules.permissions import Role
from app.services.courses.create_and_release import CourseContent, create_own_course
from app.services.courses.drafts import open_draft, save_draft, set_cover
from app.services.courses.recommendations import accept_recommendation, recommend_course
from app.services.courses.reviews import review_course, submit_course
from app.services.offerings.schedule import schedule_offering

_OPEN = (12, 96, -3, 18)
_ASSESSMENT = Assessment(
    (Component(Kind.VIDEO, "", 20), Component(Kind.DISCUSSION, "", 30), Component(Kind.EXAM, "", 50)),
    60,
    None,
    Makeup(1, 14),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOwnCourse:
    """An own course of a school and how far it has come.

    Args:
        teacher: login name of the teacher who makes it.
        refused: why the first submission was refused, if it was.
        approved: whether the (last) submission was approved.
        revision: what the teacher changed after the approval and submitted; nothing: no revision waits.
        note: the words with which it was recommended; blank: it is not.
        answer: the words with which the secretariat accepted it; blank: it waits.
    """

    slug: str
    teacher: str
    content: CourseContent
    cover: Callable[[], bytes]
    refused: str = ""
    approved: bool = True
    revision: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    answer: str = ""


_ETHICS = """
<p>医学的每一次决定都同时是一次伦理的决定。本课程从临床、科研和公共卫生中选取二十个真实案例，讨论知情同意、医疗资源分配与科研诚信。</p>
<p>课堂以小组辩论为主，教师只在最后点评。</p>
<h3>课程安排</h3>
<ol><li>知情同意与病情告知</li><li>生命末期的照护</li><li>器官移植的公平</li><li>科研诚信与受试者保护</li></ol>
"""

REVIEWED = (
    DemoOwnCourse(
        slug="mingde",
        teacher="teacher3",
        content=CourseContent(
            title="急诊超声入门",
            code="MD-EUS-02",
            category="临床医学",
            subject="急诊医学",
            source_name="明德医科大学",
            teachers="沈若兰",
            tags=("超声", "急诊"),
            summary="四个切面、八个问题：用便携超声在床旁回答急诊最常见的疑问。",
            description="<p>以创伤超声评估（FAST）为主线，讲授探头握持、标准切面与常见假象，并以二十段真实录像练习判读。</p>",
            outline="<ul><li>第一周 超声物理与探头</li><li>第二周 腹腔与胸腔积液</li>"
            "<li>第三周 心包与心功能</li><li>第四周 综合判读</li></ul>",
            hours=20,
            credit=Decimal(1),
            audience="急诊、重症与全科的规培学员",
            assessment=_ASSESSMENT,
        ),
        cover=covers.curve,
        refused="教学大纲还没有填写，请按周列出内容；评价设置中讨论占比偏高。",
        approved=False,
    ),
    DemoOwnCourse(
        slug="mingde",
        teacher="teacher1",
        content=CourseContent(
            title="医学伦理学案例研讨",
            code="MD-ETH-01",
            category="医学人文",
            source_name="明德医科大学",
            teachers="顾清远、沈若兰",
            tags=("伦理", "案例"),
            summary="二十个真实案例，讨论知情同意、资源分配与科研诚信。",
            description=_ETHICS,
            hours=24,
            credit=Decimal("1.5"),
            readings="《医学伦理学》（第 5 版）\n《赫尔辛基宣言》",
            assessment=_ASSESSMENT,
        ),
        cover=covers.herbs,
        revision={
            "summary": "二十四个真实案例，讨论知情同意、资源分配、人工智能辅助诊疗与科研诚信。",
            "description": _ETHICS.replace("二十个真实案例", "二十四个真实案例").replace(
                "<li>科研诚信与受试者保护</li>", "<li>人工智能与医生的责任</li><li>科研诚信与受试者保护</li>"
            ),
            "hours": 28,
        },
    ),
    DemoOwnCourse(
        slug="boai",
        teacher="teacher1",
        content=CourseContent(
            title="家庭医生沟通技能",
            code="BA-COM-01",
            category="公共卫生",
            source_name="博爱医学院",
            teachers="韩知行",
            tags=("全科", "沟通"),
            summary="在十分钟的门诊里听懂患者：家庭医生的问诊、劝导与随访技能。",
            description="<p>标准化病人录像与角色扮演相结合，训练倾听、共情与共同决策。</p>",
            outline="<ol><li>开放式提问</li><li>坏消息的告知</li><li>行为改变与动机访谈</li></ol>",
            hours=16,
            credit=Decimal(1),
            assessment=_ASSESSMENT,
        ),
        cover=covers.heartbeat,
        note="本校已开设五年，学生评教均在 95 分以上；标准化病人录像为自行拍摄，版权属于本校。",
    ),
    DemoOwnCourse(
        slug="houpu",
        teacher="teacher1",
        content=CourseContent(
            title="针灸学临床实训",
            code="HP-ACU-01",
            category="中医学",
            source_name="厚朴中医药大学",
            teachers="杜仲平",
            tags=("针灸", "实训"),
            summary="四十个常用穴位的定位与手法，配以三维解剖与操作录像。",
            description="<p>以头痛、面瘫、腰痛、失眠四个病种为纲，讲授辨证选穴、进针手法与异常情况的处理。</p>",
            outline="<ol><li>常用穴位与解剖</li><li>进针与行针</li><li>四个病种的实训</li></ol>",
            hours=32,
            credit=Decimal(2),
            assessment=_ASSESSMENT,
        ),
        cover=covers.molecule,
        note="配有三维穴位模型，愿意与联盟各校共享。",
        answer="实训录像规范，评价设置完整，同意作为联盟课程授权。",
    ),
)


def bring_on_the_way(ctx: Context, slug: str) -> None:
    """Make the own courses of a school and bring each as far as it has come at the school itself."""
    for demo in REVIEWED:
        there = select(Course.id).where(Course.school_id == ctx.school.id, Course.title == demo.content.title)
        if demo.slug == slug and ctx.session.scalar(there) is None:
            _bring(ctx, demo)


def accept_recommended(ctx: Context, slug: str) -> None:
    """Let the secretariat, who acts in ``ctx``, accept what it has an answer for."""
    answers = {demo.content.title: demo.answer for demo in REVIEWED if demo.slug == slug and demo.answer}
    waiting = (
        select(CourseRecommendation)
        .join(School, School.id == CourseRecommendation.school_id)
        .where(School.slug == slug, CourseRecommendation.state == "open")
    )
    for row in ctx.session.scalars(waiting).all():
        if answer := answers.get(row.content["title"]):
            accept_recommendation(ctx, school_id=row.school_id, recommendation_id=row.id, answer=answer)


def _bring(ctx: Context, demo: DemoOwnCourse) -> None:
    teacher = _acting(ctx, User.login_name == demo.teacher, Role.TEACHER)
    office = _acting(ctx, User.kind == "administrator", Role.ADMINISTRATOR)
    offering = create_own_course(teacher, content=demo.content)
    course_id = offering.course_id
    set_cover(teacher, course_id=course_id, content=demo.cover())
    dates = [ctx.today() + timedelta(days=days) for days in _OPEN]
    schedule_offering(
        teacher,
        offering_id=offering.id,
        starts_on=dates[0],
        ends_on=dates[1],
        registration_starts_on=dates[2],
        registration_ends_on=dates[3],
    )
    submit_course(teacher, course_id=course_id)
    if demo.refused:
        _decide(office, course_id, approve=False, reason=demo.refused)
        submit_course(teacher, course_id=course_id)
    if demo.approved:
        _decide(office, course_id, approve=True)
    if demo.revision:
        revision = open_draft(teacher, course_id=course_id).revision
        save_draft(teacher, course_id=course_id, revision=revision, values=demo.revision)
        submit_course(teacher, course_id=course_id)
    if demo.note:
        recommend_course(office, course_id=course_id, note=demo.note)


def _decide(office: Context, course_id: int, *, approve: bool, reason: str = "") -> None:
    revision = open_draft(office, course_id=course_id).revision
    review_course(office, course_id=course_id, revision=revision, approve=approve, reason=reason)


def _acting(ctx: Context, who: Any, role: Role) -> Context:
    user = ctx.session.scalars(
        select(User).where(User.school_id == ctx.school.id, who).order_by(User.id).limit(1)
    ).one()
    actor = Actor(role=role, name=user.real_name, user_id=user.id, school_id=ctx.school.id)
    return replace(ctx, actor=actor)
