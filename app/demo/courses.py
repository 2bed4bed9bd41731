"""The demo's alliance courses: invented, written like the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.demo import covers
from app.rules.courses.assessment import Assessment, Component, Gate, Kind, Makeup
from app.services.courses.create_and_release import CourseContent


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a second version of a course changed, and what the secretariat said of it."""

    values: Mapping[str, object]
    note: str


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """A course and its cover's drawing; ``key`` names it in the plans of the schools."""

    key: str
    content: CourseContent
    cover: Callable[[], bytes]
    renewal: Renewal | None = None


def _assessed(exam: int, gate: int | None = None, makeup: Makeup | None = None, **others: int) -> Assessment:
    """Weights by kind; the exam comes last."""
    parts = tuple(Component(Kind(kind), "", weight) for kind, weight in others.items())
    return Assessment(
        (*parts, Component(Kind.EXAM, "", exam)), 60, Gate(Kind.VIDEO, gate) if gate else None, makeup
    )


_CLINICAL_SKILLS = """
<p>问诊与体格检查是临床医生最常用、也最难用好的两项基本功。本课程以真实门诊场景为线索，从接诊的第一句话讲起，带领学习者完成从主诉到初步诊断的完整过程。</p>
<p>课程按系统展开，每一章都包含标准操作示范、常见错误辨析和一个贯穿全章的病例。示范视频由具有二十年以上带教经验的临床教师完成，并配有要点字幕，便于反复观看和床旁对照。</p>
<h3>您将学到</h3>
<ul><li>以患者为中心的问诊结构与沟通技巧</li><li>心、肺、腹部及神经系统体格检查的规范手法</li><li>由症状和体征出发的临床推理方法</li><li>病历书写中主诉、现病史与查体的规范表达</li></ul>
<h3>适合对象</h3>
<p>临床医学专业学位研究生、规范化培训住院医师，以及准备临床技能考核的高年级本科生。</p>
"""

_MOLECULAR_BIOLOGY = """
<p>从基因到表型，分子生物学为现代医学提供了共同的语言。本课程围绕遗传信息的传递与调控，系统讲授核酸与蛋白质的结构功能、基因表达调控、细胞信号转导和肿瘤的分子机制。</p>
<p>与传统教材不同，课程把实验技术放在与理论同等重要的位置：每个专题都配有一项核心技术的原理讲解和数据判读练习，包括实时定量PCR、免疫印迹、基因编辑与单细胞测序。</p>
<h3>课程安排</h3>
<ol><li>遗传信息的贮存与复制</li><li>转录与转录后加工</li><li>蛋白质的合成、修饰与降解</li><li>信号转导与细胞命运</li><li>分子诊断与精准医学</li></ol>
<p>学习者需完成五次单元测验和一份文献研读报告。</p>
"""

_NEUROSCIENCE = """
<p>大脑如何感受世界、形成记忆并作出决定？本课程从单个神经元的电活动出发，逐层走向突触、环路与认知，帮助医学生建立起连接基础与临床的神经科学框架。</p>
<p>课程强调由疾病理解功能。讲到突触传递时讨论重症肌无力，讲到基底节环路时讨论帕金森病，讲到记忆时讨论阿尔茨海默病，使抽象的机制有了清晰的临床落点。</p>
<h3>您将学到</h3>
<ul><li>静息电位、动作电位与突触传递的定量描述</li><li>感觉、运动与自主神经系统的环路组织</li><li>学习记忆、睡眠与情绪的神经基础</li><li>常见神经系统疾病的病理生理机制</li></ul>
<p>建议先修生理学和组织学与胚胎学。</p>
"""

_PHARMACOLOGY = """
<p>同一种药物，为什么在不同患者身上效果迥异？本课程以药物代谢动力学和药物效应动力学为主线，讨论如何为每一位患者选择合适的药物、剂量与疗程。</p>
<p>课程选取抗菌药物、心血管药物、抗凝药物和抗肿瘤药物四个临床用药的重点领域，每个领域由一位临床药师与一位临床医师共同讲授，以会诊的形式讨论真实的用药决策。</p>
<h3>课程特色</h3>
<ul><li>三十二个来自临床一线的用药案例</li><li>血药浓度监测与剂量调整的互动练习</li><li>特殊人群用药：儿童、老年人、妊娠期与肝肾功能不全</li><li>药品不良反应的识别与上报</li></ul>
"""

