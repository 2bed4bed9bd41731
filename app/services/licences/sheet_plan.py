"""The plan of a licence sheet: its rows, compared with the existing courses, schools and licences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from app.context import Context
from app.errors import Message, msg
from app.models import CourseLicence
from app.rules.licences.conditions import Terms, terms_problems
from app.rules.licences.sheet_rows import LABELS, read_licence_row
from app.rules.shared.problems import Problem
from app.services.licences.lists import LicensableCourse, LicensableFilter, all_licensable, all_schools
from app.services.licences.rows import TERMS
from app.sheets.rosters.read import RosterSheet
from tenants.registry import SchoolInfo

_DAYS = ("starts_on", "ends_on")


class Key(NamedTuple):
    """The key of a licence: school and course."""

    school_id: int
    course_owner_id: int
    course_id: int


@dataclass(frozen=True, slots=True)
class PlannedLicence:
    """A licence that a row asks for.

    Args:
        old: the present terms, ``None`` for a new licence.
    """

    row_no: int
    title: str
    school: str
    key: Key
    new: Terms
    old: Terms | None

    def as_json(self) -> dict[str, Any]:
        """Return plain data for a JSONB column."""
        old = None if self.old is None else _plain(self.old)
        return {**asdict(self), "key": list(self.key), "new": _plain(self.new), "old": old}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PlannedLicence:
        """Return the licence that ``as_json`` wrote."""
        old = None if data["old"] is None else _terms(data["old"])
        return cls(**{**data, "key": Key(*data["key"]), "new": _terms(data["new"]), "old": old})


@dataclass(slots=True)
class LicencePlan:
    """The effect of a sheet."""

    planned: list[PlannedLicence] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of rows; ``problem`` counts rows, not problems."""
        return {
            "create": sum(one.old is None for one in self.planned),
            "change": sum(one.old is not None for one in self.planned),
            "unchanged": self.unchanged,
            "problem": len({one.row_no for one in self.problems}),
        }


class _Found:
    """Courses and schools by the words that name them."""

    def __init__(self, courses: Iterable[LicensableCourse], schools: Iterable[SchoolInfo]) -> None:
        self.by_title: dict[str, list[LicensableCourse]] = defaultdict(list)
        self.by_code: dict[str, list[LicensableCourse]] = defaultdict(list)
        for course in courses:
            self.by_title[course.title].append(course)
            if course.code:
                self.by_code[course.code].append(course)
        self.by_unit_code: dict[str, SchoolInfo] = {}
        self.by_name: dict[str, list[SchoolInfo]] = defaultdict(list)
        for school in schools:
            self.by_unit_code[school.unit_code] = school
            for name in {school.name, school.short_name}:
                self.by_name[name].append(school)

    def course(self, title: str, code: str) -> LicensableCourse | tuple[str, Message]:
        """Return the course of a row, or the wrong field and the reason."""
        if not title and not code:
            return "title", msg("请填写课程名称或课程代码")
        named = self.by_code[code] if code else self.by_title[title]
        if code and title:
            named = [course for course in named if course.title == title]
        if not named and code:
            courses = self.by_code[code]
            if courses:
                return "code", msg("课程代码属于另一门课程：%(title)s", title=courses[0].title)
            return "code", msg("没有这个代码的已发布课程")
        if not named:
            return "title", msg("没有这个名称的已发布课程")
        if len(named) > 1:
            return "title", msg("有 %(n)s 门同名课程，请填写课程代码", n=len(named))
        return named[0]

    def school(self, name: str, unit_code: str) -> SchoolInfo | tuple[str, Message]:
        """Return the school of a row, or the wrong field and the reason."""
        if unit_code:
            school = self.by_unit_code.get(unit_code)
            if school is None:
                return "unit_code", msg("没有单位代码为 %(code)s 的成员学校", code=unit_code)
            if name and name not in (school.name, school.short_name):
                return "unit_code", msg("单位代码属于另一所学校：%(name)s", name=school.name)
            return school
        if not name:
            return "school", msg("请填写学校或单位代码")
        named = self.by_name[name]
        if len(named) != 1:
            return "school", msg("没有这个名称的成员学校") if not named else msg(
                "有 %(n)s 所学校叫这个名称，请填写单位代码", n=len(named)
            )
        return named[0]


