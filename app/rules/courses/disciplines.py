"""The catalogue of medical disciplines (一级学科) and their subjects (二级学科).

The catalogue follows 《研究生教育学科专业目录》 (medicine), with 生物学 and the humanities that medical universities
also teach. The forms offer these disciplines; courses from elsewhere keep a discipline of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

#: Maps each discipline to its subjects, in the order of the catalogue.
DISCIPLINES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "基础医学": (
            "人体解剖与组织胚胎学", "生理学", "生物化学与分子生物学", "免疫学", "病原生物学",
            "病理学与病理生理学", "神经科学", "医学遗传学", "放射医学", "实验动物学",
        ),
        "临床医学": (
            "诊断学", "内科学", "外科学", "儿科学", "妇产科学", "神经病学", "精神病与精神卫生学", "老年医学",
            "皮肤病与性病学", "眼科学", "耳鼻咽喉科学", "肿瘤学", "康复医学与理疗学", "运动医学", "麻醉学",
            "急诊医学", "重症医学", "全科医学", "影像医学与核医学", "临床检验诊断学",
        ),
        "口腔医学": ("口腔基础医学", "口腔临床医学", "口腔颌面外科学", "口腔修复学", "口腔正畸学"),
        "公共卫生": (
            "流行病与卫生统计学", "劳动卫生与环境卫生学", "营养与食品卫生学", "儿少卫生与妇幼保健学",
            "卫生毒理学", "社会医学与卫生事业管理", "健康教育与健康促进", "军事预防医学",
        ),
        "中医学": (
            "中医基础理论", "中医临床基础", "中医医史文献", "方剂学", "中医诊断学", "中医内科学", "中医外科学",
            "中医骨伤科学", "中医妇科学", "中医儿科学", "中医五官科学", "针灸推拿学", "民族医学",
        ),
        "中西医结合": ("中西医结合基础", "中西医结合临床"),
        "药学": ("药物化学", "药剂学", "生药学", "药物分析学", "微生物与生化药学", "药理学", "临床药学", "药事管理"),
        "中药学": ("中药资源学", "中药炮制学", "中药药理学", "中药化学", "中药制剂学"),
        "护理学": ("基础护理学", "内科护理学", "外科护理学", "妇产科护理学", "儿科护理学", "社区护理学", "护理管理"),
        "医学技术": ("医学检验技术", "医学影像技术", "放射治疗技术", "康复治疗技术", "眼视光技术", "医学信息技术"),
        "特种医学": ("航空航天医学", "航海医学", "高原医学", "特种环境医学"),
        "法医学": ("法医病理学", "法医物证学", "法医毒物分析", "法医临床学", "法医精神病学"),
        "生物学": ("细胞生物学", "微生物学", "遗传学", "生物物理学", "生物信息学"),
        "生物医学工程": ("医学影像工程", "医学仪器", "生物材料", "医学人工智能"),
        "人文与社会": ("医学伦理学", "医学史", "医患沟通", "卫生法学", "医学心理学", "医学教育", "思想政治"),
        "公共基础": ("外语", "数学与统计", "信息技术", "科研方法", "创新创业"),
    }
)  # fmt: skip


def subjects_of(discipline: str) -> tuple[str, ...]:
    """Return the subjects of a discipline; empty if the discipline is not in the catalogue."""
    return DISCIPLINES.get(discipline, ())


def is_subject_of(discipline: str, subject: str) -> bool:
    """Return whether the subject is empty, belongs to the discipline, or the discipline is not in the catalogue."""
    return not subject or discipline not in DISCIPLINES or subject in DISCIPLINES[discipline]


def in_catalogue_order(names: Iterable[str]) -> list[str]:
    """Sort disciplines in the order of the catalogue; unknown ones follow, by name."""
    positions = {name: position for position, name in enumerate(DISCIPLINES)}
    return sorted(names, key=lambda name: (positions.get(name, len(positions)), name))