_EPIDEMIOLOGY = """
<p>好的临床决策需要好的证据，而证据需要被正确地产生和解读。本课程把流行病学的研究设计与循证医学的实践步骤结合起来，训练学习者提出问题、检索证据、评价证据并应用证据的能力。</p>
<p>课程前半部分讲授疾病频率测量、现况研究、病例对照研究、队列研究与随机对照试验；后半部分以系统评价和临床实践指南为中心，完成一次从临床问题到循证报告的完整练习。</p>
<h3>考核方式</h3>
<table><thead><tr><th>项目</th><th>比例</th></tr></thead><tbody><tr><td>单元测验</td><td>30%</td></tr><tr><td>文献评价作业</td><td>30%</td></tr><tr><td>循证报告</td><td>40%</td></tr></tbody></table>
<p>课程不要求编程基础，统计分析练习均可在浏览器中完成。</p>
"""

_CHINESE_MEDICINE = """
<p>《黄帝内经》《伤寒论》《金匮要略》与温病学著作，是中医临床思维的源头。本课程精选其中与现代临床联系最紧密的篇章，以原文为纲、以病案为目，讲授经典理论在今天的应用。</p>
<p>每讲先通读原文、疏通字义，再梳理病机与治法，最后以现代病案讨论方证对应。课程力求让学习者既读懂经典，也学会用经典。</p>
<h3>主要内容</h3>
<ul><li>阴阳、藏象与气化：中医的生命观</li><li>六经辨证与经方应用</li><li>杂病辨治：胸痹、痰饮、虚劳</li><li>卫气营血与温热病的防治</li></ul>
<p>课程同时面向中医学与西医学专业的研究生，非中医专业的学习者可先学习附带的基础理论微课。</p>
"""

_SKILLS_OUTLINE = """
<h3>第一单元 问诊</h3><ol><li>接诊与沟通</li><li>主诉与现病史</li><li>系统回顾</li></ol>
<h3>第二单元 体格检查</h3><ol><li>一般检查与生命体征</li><li>心肺检查</li><li>腹部检查</li><li>神经系统检查</li></ol>
<h3>第三单元 临床推理</h3><ol><li>由症状到诊断</li><li>病历书写</li></ol>
"""

_SKILLS_TEAM = """
<p><strong>顾清远</strong>，内科学教授，从事临床带教二十六年，主编《体格检查图解》。</p>
<p><strong>沈若兰</strong>，诊断学副教授，标准化病人中心主任。</p>
<p><strong>陆怀仁</strong>，神经内科主任医师。</p>
"""

_PHARMACOLOGY_OUTLINE = """
<table><thead><tr><th>周次</th><th>专题</th><th>病例</th></tr></thead><tbody>
<tr><td>1-2</td><td>药代与药效</td><td>肾功能不全患者的剂量调整</td></tr>
<tr><td>3-4</td><td>抗菌药物</td><td>社区获得性肺炎</td></tr>
<tr><td>5-6</td><td>心血管与抗凝药物</td><td>房颤患者的抗凝选择</td></tr>
<tr><td>7-8</td><td>特殊人群用药</td><td>妊娠期用药咨询</td></tr></tbody></table>
"""

