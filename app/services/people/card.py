"""All data that the school has about one person, for the person's page on the management side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseOffering, Registration, RosterImport, RosterImportRow, SchoolClass, User
from app.rules.auth.login_limits import LIFETIME_FAILURES
from app.rules.classes.fields import class_label
from app.rules.permissions import Action
from app.rules.shared.cells import Cell
from app.services.people.fields import SEALED, current_cells
from app.services.people.search import PersonRow, get_person_row
from app.services.shared.require_permission import require

_IMPORTS_SHOWN = 5
_REGISTRATIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RegisteredCourse:
    """A course for which the person is or was registered."""

    offering_id: int
    title: str
    term: str
    registered_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonImport:
    """An applied import whose file contained the person."""

    import_id: int
    kind: str
    filename: str
    row_no: int
    action: str
    applied_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """The data of a person beyond what the list shows."""

    person: PersonRow
    student_no: str | None
    login_name: str | None
    birth_date: date | None
    study_years: int | None
    bio: str | None
    own_password: bool
    locked_out: bool
    slip_until: datetime | None
    created_at: datetime
    registrations: Sequence[RegisteredCourse]
    imports: Sequence[PersonImport]


def get_person(ctx: Context, *, user_id: int) -> PersonCard:
    """Return one person, ID number and phone masked.

    Raises:
        NotFound: there is no such account at this school.
        NotAllowed: the actor may not see people.
    """
    user = _find(ctx, user_id)
    return PersonCard(
        person=get_person_row(ctx, user_id=user_id),
        student_no=user.student_no,
        login_name=user.login_name,
        birth_date=user.birth_date,
        study_years=user.study_years,
        bio=user.bio,
        own_password=user.password_hash is not None and not user.must_change_password,
        locked_out=_is_locked_out(ctx, user),
        slip_until=user.slip_until,
        created_at=user.created_at,
        registrations=_registrations(ctx, user_id),
        imports=_imports(ctx, user_id),
    )


def get_cells(ctx: Context, *, user_id: int) -> tuple[str, dict[str, Cell]]:
    """Return the kind of an account and its fields for the form 修改; ID number and phone stay sealed.

    Raises:
        NotFound: there is no such account at this school.
        NotAllowed: the actor may not change people.
    """
    require(ctx, Action.EDIT_PEOPLE)
    user = _find(ctx, user_id)
    cells = {field: cell for field, cell in current_cells(ctx, user).items() if field not in SEALED}
    if user.class_id is not None:
        school_class = select(SchoolClass.name, SchoolClass.entry_year).where(SchoolClass.id == user.class_id)
        cells["class_name"] = class_label(*ctx.session.execute(school_class).one())
    return user.kind, cells


def _find(ctx: Context, user_id: int) -> User:
    require(ctx, Action.SEE_PEOPLE)
    user = ctx.session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise NotFound(msg("没有找到这个用户"))
    return user


def _is_locked_out(ctx: Context, user: User) -> bool:
    """Return whether the rule's password no longer works and there is no valid slip either."""
    has_slip = user.slip_until is not None and ctx.now() < user.slip_until
    return user.password_hash is None and user.failed_logins >= LIFETIME_FAILURES and not has_slip


def _registrations(ctx: Context, user_id: int) -> list[RegisteredCourse]:
    statement = (
        select(
            Registration.offering_id,
            Course.title,
            CourseOffering.term,
            Registration.registered_at,
            Registration.withdrawn_at,
        )
        .join(
            CourseOffering,
            (CourseOffering.school_id == Registration.school_id)
            & (CourseOffering.id == Registration.offering_id),
        )
        .join(CourseOffering.course)
        .where(Registration.user_id == user_id)
        .order_by(Registration.registered_at.desc(), Registration.id.desc())
        .limit(_REGISTRATIONS_SHOWN)
    )
    return [RegisteredCourse(*row) for row in ctx.session.execute(statement)]


def _imports(ctx: Context, user_id: int) -> list[PersonImport]:
    statement = (
        select(
            RosterImport.id,
            RosterImport.kind,
            RosterImport.filename,
            RosterImportRow.row_no,
            RosterImportRow.action,
            RosterImport.applied_at,
            RosterImport.created_by_name,
        )
        .join(
            RosterImport,
            (RosterImport.school_id == RosterImportRow.school_id)
            & (RosterImport.id == RosterImportRow.import_id),
        )
        .where(RosterImportRow.user_id == user_id, RosterImport.state == "applied")
        .where(RosterImportRow.action.in_(("create", "change", "unchanged")))
        .order_by(RosterImport.applied_at.desc(), RosterImport.id.desc())
        .limit(_IMPORTS_SHOWN)
    )
    return [PersonImport(*row) for row in ctx.session.execute(statement)]