def plan_licences(ctx: Context, sheet: RosterSheet) -> LicencePlan:
    """Compare a sheet with the existing licences; valid rows are planned, the others become problems.

    A field without a column stays as it is; an empty cell means no limit.
    """
    found = _Found(all_licensable(ctx, LicensableFilter()), all_schools(ctx))
    plan, seen = LicencePlan(), dict[Key, int]()
    rows: list[tuple[int, Key, str, str, dict[str, Any]]] = []
    for row in sheet.rows:
        values, problems = read_licence_row(row.row_no, row.cells, sheet.labels)
        plan.problems += problems
        if problems:
            continue
        course = found.course(values.get("title", ""), values.get("code", ""))
        school = found.school(values.get("school", ""), values.get("unit_code", ""))
        wrong = [one for one in (course, school) if isinstance(one, tuple)]
        plan.problems += [_problem(row.row_no, name, message, sheet, values) for name, message in wrong]
        if isinstance(course, tuple) or isinstance(school, tuple):
            continue
        key = Key(school.id, course.owner_id, course.id)
        if course.owner_id == school.id:
            message = msg("这是该校自己的课程，不需要授权")
            plan.problems.append(_problem(row.row_no, "school", message, sheet, values))
        elif key in seen:
            message = msg("与第 %(row)s 行是同一项授权", row=seen[key])
            plan.problems.append(_problem(row.row_no, "title", message, sheet, values))
        else:
            seen[key] = row.row_no
            rows.append((row.row_no, key, course.title, school.name, values))
    _meet(ctx, plan, rows, sheet)
    plan.problems.sort(key=lambda problem: problem.row_no)
    return plan


def is_still_true(ctx: Context, planned: Sequence[PlannedLicence]) -> bool:
    """Return whether all planned licences are as they were when the sheet was checked, and may still be given today."""
    present = _held(ctx, {licence.key.school_id for licence in planned})
    return all(
        present.get(licence.key) == licence.old and not terms_problems(licence.new, ctx.today())
        for licence in planned
    )


def _meet(
    ctx: Context,
    plan: LicencePlan,
    rows: Sequence[tuple[int, Key, str, str, dict[str, Any]]],
    sheet: RosterSheet,
) -> None:
    held = _held(ctx, {key.school_id for _, key, *_ in rows})
    today = ctx.today()
    for row_no, key, title, school, values in rows:
        old = held.get(key)
        base = asdict(old or Terms())
        new = Terms(**{name: values.get(name, base[name]) for name in TERMS})
        if new == old:
            plan.unchanged += 1
            continue
        wrong = terms_problems(new, today)
        plan.problems += [_problem(row_no, name, message, sheet, values) for name, message in wrong.items()]
        if not wrong:
            plan.planned.append(PlannedLicence(row_no, title, school, key, new, old))


def _held(ctx: Context, school_ids: Iterable[int]) -> dict[Key, Terms]:
    columns = [getattr(CourseLicence, name) for name in (*Key._fields, *TERMS)]
    rows = ctx.session.execute(
        select(*columns).where(
            CourseLicence.licensor_id == ctx.school.id, CourseLicence.school_id.in_(list(school_ids))
        )
    )
    return {Key(*row[:3]): Terms(**dict(zip(TERMS, row[3:], strict=True))) for row in rows}


def _problem(
    row_no: int, name: str, message: Message, sheet: RosterSheet, values: Mapping[str, Any]
) -> Problem:
    value = values.get(name)
    return Problem(
        row_no, sheet.labels.get(name, LABELS[name]), message, "" if value is None else str(value)[:40]
    )


def _plain(terms: Terms) -> dict[str, Any]:
    values = asdict(terms)
    return values | {name: values[name].isoformat() for name in _DAYS if values[name]}


def _terms(data: Mapping[str, Any]) -> Terms:
    return Terms(**{**data, **{name: date.fromisoformat(data[name]) for name in _DAYS if data[name]}})
