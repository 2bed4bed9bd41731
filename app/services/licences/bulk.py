"""Licensing in bulk (批量授权): courses × schools in one action, with a preview; also extending and ending licences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, or_, select, tuple_

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, Message, NotFound, msg
from app.models import Course, CourseLicence, School
from app.rules.licences.conditions import Terms, terms_problems
from app.rules.permissions import Action
from app.rules.shared.texts import first_few
from app.services.licences.rows import (
    COLUMNS,
    KEY,
    TERMS,
    CourseRef,
    Licensing,
    Touched,
    count_wanted,
    offer_granted,
    school_day,
    write_wanted,
)
from app.services.messages.notices import notify_administrators
from app.services.schools.directory import get_members, require_alliance
from app.services.shared.audit import record
from app.services.shared.licence_conditions import has_ended
from app.services.shared.locks import Lock, school_lock
from app.services.shared.require_permission import require
from tenants.registry import SchoolInfo

#: The most courses, and the most schools, of one action.
MOST_CHOSEN = 2_000
_TITLES_NAMED = 10
_TITLES_TOLD = 3
#: The page on which an administrator finds the courses.
COURSES_LINK = "/manage/offerings/"


class Act(StrEnum):
    """The actions on the licences of a selection."""

    LICENSE = "license"
    EXTEND = "extend"
    END = "end"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection of existing courses, with their titles, and schools."""

    titles: dict[CourseRef, str]
    schools: tuple[SchoolInfo, ...]


def choose(ctx: Context, *, course_refs: Iterable[CourseRef], school_ids: Iterable[int]) -> Chosen:
    """Look up the courses and schools of a selection.

    Raises:
        Invalid: nothing was chosen, or too much.
        NotFound: one of the courses cannot be licensed, or one of the schools does not exist.
    """
    require_licensing(ctx)
    refs, ids = set(course_refs), set(school_ids)
    if not refs:
        raise Invalid("course", msg("请至少选择一门课程"))
    if not ids:
        raise Invalid("school_ids", msg("请至少选择一所学校"))
    if len(refs) > MOST_CHOSEN or len(ids) > MOST_CHOSEN:
        raise Invalid("course", msg("一次最多选择 %(most)s 门课程和 %(most)s 所学校", most=MOST_CHOSEN))
    found = select(Course.school_id, Course.id, Course.title).where(
        is_licensable(ctx), of_refs(Course.school_id, Course.id, refs)
    )
    titles = {
        CourseRef(owner, course): title
        for owner, course, title in ctx.session.execute(found.order_by(Course.title, Course.id))
    }
    if len(titles) != len(refs):
        raise NotFound(msg("没有找到这门课程"))
    return Chosen(titles, tuple(get_members(ctx, school_ids=ids)))


def preview_licences(
    ctx: Context,
    *,
    act: Act,
    course_refs: Iterable[CourseRef],
    school_ids: Iterable[int],
    terms: Terms | None = None,
) -> Licensing:
    """Return what ``license_courses``, ``extend_licences`` or ``end_licences`` would write.

    Raises:
        Invalid, NotFound: as these functions do.
    """
    selection = choose(ctx, course_refs=course_refs, school_ids=school_ids)
    return count_wanted(ctx, _wanted(ctx, act, selection, terms or Terms()))


def license_courses(
    ctx: Context,
    *,
    course_refs: Iterable[CourseRef],
    school_ids: Iterable[int],
    terms: Terms,
    expected: Licensing | None = None,
) -> Licensing:
    """License courses to schools: each school gets the licences and, as 待提交, the courses in its list.

    Existing licences get the new terms. A school's own course is never licensed to itself. Nothing is
    copied: licence and offering refer to the course. Each school's administrators get one notice.

    Args:
        course_refs: released courses of the alliance and of its member schools.
        school_ids: member schools.
        terms: the terms of all these licences.
        expected: what the preview counted.

    Raises:
        Conflict: the numbers have changed since the preview.
        Invalid: nothing chosen; dates, seats or term make no sense.
        NotFound: no such course or school.
    """
    return _act(ctx, Act.LICENSE, course_refs, school_ids, terms, expected)


