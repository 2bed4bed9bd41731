"""The demo's schools: who they are, who is there, and what they do with which course."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.demo import emblems

ALLIANCE_NAME = "医科院校课程联盟"
ALLIANCE_ACCENT = "#3949ab"
SECRETARY = ("secretary", "秦书敏")

#: The password of every demo account that has its own already.
PASSWORD = "demo-spoc-2026"  # noqa: S105 (printed in the README; the demo's data are invented)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a school does with a course: days from today for start, end, registration start and end.

    ``days`` of ``None`` leaves the course 待提交.
    """

    course: str
    days: tuple[int, int, int, int] | None
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school with its people; the students come in classes of (name, entry year, major, names)."""

    slug: str
    unit_code: str
    name: str
    short_name: str
    accent: str
    logo: Callable[[], bytes]
    administrator: str
    teachers: tuple[str, ...]
    classes: tuple[tuple[str, int, str, tuple[str, ...]], ...]
    plans: tuple[Plan, ...]


_OPEN = (9, 100, -6, 20)
_OPEN_AND_RUNNING = (-4, 90, -14, 10)
_UPCOMING = (25, 120, 5, 24)
_RUNNING = (-30, 62, -45, -25)
_ENDED = (-150, -32, -165, -145)

SCHOOLS = (
    DemoSchool(
        "mingde",
        "90001",
        "明德医科大学",
        "明德医大",
        "#1d5fa8",
        emblems.mingde,
        "方明远",
        ("顾清远", "裴思齐", "沈若兰"),
        (
            (
                "2025级临床医学1班",
                2025,
                "临床医学",
                ("林若溪", "周子墨", "许安然", "高逸凡", "宋清和", "郑雨桐"),
            ),
            ("2025级口腔医学1班", 2025, "口腔医学", ("何思源", "梁诗雅", "谢临风", "董书瑶")),
        ),
        (
            Plan("skills", _OPEN, seats=200),
            Plan("pharmacology", _OPEN_AND_RUNNING),
            Plan("neuro", _UPCOMING),
            Plan("epidemiology", _RUNNING),
            Plan("molecular", _ENDED),
            Plan("chinese-medicine", None),
        ),
    ),
    DemoSchool(
        "boai",
        "90002",
        "博爱医学院",
        "博爱医学院",
        "#a92c48",
        emblems.boai,
        "温博文",
        ("韩知行", "梅映雪"),
        (("2025级护理学1班", 2025, "护理学", ("江晚晴", "傅云舒", "潘嘉树", "袁可心", "卢景澄")),),
        (
            Plan("molecular", _OPEN, seats=60),
            Plan("pharmacology", _RUNNING),
            Plan("skills", None),
        ),
    ),
    DemoSchool(
        "houpu",
        "90003",
        "厚朴中医药大学",
        "厚朴中医药",
        "#2c7550",
        emblems.houpu,
        "白术林",
        ("杜仲平", "叶知秋"),
        (("2025级中医学1班", 2025, "中医学", ("苏叶青", "连翘楚", "杜若蘅", "秦九畹", "石斛清")),),
        (
            Plan("chinese-medicine", _OPEN_AND_RUNNING, seats=120),
            Plan("epidemiology", None),
        ),
    ),
)

#: A student of the first school who has never logged in: her initial password is the last six of this number.
NEWCOMER = ("夏初晴", "11010120060915002X")
