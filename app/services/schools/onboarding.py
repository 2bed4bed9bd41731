"""The onboarding checklist of a school: finished and missing steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, case, func, literal, select

from app.context import Context
from app.errors import Message, msg
from app.models import CourseLicence, CourseOffering, Registration, RosterImport, School, User
from app.rules.permissions import Action
from app.services.schools.directory import INFO_COLUMNS, require_alliance
from app.services.shared.paging import Page, page_of
from app.services.shared.require_permission import require
from app.services.shared.search import school_matches
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the checklist; ``code`` names it, ``count`` says how many items there are."""

    code: str
    label: Message
    count: int

    @property
    def done(self) -> bool:
        """Whether there is any item."""
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Checklist:
    """A school's steps, in the order in which a school takes them."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """The number of finished steps."""
        return sum(step.done for step in self.steps)

    @property
    def percent(self) -> int:
        """The progress of the school, in whole per cent; 100 only when nothing is missing."""
        return self.done * 100 // len(self.steps)

    @property
    def missing(self) -> tuple[Step, ...]:
        """The unfinished steps."""
        return tuple(step for step in self.steps if not step.done)


LABELS = {
    "logo": msg("上传学校标识"),
    "administrator": msg("管理员首次登录并设置密码"),
    "imported": msg("完成首次导入"),
    "students": msg("添加学生"),
    "teachers": msg("添加教师"),
    "licences": msg("授权联盟慕课"),
    "online": msg("上线第一门课程"),
    "registrations": msg("学生注册课程"),
}


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school with its checklist."""

    school: SchoolInfo
    checklist: Checklist


def school_checklist(ctx: Context, school: SchoolInfo) -> Checklist:
    """Return the checklist of a school; only counts leave the school.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require_secretariat(ctx)
    with ctx.within(school) as inner:
        counted = [each.scalar_subquery() for each in _things(select(func.count()), school.id)]
        row = inner.session.execute(select(_has_logo(school.id), *counted)).one()
    return _checklist(row)


def school_checklists(ctx: Context, schools: Iterable[SchoolInfo]) -> dict[int, Checklist]:
    """Return the checklists of several schools by id: one short query in each school's scope, in one transaction.

    The query asks whether there is any item, not how many: the first row that is found answers.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require_secretariat(ctx)
    found: dict[int, Checklist] = {}
    for school in schools:
        there = [case((each.exists(), 1), else_=0) for each in _things(select(literal(1)), school.id)]
        with ctx.within(school) as inner:
            found[school.id] = _checklist(inner.session.execute(select(_has_logo(school.id), *there)).one())
    return found


def list_progress(
    ctx: Context,
    *,
    text: str = "",
    status: str | None = None,
    missing: str | None = None,
    by_progress: bool = False,
    descending: bool = False,
    page: int = 1,
) -> Page[SchoolRow]:
    """Return the secretariat's list of member schools, the newest first, each with its checklist.

    Args:
        text: as ``school_matches``.
        status: ``active`` or ``suspended``.
        missing: only schools that lack this step (a code of ``LABELS``), or ``any``, or ``none``.
        by_progress: the least advanced first; with ``descending`` the most advanced.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require_secretariat(ctx)
    query = select(*INFO_COLUMNS).where(School.kind == "member", school_matches(text))
    if status:
        query = query.where(School.status == status)
    schools = [SchoolInfo(*row) for row in ctx.session.execute(query.order_by(School.id.desc()))]
    if not missing and not by_progress:
        shown = page_of(schools, page=page)
        lists = school_checklists(ctx, shown.rows)
        return shown.with_rows(SchoolRow(school, lists[school.id]) for school in shown.rows)
    lists = school_checklists(ctx, schools)
    rows = [SchoolRow(school, lists[school.id]) for school in schools if _lacks(lists[school.id], missing)]
    if by_progress:
        rows.sort(key=lambda row: row.checklist.done, reverse=descending)
    return page_of(rows, page=page)


def _lacks(checklist: Checklist, missing: str | None) -> bool:
    if missing == "none":
        return not checklist.missing
    if missing == "any":
        return bool(checklist.missing)
    return not missing or missing in {step.code for step in checklist.missing}


def _checklist(row: Sequence[Any]) -> Checklist:
    return Checklist(tuple(Step(code, LABELS[code], count) for code, count in zip(LABELS, row, strict=True)))


def _require_secretariat(ctx: Context) -> None:
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)


def _has_logo(school_id: int) -> ScalarSelect[int]:
    return select(func.count(School.logo_sha)).where(School.id == school_id).scalar_subquery()


def _things(what: Select[Any], school_id: int) -> list[Select[Any]]:
    """Return what is counted in the school's own scope, in the order of ``LABELS`` after the logo."""
    people = what.select_from(User)
    return [
        people.where(User.kind == "administrator", User.must_change_password.is_(False)),
        what.select_from(RosterImport).where(RosterImport.state == "applied"),
        people.where(User.kind == "student"),
        people.where(User.kind == "teacher"),
        # A school also sees the licences of its own courses at others.
        what.select_from(CourseLicence).where(CourseLicence.school_id == school_id),
        what.select_from(CourseOffering).where(CourseOffering.status == "online"),
        what.select_from(Registration).where(Registration.withdrawn_at.is_(None)),
    ]
