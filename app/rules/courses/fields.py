"""The content of a course: the fields of 基本信息, 详细信息 and 评价设置, their checks and comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from app.errors import Message, msg
from app.rules.courses import assessment as rules
from app.rules.courses.assessment import Assessment
from app.rules.courses.disciplines import is_subject_of
from app.rules.shared.html import rich_text

MOST_HOURS = 1000
LEAST_CREDIT, MOST_CREDIT = Decimal("0.5"), Decimal(20)
#: Stands for every NaN that somebody enters: a signalling one cannot even be compared.
_NOT_A_NUMBER = Decimal("NaN")
MOST_TAGS = 8
TAG_LENGTH = 20

#: The longest lines of text, in characters; the columns of ``courses`` have the same widths.
LENGTHS = {
    "title": 100, "code": 32, "category": 32, "subject": 32, "source_name": 64, "teachers": 200, "summary": 300,
    "audience": 500, "prerequisites": 500,
}  # fmt: skip
#: The longest rich texts, in characters of markup.
RICH_LENGTHS = {"team": 20_000, "description": 50_000, "outline": 50_000}
READINGS_LENGTH = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseContent:
    """The content of a course as it is edited, reviewed, published and kept in versions.

    Args:
        title: the name.
        category: the discipline, e.g. 临床医学 (``app.rules.courses.disciplines``, or a discipline of the owner's own).
        subject: the subject within the discipline.
        code: the owner's number of the course (课程代码).
        source_name: the school or body that made the course.
        teachers: the names of the teachers as they are shown.
        team: the teaching team in a few sentences, rich text.
        tags: a few words for the search.
        summary: two or three sentences for lists.
        cover: the fingerprint of the cover; the picture itself is stored beside the content.
        description: rich text, or plain text with empty lines between paragraphs.
        outline: the outline (教学大纲), rich text or plain text like the description.
        hours: hours of teaching (学时).
        credit: credit points (学分), in halves.
        audience: the people for whom the course is made.
        prerequisites: the knowledge that students need beforehand.
        readings: references, one on each line.
        assessment: 评价设置; ``None`` while not filled in.
    """

    title: str
    category: str
    subject: str = ""
    code: str = ""
    source_name: str = ""
    teachers: str = ""
    team: str = ""
    tags: tuple[str, ...] = ()
    summary: str = ""
    cover: str = ""
    description: str = ""
    outline: str = ""
    hours: int | None = None
    credit: Decimal | None = None
    audience: str = ""
    prerequisites: str = ""
    readings: str = ""
    assessment: Assessment | None = None


FIELDS = tuple(field.name for field in fields(CourseContent))
#: The fields of the tab 基本信息.
BASICS = (
    "title",
    "code",
    "category",
    "subject",
    "teachers",
    "source_name",
    "summary",
    "team",
    "tags",
    "cover",
)

FIELD_LABELS: Mapping[str, Message] = {
    "title": msg("课程名称"),
    "code": msg("课程代码"),
    "category": msg("学科门类"),
    "subject": msg("专业方向"),
    "source_name": msg("建设单位"),
    "teachers": msg("授课教师"),
    "team": msg("教学团队"),
    "tags": msg("课程标签"),
    "summary": msg("课程简介"),
    "cover": msg("课程封面"),
    "description": msg("课程介绍"),
    "outline": msg("教学大纲"),
    "hours": msg("学时"),
    "credit": msg("学分"),
    "audience": msg("适合对象"),
    "prerequisites": msg("先修要求"),
    "readings": msg("参考资料"),
    "assessment": msg("评价设置"),
}

_NEEDED_FOR_RELEASE = {
    "teachers": msg("请填写授课教师"),
    "summary": msg("请填写课程简介"),
    "description": msg("请填写课程介绍"),
}


def cleaned(content: CourseContent) -> CourseContent:
    """Return the content as it is stored: blanks collapsed, markup cleaned, repeated tags removed."""
    lines = {name: " ".join(getattr(content, name).split()) for name in LENGTHS}
    rich = {name: rich_text(getattr(content, name)) for name in RICH_LENGTHS}
    tags = tuple(dict.fromkeys(" ".join(tag.split()) for tag in content.tags if tag.strip()))
    readings = "\n".join(line.strip() for line in content.readings.splitlines() if line.strip())
    is_nan = content.credit is not None and content.credit.is_nan()
    credit = _NOT_A_NUMBER if is_nan else content.credit
    return replace(content, **lines, **rich, tags=tags, readings=readings, credit=credit)  # type: ignore[arg-type]


def problems(content: CourseContent) -> dict[str, Message]:
    """Return a message for each field that cannot be stored.

    An unfinished assessment can be stored; ``missing_for_review`` reports it.
    """
    found: dict[str, Message] = {}
    for name, limit in (LENGTHS | RICH_LENGTHS | {"readings": READINGS_LENGTH}).items():
        text = getattr(content, name)
        if len(text) > limit:
            found[name] = msg("超过 %(limit)s 个字符", limit=limit)
        elif "\0" in text:
            found[name] = msg("含有无法识别的字符，请重新输入")
    if not content.title:
        found["title"] = msg("请填写课程名称")
    if not content.category:
        found["category"] = msg("请选择学科门类")
    if not is_subject_of(content.category, content.subject):
        found.setdefault("subject", msg("该专业方向不属于所选的学科门类，请重新选择"))
    if len(content.tags) > MOST_TAGS:
        found["tags"] = msg("标签最多 %(most)s 个", most=MOST_TAGS)
    elif any(len(tag) > TAG_LENGTH or "\0" in tag for tag in content.tags):
        found["tags"] = msg("每个标签最多 %(limit)s 个字符", limit=TAG_LENGTH)
    if content.hours is not None and not 1 <= content.hours <= MOST_HOURS:
        found["hours"] = msg("学时应为 1 至 %(most)s 的整数", most=MOST_HOURS)
    if content.credit is not None and not _is_credit(content.credit):
        found["credit"] = msg("学分应为 0.5 至 %(most)s，以 0.5 为单位", most=int(MOST_CREDIT))
    return found


def _is_credit(credit: Decimal) -> bool:
    return credit.is_finite() and LEAST_CREDIT <= credit <= MOST_CREDIT and credit * 2 == int(credit * 2)


def missing_for_release(content: CourseContent) -> dict[str, Message]:
    """Return a message for each field that an alliance course lacks before its release."""
    found = {field: message for field, message in _NEEDED_FOR_RELEASE.items() if not getattr(content, field)}
    if content.assessment is not None and (wrong := rules.problems(content.assessment)):
        found["assessment"] = next(iter(wrong.values()))
    return found


def missing_for_review(content: CourseContent) -> dict[str, Message]:
    """Return a message for each field that a school's own course lacks before it can be submitted (提交审核).

    The four dates belong to the offering and are checked there.
    """
    found = missing_for_release(content)
    if content.hours is None:
        found["hours"] = msg("请填写学时")
    if content.assessment is None:
        found["assessment"] = msg("请填写评价设置")
    return {field: found[field] for field in FIELDS if field in found}


#: The fields that release and review require; the forms mark them with ``*`` (manual 7.3).
NEEDED_FOR_RELEASE = frozenset(missing_for_release(CourseContent(title="", category="")))
NEEDED_FOR_REVIEW = frozenset(missing_for_review(CourseContent(title="", category="")))


def changed_fields(old: CourseContent, new: CourseContent) -> list[str]:
    """Return the fields that differ, in the order of the tabs."""
    return [name for name in FIELDS if getattr(old, name) != getattr(new, name)]


def as_json(content: CourseContent) -> dict[str, Any]:
    """Return the content as plain data, for a JSONB column; ``from_json`` reads it back."""
    plain = {name: getattr(content, name) for name in FIELDS}
    return plain | {
        "tags": list(content.tags),
        "credit": None if content.credit is None else str(content.credit),
        "assessment": None if content.assessment is None else rules.as_json(content.assessment),
    }


def from_json(data: Mapping[str, Any]) -> CourseContent:
    """Read what ``as_json`` wrote; absent fields are empty."""
    known = {name: data[name] for name in FIELDS if name in data}
    credit, assessment = data.get("credit"), data.get("assessment")
    known |= {
        "title": data.get("title", ""),
        "category": data.get("category", ""),
        "tags": tuple(data.get("tags", ())),
        "credit": None if credit is None else Decimal(credit),
        "assessment": None if assessment is None else rules.from_json(assessment),
    }
    return CourseContent(**known)