def extend_licences(
    ctx: Context,
    *,
    course_refs: Iterable[CourseRef],
    school_ids: Iterable[int],
    ends_on: date | None,
    expected: Licensing | None = None,
) -> Licensing:
    """Set another last day for the licences of a selection; no licence is created, and nothing else changes.

    Args:
        ends_on: ``None`` for no end.

    Raises:
        as ``license_courses``; Invalid also when a licence begins after that day.
    """
    return _act(ctx, Act.EXTEND, course_refs, school_ids, Terms(ends_on=ends_on), expected)


def end_licences(
    ctx: Context,
    *,
    course_refs: Iterable[CourseRef],
    school_ids: Iterable[int],
    expected: Licensing | None = None,
) -> Licensing:
    """End the licences of a selection now: from today the schools' students do not see the courses.

    What students did stays readable.

    Raises:
        as ``license_courses``.
    """
    return _act(ctx, Act.END, course_refs, school_ids, Terms(), expected)


def tell_schools(
    ctx: Context, act: Act, touched: dict[int, Touched], titles: dict[CourseRef, str], facts: dict[str, Any]
) -> None:
    """Write the offerings, one notice and one audit row at every school for which something was written.

    Args:
        titles: of all courses concerned.
        facts: data for the audit row beside the numbers.
    """
    for school in get_members(ctx, school_ids=touched) if touched else ():
        at_school = touched[school.id]
        names = [titles[ref] for ref in at_school.refs]
        with ctx.within(school) as inner:
            offer_granted(inner, at_school)
            subject, body = _notice(act, at_school, names)
            notify_administrators(inner, subject=subject, body=body, link=COURSES_LINK)
            noted = (
                _numbers(at_school)
                | {"titles": names[:_TITLES_NAMED], "course_ids": _ids(at_school.refs)}
                | facts
            )
            record(inner, _ACTIONS[act], "course", _only(at_school.refs), noted)


