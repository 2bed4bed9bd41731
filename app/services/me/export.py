"""A person's copy of all data stored about them: one .zip with JSON, a readable page, photo and proof files.

Article 45 of the Personal Information Protection Law entitles everyone to a copy of their data.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.models import (
    AuditEntry,
    ChangeRequest,
    Consent,
    Course,
    CourseOffering,
    Mail,
    Notice,
    ProofFile,
    Registration,
    RosterImport,
    RosterImportRow,
    SchoolClass,
    User,
    UserPhoto,
)
from app.services.requests.proof_files import open_file
from app.services.requests.student import open_changes
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import open_id_number, open_mobile
from app.services.shared.require_permission import acting_user

#: Columns of an account that are keys or protection and say nothing about the person.
_HIDDEN = frozenset(
    {
        "school_id", "password_hash", "mobile_sealed", "mobile_index", "id_number_sealed", "id_number_index",
        "photo_sha", "slip_digest", "class_id", "edited_columns",
    }
)  # fmt: skip

Data = Mapping[str, Any]
Readable = Callable[[Data], str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file to be given to its person."""

    filename: str
    content: bytes


def collect_own_data(ctx: Context) -> dict[str, Any]:
    """Return all data stored about the acting person, as plain JSON values; times are in UTC.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user = acting_user(ctx)
    return {
        "school": {"name": ctx.school.name, "unit_code": ctx.school.unit_code},
        "made_at": ctx.now().isoformat(),
        "account": _account(ctx, user),
        "registrations": _registrations(ctx, user),
        "change_requests": _requests(ctx, user),
        "messages": _rows(ctx, user, Notice, ("subject", "body", "created_at", "read_at")),
        "mails": _rows(
            ctx, user, Mail, ("recipient", "template", "params", "state", "created_at", "sent_at")
        ),
        "consents": _rows(ctx, user, Consent, ("version", "accepted_at")),
        "imports": _imports(ctx, user),
        "log": _log(ctx, user),
    }


def bundle_own_data(ctx: Context, *, readable: Readable) -> Bundle:
    """Return the data as one .zip; the download is recorded in the log.

    Args:
        readable: makes a readable page of the data.
    """
    user = acting_user(ctx)
    data = collect_own_data(ctx)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        bundle.writestr("data.html", readable(data))
        photo = ctx.session.scalar(select(UserPhoto.content).where(UserPhoto.user_id == user.id))
        if photo is not None:
            bundle.writestr("photo.webp", photo)
        for file in _files(ctx, user):
            opened = open_file(ctx, file)
            bundle.writestr(f"files/{file.request_id}-{file.id}-{opened.filename}", opened.content)
    record(ctx, "user.own_data_downloaded", "user", user.id)
    return Bundle(f"{user.student_no or user.login_name or user.id}-data.zip", buffer.getvalue())


def _account(ctx: Context, user: User) -> dict[str, Any]:
    columns = [column.key for column in User.__mapper__.column_attrs if column.key not in _HIDDEN]
    data = {name: _plain(getattr(user, name)) for name in columns}
    data["mobile"], data["id_number"] = open_mobile(ctx, user), open_id_number(ctx, user)
    named = select(SchoolClass.name).where(SchoolClass.id == user.class_id)
    data["class_name"] = ctx.session.scalar(named) if user.class_id is not None else None
    return data


def _registrations(ctx: Context, user: User) -> list[dict[str, Any]]:
    statement = (
        select(Course.title, CourseOffering.term, Registration.registered_at, Registration.withdrawn_at)
        .select_from(Registration)
        .join(
            CourseOffering,
            (CourseOffering.school_id == Registration.school_id)
            & (CourseOffering.id == Registration.offering_id),
        )
        .join(
            Course,
            (Course.school_id == CourseOffering.course_owner_id) & (Course.id == CourseOffering.course_id),
        )
        .where(Registration.user_id == user.id)
        .order_by(Registration.id)
    )
    return _listed(ctx.session.execute(statement).all(), ("course", "term", "registered_at", "withdrawn_at"))


def _requests(ctx: Context, user: User) -> list[dict[str, Any]]:
    found = ctx.session.scalars(
        select(ChangeRequest).where(ChangeRequest.user_id == user.id).order_by(ChangeRequest.id)
    )
    names = ("id", "state", "reason", "answer", "created_at", "decided_at")
    return [
        {name: _plain(getattr(request, name)) for name in names}
        | {"changes": {field: list(pair) for field, pair in open_changes(ctx, request).items()}}
        for request in found
    ]


def _imports(ctx: Context, user: User) -> list[dict[str, Any]]:
    """Return the files that contained the person, and the results of their row."""
    same = (RosterImport.school_id == RosterImportRow.school_id) & (
        RosterImport.id == RosterImportRow.import_id
    )
    statement = (
        select(RosterImport, RosterImportRow)
        .join(RosterImportRow, same)
        .where(RosterImportRow.user_id == user.id)
        .order_by(RosterImport.id)
    )
    return [
        {
            "file": roster.filename,
            "state": roster.state,
            "created_at": _plain(roster.created_at),
            "row": row.row_no,
            "action": row.action,
        }
        for roster, row in ctx.session.execute(statement)
    ]


def _log(ctx: Context, user: User) -> list[dict[str, Any]]:
    """Return the person's actions, logins included, and the actions on their account."""
    concerned = (AuditEntry.actor_id == user.id) | (
        (AuditEntry.object_type == "user") & (AuditEntry.object_id == user.id)
    )
    columns = (AuditEntry.at, AuditEntry.action, AuditEntry.actor_id, AuditEntry.address)
    rows = ctx.session.execute(select(*columns).where(concerned).order_by(AuditEntry.id)).all()
    # The staff who acted, and their addresses, are not this person's data.
    return [
        {
            "at": _plain(at),
            "action": action,
            "by": "self" if actor_id == user.id else "school",
            "address": address if actor_id in (user.id, None) else None,
        }
        for at, action, actor_id, address in rows
    ]


def _files(ctx: Context, user: User) -> Sequence[ProofFile]:
    same = (ChangeRequest.school_id == ProofFile.school_id) & (ChangeRequest.id == ProofFile.request_id)
    statement = select(ProofFile).join(ChangeRequest, same).where(ChangeRequest.user_id == user.id)
    return ctx.session.scalars(statement.order_by(ProofFile.id)).all()


def _rows(ctx: Context, user: User, model: type[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    columns = [getattr(model, name) for name in names]
    statement = select(*columns).where(model.user_id == user.id).order_by(model.id)
    return _listed(ctx.session.execute(statement).all(), names)


def _listed(rows: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
