"""The students of one class for its head teacher: who has ever logged in, and whose account is disabled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from app.context import Context
from app.models import User
from app.rules.shared.masking import mask_mobile
from app.services.classes.lists import get_class
from app.services.shared.activation import IN_STATE, Activation
from app.services.shared.encrypted_fields import open_mobile
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page
from app.services.shared.search import words


class StudentSort(StrEnum):
    """The columns by which students of a class can be sorted; ``REGISTERED`` only in the list of a course."""

    NUMBER = "number"
    NAME = "name"
    LAST_LOGIN = "last_login"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class ClassStudent:
    """A student in the list of a class; the phone is masked.

    Args:
        registered_at: from when the student is registered for the course of the list, if at all.
    """

    id: int
    student_no: str
    real_name: str
    gender: str | None
    mobile: str | None
    status: str
    last_login_at: datetime | None
    registered_at: datetime | None = None


def list_class_students(
    ctx: Context,
    *,
    class_id: int,
    text: str = "",
    activation: Activation | None = None,
    sort: StudentSort = StudentSort.NUMBER,
    descending: bool = False,
    page: int = 1,
) -> Page[ClassStudent]:
    """Return students of a class, for administrators and its head teacher.

    Args:
        text: words that must all be found in name, pinyin, initials or 学号.
        page: from 1.

    Raises:
        NotFound: there is no such class for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class(ctx, class_id=class_id)
    conditions = students_of(class_id, text)
    if activation is not None:
        conditions.append(IN_STATE[activation])
    rows = select(User).where(*conditions).order_by(*student_order(sort, descending))
    return fetch_page(ctx.session, rows, partial(student_row, ctx), page=page, size=LONG_PAGE_SIZE)


def students_of(class_id: int, text: str = "") -> list[ColumnElement[bool]]:
    """Return conditions for the students of a class in whom all words are found."""
    found = words(text, User.real_name, User.name_pinyin, User.name_initials, User.student_no)
    return [User.kind == "student", User.class_id == class_id, found]


def student_order(
    sort: StudentSort, descending: bool, registered_at: InstrumentedAttribute[datetime] | None = None
) -> tuple[Any, ...]:
    """Return the order of a list of students; students without a value come last in both directions."""
    columns: dict[StudentSort, tuple[Any, ...]] = {
        StudentSort.NUMBER: (User.student_no,),
        StudentSort.NAME: (User.name_pinyin, User.real_name),
        StudentSort.LAST_LOGIN: (User.last_login_at,),
        StudentSort.REGISTERED: (User.student_no,) if registered_at is None else (registered_at,),
    }
    if descending:
        return (*(column.desc().nulls_last() for column in columns[sort]), User.id.desc())
    return (*(column.asc().nulls_last() for column in columns[sort]), User.id.asc())


def student_row(ctx: Context, user: User, registered_at: datetime | None = None) -> ClassStudent:
    """Return the student's row in the list."""
    mobile = open_mobile(ctx, user)
    return ClassStudent(
        id=user.id,
        student_no=user.student_no or "",
        real_name=user.real_name,
        gender=user.gender,
        mobile=mask_mobile(mobile) if mobile else None,
        status=user.status,
        last_login_at=user.last_login_at,
        registered_at=registered_at,
    )
