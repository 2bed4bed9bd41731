"""The onboarding checklist of a school: what is there, what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select

from app.context import Context
from app.errors import Message, msg
from app.models import CourseLicence, CourseOffering, School, User
from app.rules.permissions import Action
from app.services.access import require
from app.services.tenancy import require_alliance
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done; ``code`` names it, ``count`` says how much of it there is."""

    code: str
    label: Message
    count: int

    @property
    def done(self) -> bool:
        """Whether there is any."""
        return self.count > 0


@dataclass(frozen=True, slots=True)
class Checklist:
    """A school's steps, in the order in which a school takes them."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)

    @property
    def missing(self) -> tuple[Step, ...]:
        """The steps that are not done."""
        return tuple(step for step in self.steps if not step.done)


_LABELS = {
    "logo": msg("上传学校标识"),
    "administrator": msg("管理员首次登录并设置密码"),
    "students": msg("导入学生"),
    "teachers": msg("添加教师"),
    "licences": msg("授权联盟慕课"),
    "online": msg("上线课程"),
}


def school_checklist(ctx: Context, school: SchoolInfo) -> Checklist:
    """What a school has done of what a school needs; only counts leave the school.

    Raises:
        NotAllowed: not the secretariat.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    with ctx.within(school) as inner:
        row = inner.session.execute(select(*_counts(school.id))).one()
    return Checklist(
        tuple(Step(code, _LABELS[code], count) for code, count in zip(_LABELS, row, strict=True))
    )


def school_checklists(ctx: Context, schools: Iterable[SchoolInfo]) -> dict[int, Checklist]:
    """The checklists of the schools on a page, by school id."""
    return {school.id: school_checklist(ctx, school) for school in schools}


def _counts(school_id: int) -> list[ScalarSelect[int]]:
    people = select(func.count()).select_from(User)
    return [
        select(func.count())
        .select_from(School)
        .where(School.id == school_id, School.logo_sha.is_not(None))
        .scalar_subquery(),
        people.where(User.kind == "administrator", User.must_change_password.is_(False)).scalar_subquery(),
        people.where(User.kind == "student").scalar_subquery(),
        people.where(User.kind == "teacher").scalar_subquery(),
        select(func.count()).select_from(CourseLicence).scalar_subquery(),
        select(func.count())
        .select_from(CourseOffering)
        .where(CourseOffering.status == "online")
        .scalar_subquery(),
    ]
