"""Deletion of a graduated year with all its data (系统管理 → 毕业生数据清理), after a preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import (
    ChangeRequest,
    Consent,
    Mail,
    Notice,
    Registration,
    SchoolClass,
    User,
)
from app.rules.permissions import Action
from app.services.imports.pages.forgetting import (
    count_traces,
    forget_traces,
    hold_traces,
    refuse_open_imports,
)
from app.services.shared.audit import record
from app.services.shared.locks import Hold, Lock, locking, school_lock
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require

#: Courses of the last year end in July; from then on the year after counts as over.
_GRADUATION = (7, 1)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Students who entered in one year for the same length of study."""

    entry_year: int
    study_years: int
    students: int

    @property
    def graduated_in(self) -> int:
        """The year in which their study ends."""
        return self.entry_year + self.study_years


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The amount of data of a cohort; ``files`` are kept files of imports that contain at least one of the students."""

    students: int
    registrations: int
    change_requests: int
    messages: int
    mails: int
    consents: int
    import_rows: int
    files: int


@dataclass(frozen=True, slots=True)
class Graduate:
    """A person in the preview."""

    student_no: str
    real_name: str
    class_name: str | None


def list_cohorts(ctx: Context) -> list[Cohort]:
    """Return the cohorts whose study has ended, earliest first.

    Students without year or length of study are in no cohort.
    """
    require(ctx, Action.DELETE_GRADUATES)
    statement = (
        select(User.entry_year, User.study_years, func.count())
        .where(User.kind == "student", User.entry_year.is_not(None), User.study_years.is_not(None))
        .group_by(User.entry_year, User.study_years)
        .order_by(User.entry_year, User.study_years)
    )
    rows = ctx.session.execute(statement).all()
    cohorts = [Cohort(year, years, count) for year, years, count in rows if year and years]
    return [cohort for cohort in cohorts if has_graduated(cohort.entry_year, cohort.study_years, ctx.today())]


def has_graduated(entry_year: int, study_years: int, today: date) -> bool:
    """Return whether a study of this length that began in this year has ended."""
    return date(entry_year + study_years, *_GRADUATION) <= today


def preview_graduates(
    ctx: Context, *, entry_year: int, study_years: int, page: int = 1
) -> tuple[Holdings, Page[Graduate]]:
    """Return what would be deleted, and whose data it is.

    Raises:
        NotAllowed: the actor may not.
        NotFound: no such cohort, or it has not graduated.
    """
    _require_graduated(ctx, entry_year, study_years)
    among = _cohort(entry_year, study_years)
    holdings = _count(ctx, among)
    if not holdings.students:
        raise NotFound(msg("没有这一届毕业生"))
    statement = (
        select(func.coalesce(User.student_no, ""), User.real_name, SchoolClass.name)
        .outerjoin(User.school_class)
        .where(*among)
        .order_by(User.student_no)
    )
    return holdings, fetch_page(ctx.session, statement, Graduate, page=page, count=holdings.students)


def delete_graduates(
    ctx: Context, *, entry_year: int, study_years: int, students: int, typed_year: str
) -> Holdings:
    """Delete a cohort: accounts, registrations, requests with proof, messages, rows of imports and their files.

    The audit log records how many of each, without names.

    Args:
        students: the number that the preview showed.
        typed_year: the entry year once more, typed by the person.

    Raises:
        NotAllowed: the actor may not.
        NotFound: no such cohort, or it has not graduated.
        Invalid: ``typed_year`` is another year.
        Conflict: the number of students has changed since, or an import may still write accounts.
    """
    _require_graduated(ctx, entry_year, study_years)
    if typed_year.strip() != str(entry_year):
        raise Invalid("typed_year", msg("请输入入学年份 %(year)s 以确认删除", year=entry_year))
    school_lock(ctx, Lock.ROSTER)
    refuse_open_imports(ctx)
    among = _cohort(entry_year, study_years)
    hold_traces(ctx, among)
    ctx.session.execute(locking(select(User.id).where(*among), User, Hold.REPLACE))
    holdings = _count(ctx, among)
    if not holdings.students:
        raise NotFound(msg("没有这一届毕业生"))
    if holdings.students != students:
        raise Conflict(msg("名单在预览之后有变化，请核对后再确认"))
    forget_traces(ctx, among)
    ids = select(User.id).where(*among)
    _run(ctx, delete(Registration).where(Registration.user_id.in_(ids)))
    _run(ctx, delete(User).where(*among))
    counts = {"entry_year": entry_year, "study_years": study_years, **asdict(holdings)}
    record(ctx, "graduates.deleted", "school", ctx.school.id, counts)
    return holdings


def _require_graduated(ctx: Context, entry_year: int, study_years: int) -> None:
    require(ctx, Action.DELETE_GRADUATES)
    if not (1900 <= entry_year <= 9000 and 1 <= study_years <= 20):
        raise NotFound(msg("没有这一届毕业生"))
    if not has_graduated(entry_year, study_years, ctx.today()):
        raise NotFound(msg("没有这一届毕业生"))


def _cohort(entry_year: int, study_years: int) -> tuple[ColumnElement[bool], ...]:
    return User.kind == "student", User.entry_year == entry_year, User.study_years == study_years


def _count(ctx: Context, among: Sequence[ColumnElement[bool]]) -> Holdings:
    ids = select(User.id).where(*among)

    def rows(model: type[Any]) -> int:
        return ctx.session.scalar(select(func.count()).select_from(model).where(model.user_id.in_(ids))) or 0

    traces = count_traces(ctx, among)
    return Holdings(
        students=ctx.session.scalar(select(func.count()).select_from(User).where(*among)) or 0,
        registrations=rows(Registration),
        change_requests=rows(ChangeRequest),
        messages=rows(Notice),
        mails=rows(Mail),
        consents=rows(Consent),
        import_rows=traces.rows,
        files=traces.files,
    )


def _run(ctx: Context, statement: Any) -> None:
    ctx.session.execute(statement, execution_options={"synchronize_session": False})
