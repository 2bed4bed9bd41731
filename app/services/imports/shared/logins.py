"""The accounts that an import created and that still exist, for 登录名清单."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select

from app.context import Context
from app.models import RosterImportRow, SchoolClass, User
from app.rules.shared.masking import mask_email, mask_mobile
from app.services.shared.encrypted_fields import open_mobile


def student_logins(ctx: Context, import_id: int) -> list[tuple[str, str, str]]:
    """Return real name, 学号 and class of the created students, in the file's order."""
    created = _created(select(User.real_name, User.student_no, SchoolClass.name), import_id)
    statement = created.outerjoin(User.school_class)
    return [
        (name, number or "", school_class or "")
        for name, number, school_class in ctx.session.execute(statement)
    ]


def teacher_logins(ctx: Context, import_id: int) -> list[tuple[str, str, str]]:
    """Return real name, login name and masked further identifiers of the created teachers, in the file's order."""
    users = ctx.session.scalars(_created(select(User), import_id))
    return [(user.real_name, user.login_name or "", " · ".join(_others(ctx, user))) for user in users]


def _others(ctx: Context, user: User) -> Iterator[str]:
    mobile = open_mobile(ctx, user)
    if mobile:
        yield mask_mobile(mobile)
    if user.email:
        yield mask_email(user.email)


def _created(wanted: Select[*tuple[Any, ...]], import_id: int) -> Select[*tuple[Any, ...]]:
    rows = (RosterImportRow.school_id == User.school_id) & (RosterImportRow.user_id == User.id)
    return (
        wanted.join(RosterImportRow, rows)
        .where(RosterImportRow.import_id == import_id, RosterImportRow.action == "create")
        .order_by(RosterImportRow.row_no)
    )