COURSES = (
    DemoCourse(
        "skills",
        CourseContent(
            title="临床技能学：问诊与体格检查",
            category="临床医学",
            source_name="明德医科大学",
            teachers="顾清远、沈若兰、陆怀仁",
            summary="从接诊的第一句话到初步诊断：以真实门诊场景讲授问诊、查体与临床推理，配有规范操作示范。",
            description=_CLINICAL_SKILLS,
            code="CMA-101",
            subject="诊断学",
            team=_SKILLS_TEAM,
            tags=("问诊", "体格检查", "规培"),
            outline=_SKILLS_OUTLINE,
            audience="临床医学专业学位研究生、规范化培训住院医师，以及准备临床技能考核的高年级本科生",
            prerequisites="人体解剖学、生理学、诊断学基础",
            readings="《诊断学》（第 10 版），人民卫生出版社\n《体格检查图解》",
            assessment=_assessed(40, 80, Makeup(1, 14), video=20, quiz=20, homework=20),
            hours=48,
            credit=Decimal(3),
        ),
        covers.heartbeat,
        Renewal(
            {
                "hours": 52,
                "outline": _SKILLS_OUTLINE + "<h3>第四单元 标准化病人考核</h3><p>两次模拟接诊与反馈。</p>",
                "summary": "从接诊的第一句话到初步诊断：以真实门诊场景讲授问诊、查体与临床推理，新增标准化病人考核。",
            },
            "新增第四单元“标准化病人考核”，学时由 48 调整为 52。",
        ),
    ),
    DemoCourse(
        "molecular",
        CourseContent(
            title="医学分子生物学",
            category="基础医学",
            source_name="博爱医学院",
            teachers="韩知行、白芷珊",
            summary="系统讲授基因表达与调控、信号转导和肿瘤的分子机制，理论与实验技术并重。",
            description=_MOLECULAR_BIOLOGY,
            subject="生物化学与分子生物学",
            tags=("基因", "分子诊断"),
            assessment=_assessed(50, 70, Makeup(1), quiz=30, homework=20),
            hours=40,
            credit=Decimal("2.5"),
        ),
        covers.helix,
    ),
    DemoCourse(
        "neuro",
        CourseContent(
            title="神经科学基础",
            category="基础医学",
            source_name="明德医科大学",
            teachers="裴思齐、罗望舒",
            summary="从神经元的电活动到学习与记忆，由疾病理解功能，建立连接基础与临床的神经科学框架。",
            description=_NEUROSCIENCE,
            subject="神经科学",
            tags=("神经系统",),
            assessment=_assessed(60, None, None, video=20, discussion=20),
            hours=36,
            credit=Decimal(2),
        ),
        covers.neurons,
    ),
    DemoCourse(
        "pharmacology",
        CourseContent(
            title="临床药理学与合理用药",
            category="药学",
            source_name="博爱医学院",
            teachers="梅映雪、程半夏、宋景行",
            summary="以真实案例讨论如何为每一位患者选择合适的药物、剂量与疗程，由临床药师与医师共同讲授。",
            description=_PHARMACOLOGY,
            code="CMA-104",
            subject="临床药学",
            tags=("合理用药", "病例讨论"),
            outline=_PHARMACOLOGY_OUTLINE,
            audience="临床医学、药学专业高年级本科生与研究生",
            prerequisites="药理学",
            readings="《临床药理学》（第 6 版）\n《抗菌药物临床应用指导原则》",
            assessment=_assessed(40, 80, Makeup(1, 30), video=10, quiz=20, homework=10, discussion=20),
            hours=32,
            credit=Decimal(2),
        ),
        covers.molecule,
    ),
    DemoCourse(
        "epidemiology",
        CourseContent(
            title="流行病学与循证医学",
            category="公共卫生",
            source_name="医科院校课程联盟",
            teachers="苏明哲、唐以宁",
            summary="学会提出问题、检索证据、评价证据、应用证据，完成一次从临床问题到循证报告的完整练习。",
            description=_EPIDEMIOLOGY,
            subject="流行病与卫生统计学",
            tags=("循证医学", "研究设计"),
            assessment=Assessment(
                (
                    Component(Kind.QUIZ, "", 30),
                    Component(Kind.HOMEWORK, "", 30),
                    Component(Kind.OTHER, "循证报告", 40),
                ),
            ),
            hours=36,
            credit=Decimal(2),
        ),
        covers.curve,
    ),
    DemoCourse(
        "chinese-medicine",
        CourseContent(
            title="中医经典与现代临床",
            category="中医学",
            source_name="厚朴中医药大学",
            teachers="杜仲平、叶知秋",
            summary="精选《内经》《伤寒》《金匮》与温病学中最切近今日临床的篇章，以原文为纲，以病案为目。",
            description=_CHINESE_MEDICINE,
            subject="中医临床基础",
            tags=("黄帝内经", "伤寒论"),
            assessment=_assessed(50, None, Makeup(1), video=20, homework=30),
            hours=32,
            credit=Decimal(2),
        ),
        covers.herbs,
    ),
)
