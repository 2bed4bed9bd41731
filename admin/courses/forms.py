"""The forms of a course's content (基本信息 and 详细信息) and their conversion to the service's values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import (
    DecimalField,
    FileField,
    Form,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from admin.base import ManageForm
from admin.shared.listing import sent_number
from admin.shared.validators import Required
from app.rules.courses.disciplines import DISCIPLINES, subjects_of
from app.rules.courses.fields import LENGTHS, CourseContent
from app.rules.shared.html import editable_text
from app.web.shared.i18n import joined

TAG_MARKS = "，,、;；\n"
#: The largest number that the column of revisions holds.
_MOST_REVISION = 2**31 - 1
RICH = ("team", "description", "outline")

_RICH_HELP = lazy_gettext("空一行即分段；可以使用标题、列表、表格和链接，其余格式会被去掉")


def sent_revision() -> int:
    """Return the revision on which the sent form is based; 0, older than any, if the form names none."""
    return sent_number("revision", _MOST_REVISION) or 0


class ContentForm(ManageForm):
    """Base class of both forms; ``revision`` is the working copy that the person has read."""

    revision = HiddenField()

    @classmethod
    def of(cls, content: CourseContent, revision: int) -> Any:
        """Return the form with the content that the person can edit, or with the values that they have just sent."""
        values: dict[str, Any] = {name: getattr(content, name) for name in CourseContent.__slots__}
        values |= {name: editable_text(values[name]) for name in RICH}
        values |= {"tags": joined(content.tags), "revision": revision}
        return cls(formdata=None, data=values)

    def star(self, needed: Collection[str]) -> None:
        """Mark with ``*`` the fields that are required later, though a draft is saved without them."""
        for field in self:
            if field.short_name in needed:
                field.flags.required = True

    def values(self) -> dict[str, Any]:
        """Return the entered values, without invalid fields, which keep their error and their text."""
        known = {field.short_name: field for field in self if field.short_name in CourseContent.__slots__}
        read = {name: field.data for name, field in known.items() if not field.errors and name != "cover"}
        texts = {name: value or "" for name, value in read.items() if name not in ("hours", "credit", "tags")}
        numbers = {name: read[name] for name in ("hours", "credit") if name in read}
        return texts | numbers | ({"tags": _tags(read["tags"] or "")} if "tags" in read else {})


class BasicsForm(ContentForm):
    """The form 基本信息."""

    title = StringField(lazy_gettext("课程名称"), [Required()], render_kw={"maxlength": LENGTHS["title"]})
    code = StringField(
        lazy_gettext("课程代码"),
        description=lazy_gettext("学校自己的课程编号，可以不填"),
        render_kw={"maxlength": LENGTHS["code"]},
    )
    category = SelectField(lazy_gettext("学科门类"), [Required()], validate_choice=False)
    subject = SelectField(lazy_gettext("专业方向"), validate_choice=False)
    teachers = StringField(
        lazy_gettext("授课教师"),
        description=lazy_gettext("多位教师用顿号分开"),
        render_kw={"maxlength": LENGTHS["teachers"]},
    )
    source_name = StringField(lazy_gettext("建设单位"), render_kw={"maxlength": LENGTHS["source_name"]})
    summary = TextAreaField(
        lazy_gettext("课程简介"),
        description=lazy_gettext("两三句话，显示在课程列表中，最多 300 个字符"),
        render_kw={"rows": 3, "maxlength": LENGTHS["summary"]},
    )
    team = TextAreaField(lazy_gettext("教学团队"), description=_RICH_HELP, render_kw={"rows": 6})
    tags = StringField(
        lazy_gettext("课程标签"), description=lazy_gettext("最多 8 个，用顿号分开，如：心电图、急救、双语")
    )
    cover = FileField(
        lazy_gettext("课程封面"),
        description=lazy_gettext("PNG、JPEG、WebP 或 SVG，不超过 1 MB，将裁剪为 640 × 360"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_disciplines(self.category, self.subject)


class DetailsForm(ContentForm):
    """The form 详细信息, in the part that is the same at every school."""

    description = TextAreaField(lazy_gettext("课程介绍"), description=_RICH_HELP, render_kw={"rows": 12})
    outline = TextAreaField(lazy_gettext("教学大纲"), description=_RICH_HELP, render_kw={"rows": 12})
    hours = IntegerField(lazy_gettext("学时"), [Optional()], render_kw={"inputmode": "numeric"})
    credit = DecimalField(lazy_gettext("学分"), [Optional()], places=1, render_kw={"inputmode": "decimal"})
    audience = TextAreaField(
        lazy_gettext("适合对象"), render_kw={"rows": 2, "maxlength": LENGTHS["audience"]}
    )
    prerequisites = TextAreaField(
        lazy_gettext("先修要求"), render_kw={"rows": 2, "maxlength": LENGTHS["prerequisites"]}
    )
    readings = TextAreaField(
        lazy_gettext("参考资料"), description=lazy_gettext("一行一条"), render_kw={"rows": 4}
    )


class NewCourseForm(ManageForm):
    """The form 「新建课程」: the fields by which a course is found again; the rest is filled in on its page."""

    title = StringField(lazy_gettext("课程名称"), [Required()], render_kw={"maxlength": LENGTHS["title"]})
    category = SelectField(lazy_gettext("学科门类"), [Required()], validate_choice=False)
    subject = SelectField(lazy_gettext("专业方向"), validate_choice=False)
    teachers = StringField(
        lazy_gettext("授课教师"),
        description=lazy_gettext("多位教师用顿号分开"),
        render_kw={"maxlength": LENGTHS["teachers"]},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_disciplines(self.category, self.subject)

    def content(self, source_name: str) -> CourseContent:
        """Return the new course's content; ``source_name`` is the name of its maker."""
        return CourseContent(
            title=self.title.data or "",
            category=self.category.data or "",
            subject=self.subject.data or "",
            teachers=self.teachers.data or "",
            source_name=source_name,
        )


def offer_disciplines(category: SelectField, subject: SelectField) -> None:
    """Fill both selects; a custom discipline or subject of the course is kept among the choices."""
    own = [category.data] if category.data and category.data not in DISCIPLINES else []
    category.choices = [("", gettext("请选择")), *((name, name) for name in [*DISCIPLINES, *own])]
    listed = subject.data in subjects_of(category.data or "") or not subject.data
    groups: dict[str, list[tuple[str, str]]] = {"": [("", gettext("不指定"))]}
    if not listed:
        groups[""].append((subject.data, subject.data))
    # Without script all subjects are offered, each under its discipline; the service reports a pair that
    # does not fit.
    groups |= {
        name: [(subject_name, subject_name) for subject_name in subjects]
        for name, subjects in DISCIPLINES.items()
    }
    subject.choices = groups


def mark(form: Form, field: str, sentence: str) -> None:
    """Add an error to a field."""
    form[field].errors = [*form[field].errors, sentence]


def _tags(typed: str) -> tuple[str, ...]:
    for mark_ in TAG_MARKS:
        typed = typed.replace(mark_, "\0")
    return tuple(part.strip() for part in typed.split("\0") if part.strip())