def is_licensable(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that a course can be licensed: released, and of the alliance or a member."""
    members = select(School.id).where(School.alliance_id == ctx.school.id)
    return Course.released & or_(Course.school_id == ctx.school.id, Course.school_id.in_(members))


def of_refs(owner: Any, course: Any, refs: Iterable[CourseRef]) -> ColumnElement[bool]:
    """Return SQL: the two columns name one of these courses."""
    return tuple_(owner, course).in_(list(refs))


def require_licensing(ctx: Context) -> None:
    """Check that the actor is the secretariat, on the alliance's host.

    Raises:
        NotAllowed: another actor, or another host.
    """
    require(ctx, Action.LICENSE_COURSE)
    require_alliance(ctx)


def _act(
    ctx: Context,
    act: Act,
    course_refs: Iterable[CourseRef],
    school_ids: Iterable[int],
    terms: Terms,
    expected: Licensing | None,
) -> Licensing:
    selection = choose(ctx, course_refs=course_refs, school_ids=school_ids)
    # The numbers that are counted are the numbers that are written.
    school_lock(ctx, Lock.LICENCES)
    rows = _wanted(ctx, act, selection, terms)
    counted = count_wanted(ctx, rows)
    if expected is not None and counted != expected:
        raise Conflict(msg("授权在预览之后有了变化，请重新预览"))
    touched = write_wanted(ctx, rows)
    if touched:
        facts = {} if act is Act.END else _plain(terms, TERMS if act is Act.LICENSE else ("ends_on",))
        tell_schools(ctx, act, touched, selection.titles, facts)
        refs = {ref for of_school in touched.values() for ref in of_school.refs}
        record(
            ctx,
            _ACTIONS[act],
            "course",
            _only(list(refs)),
            _summary(counted, touched, refs, selection) | facts,
        )
    return counted


def _wanted(ctx: Context, act: Act, chosen: Chosen, terms: Terms) -> Subquery:
    refs, ids = list(chosen.titles), [school.id for school in chosen.schools]
    if act is Act.LICENSE:
        _check(terms, ctx.today())
        return _crossed(refs, ids, terms).subquery("wanted")
    there = (CourseLicence.licensor_id == ctx.school.id) & CourseLicence.school_id.in_(ids)
    there &= of_refs(CourseLicence.course_owner_id, CourseLicence.course_id, refs)
    columns = {name: getattr(CourseLicence, name) for name in COLUMNS}
    if act is Act.EXTEND:
        _check(terms, ctx.today())
        if terms.ends_on is not None:
            later = select(func.count()).select_from(CourseLicence)
            if number := ctx.session.scalar(later.where(there, CourseLicence.starts_on > terms.ends_on)):
                raise Invalid("ends_on", msg("有 %(n)s 项授权在这一天之后才开始", n=number))
        columns["ends_on"] = literal(terms.ends_on, CourseLicence.ends_on.type).label("ends_on")
        return select(*columns.values()).where(there).subquery("wanted")
    yesterday = school_day(ctx) - 1
    columns["ends_on"] = yesterday.label("ends_on")
    columns["starts_on"] = case(
        (CourseLicence.starts_on > yesterday, yesterday), else_=CourseLicence.starts_on
    ).label("starts_on")
    return (
        select(*columns.values())
        .join(School, School.id == CourseLicence.school_id)
        .where(there, ~has_ended(school_day(ctx)))
        .subquery("wanted")
    )


def _crossed(refs: Sequence[CourseRef], school_ids: Sequence[int], terms: Terms) -> Select[Any]:
    values = asdict(terms)
    granted = [literal(values[name], getattr(CourseLicence, name).type).label(name) for name in TERMS]
    keys: tuple[Any, ...] = (School.id, Course.school_id, Course.id)
    named: list[Any] = [*(key.label(name) for key, name in zip(keys, KEY, strict=True)), *granted]
    return (
        select(*named)
        .select_from(School)
        .join(Course, School.id != Course.school_id)
        .where(School.id.in_(school_ids), of_refs(Course.school_id, Course.id, refs))
    )


def _check(terms: Terms, today: date) -> None:
    problems = terms_problems(terms, today)
    if problems:
        raise InvalidFields(problems)


_ACTIONS = {
    Act.LICENSE: "course.licensed",
    Act.EXTEND: "course.licence_extended",
    Act.END: "course.licence_ended",
}


def _notice(act: Act, at_school: Touched, names: Sequence[str]) -> tuple[Message, Message]:
    number = len(names)
    titles = first_few([f"“{name}”" for name in names], _TITLES_TOLD)
    if act is Act.END:
        return (
            msg("联盟结束了 %(n)s 门课程的授权", n=number),
            msg("%(titles)s：学生不再看到，已有的学习记录仍可查看。", titles=titles),
        )
    if at_school.granted:
        return (
            msg("联盟向本校授权了 %(n)s 门课程", n=len(at_school.granted)),
            msg("%(titles)s：请在“慕课列表”中填写四个日期后上线。", titles=titles),
        )
    return (
        msg("联盟更新了 %(n)s 门课程的授权", n=number),
        msg("%(titles)s：授权期限或名额有变化，请在“慕课列表”中查看。", titles=titles),
    )


def _numbers(at_school: Touched) -> dict[str, int]:
    return {"granted": len(at_school.granted), "renewed_or_changed": len(at_school.changed)}


def _summary(
    counted: Licensing, touched: dict[int, Touched], refs: set[CourseRef], chosen: Chosen
) -> dict[str, Any]:
    titles = [chosen.titles[ref] for ref in sorted(refs)]
    return {
        "granted": counted.granted,
        "renewed_or_changed": counted.changed,
        "unchanged": counted.unchanged,
        "schools": len(touched),
        "titles": titles[:_TITLES_NAMED],
        "course_ids": _ids(sorted(refs)),
        "school_ids": sorted(touched),
    }


def _plain(terms: Terms, names: Sequence[str]) -> dict[str, Any]:
    """Return the terms as an audit log holds them; a school's own dates have the short names there."""
    values = {name: value for name, value in asdict(terms).items() if name in names}
    for name in ("starts_on", "ends_on"):
        if name in values:
            day = values.pop(name)
            values[f"licence_{name}"] = day.isoformat() if day else None
    return values


def _ids(refs: Iterable[CourseRef]) -> list[int]:
    return [ref.course_id for ref in refs]


def _only(refs: Sequence[CourseRef]) -> int | None:
    return refs[0].course_id if len(refs) == 1 else None
