"""More of the demo's alliance courses, so that catalogue and search have something to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from app.demo import more_covers as covers
from app.demo.courses import DemoCourse
from app.demo.schools import Plan
from app.rules.courses.assessment import Assessment, Component, Kind
from app.services.courses.create_and_release import CourseContent

_ASSESSMENT = Assessment(
    (Component(Kind.VIDEO, "", 20), Component(Kind.QUIZ, "", 30), Component(Kind.EXAM, "", 50)), 60
)


def _course(
    key: str,
    title: str,
    discipline: tuple[str, str],
    made_by: tuple[str, str],
    summary: str,
    units: tuple[str, ...],
    audience: str,
    cover: Callable[[], bytes],
) -> DemoCourse:
    category, subject = discipline
    source_name, teachers = made_by
    outline = "".join(f"<li>{unit}</li>" for unit in units)
    content = CourseContent(
        title=title,
        category=category,
        subject=subject,
        source_name=source_name,
        teachers=teachers,
        summary=summary,
        description=f"<p>{summary}</p><p>课程分为{len(units)}个单元，每个单元由短视频、测验和一次讨论组成。</p>",
        outline=f"<ol>{outline}</ol>",
        audience=audience,
        assessment=_ASSESSMENT,
        hours=8 * len(units),
        credit=Decimal(2),
    )
    return DemoCourse(key, content, cover)


MORE_COURSES = (
    _course(
        "imaging",
        "医学影像诊断学",
        ("临床医学", "影像医学与核医学"),
        ("明德医科大学", "秦朗、沈若兰"),
        "从平片到磁共振：按系统学会读片，把影像所见说成诊断。",
        ("成像原理与读片方法", "呼吸与循环系统", "消化与泌尿系统", "神经与骨关节系统"),
        "临床医学、医学影像学高年级本科生与研究生",
        partial(covers.arcs, "#dfe3ea", "#3f4d63"),
    ),
    _course(
        "critical-care",
        "重症医学：从监测到支持",
        ("临床医学", "重症医学"),
        ("博爱医学院", "陆怀仁、江晚"),
        "以一位感染性休克患者的十二天为线索，学习重症监测、器官支持与团队决策。",
        ("识别危重患者", "循环支持", "呼吸支持", "感染与抗感染", "撤离与转出"),
        "住院医师与临床医学专业研究生",
        partial(covers.waves, "#f6dcc8", "#c2683f"),
    ),
    _course(
        "statistics",
        "医学统计学与科研设计",
        ("公共卫生", "流行病与卫生统计学"),
        ("医科院校课程联盟", "苏明哲、白芷珊"),
        "不背公式：从一个研究问题出发，选对设计、算对样本量、读懂结果。",
        ("问题与设计", "描述与推断", "回归与生存分析", "结果报告与可重复性"),
        "各专业硕士研究生",
        partial(covers.cells, "#d9e8e4", "#2f7f74"),
    ),
    _course(
        "nursing-research",
        "护理科研方法",
        ("护理学", "护理管理"),
        ("博爱医学院", "江晚晴、梅映雪"),
        "把病房里的疑问变成可以回答的研究：选题、设计、伦理、写作，一步一步完成自己的开题报告。",
        ("选题与文献", "量性与质性研究", "研究伦理", "开题与论文写作"),
        "护理学专业本科生与研究生",
        partial(covers.waves, "#f5dbe6", "#b6557f"),
    ),
    _course(
        "ethics",
        "医学伦理与医患沟通",
        ("人文与社会", "医学伦理学"),
        ("厚朴中医药大学", "叶知秋、唐以宁"),
        "告知坏消息、处理冲突、尊重选择：在情景模拟中学习做一名可以信任的医生。",
        ("知情同意与隐私", "告知坏消息", "冲突与投诉", "生命终末期的抉择"),
        "所有医学相关专业",
        partial(covers.arcs, "#efe3d3", "#94703f"),
    ),
    _course(
        "acupuncture",
        "针灸推拿学",
        ("中医学", "针灸推拿学"),
        ("厚朴中医药大学", "杜仲平、苏叶青"),
        "经络腧穴、刺灸手法与推拿治疗，配有三维穴位演示和操作录像。",
        ("经络与腧穴", "刺法与灸法", "推拿手法", "常见病治疗"),
        "中医学专业学生，以及对针灸有兴趣的西医学专业学生",
        partial(covers.cells, "#e9ecd6", "#6f8a48"),
    ),
    _course(
        "artificial-intelligence",
        "医学人工智能导论",
        ("生物医学工程", "医学人工智能"),
        ("明德医科大学", "韩知行、裴思齐"),
        "看懂模型能做什么、不能做什么：从影像识别到大语言模型，学会评价和安全地使用。",
        ("数据与模型", "影像与文本", "评价与偏倚", "临床落地与监管"),
        "医学、药学、公共卫生各专业研究生",
        partial(covers.waves, "#dcdff5", "#5560b0"),
    ),
)

_OPEN_NOW = (12, 110, -4, 18)
_CLOSING_SOON = (5, 96, -20, 3)
_SOON = (40, 140, 12, 35)
_GOING_ON = (-21, 70, -40, -12)

#: slug of the school -> what it does with these courses.
MORE_PLANS: Mapping[str, tuple[Plan, ...]] = {
    "mingde": (
        Plan("imaging", _CLOSING_SOON, seats=40),
        Plan("statistics", _OPEN_NOW),
        Plan("ethics", _OPEN_NOW, seats=150),
        Plan("artificial-intelligence", _SOON),
        Plan("critical-care", _GOING_ON),
    ),
    "boai": (
        Plan("nursing-research", _OPEN_NOW, seats=80),
        Plan("critical-care", _CLOSING_SOON, seats=30),
        Plan("statistics", _GOING_ON),
        Plan("ethics", _SOON),
    ),
    "houpu": (
        Plan("acupuncture", _OPEN_NOW, seats=90),
        Plan("ethics", _CLOSING_SOON),
        Plan("statistics", _OPEN_NOW),
        Plan("artificial-intelligence", _SOON),
    ),
}
