"""Students' requests to change their record (manual 4.4, second way): by the import's rules, with reason and proof."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, InvalidFields, NotAllowed, NotFound, msg
from app.models import ChangeRequest, ProofFile, SchoolClass, User
from app.rules.classes.fields import class_label
from app.rules.requests.change_requests import REASON_LENGTH, REQUESTABLE, check_change, text_of
from app.rules.shared.masking import mask_id_number
from app.services.people.fields import current_cells
from app.services.people.resolve_class import choose_class
from app.services.requests.proof_files import OpenedFile, SentFile, check_files, keep_files, open_file
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.refusals import unique
from app.services.shared.require_permission import acting_user, acting_user_id

#: The changes of a request, as texts: field -> (old, new); a new class is named with its year.
Changes = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A proof file in a list; ``size`` in bytes."""

    id: int
    filename: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequest:
    """A request as its student sees it, the ID number masked; ``changes`` are (field, old, new)."""

    id: int
    state: str
    changes: tuple[tuple[str, str, str], ...]
    reason: str
    answer: str | None
    created_at: datetime
    decided_at: datetime | None
    files: tuple[FileRow, ...]


def current_values(ctx: Context, user: User) -> dict[str, str]:
    """Return a student's present values as texts; the ID number in full, the class with its year."""
    cells = current_cells(ctx, user)
    texts = {field: text_of(cells[field]) for field in REQUESTABLE}
    if user.class_id is not None:
        named = select(SchoolClass.name, SchoolClass.entry_year).where(SchoolClass.id == user.class_id)
        texts["class_name"] = class_label(*ctx.session.execute(named).one())
    return texts


def submit_request(
    ctx: Context,
    *,
    typed: Mapping[str, str],
    reason: str,
    files: Sequence[SentFile] = (),
) -> ChangeRequest:
    """Submit a change request.

    Args:
        typed: new values by field; an empty value leaves the field unchanged. A class as in ``classes_to_choose``.

    Raises:
        InvalidFields: with the problem of each field; ``changes`` if nothing would change.
        Invalid: ``files``.
        Conflict: another request is still open.
        NotAllowed: only students submit requests; administrators change other records.
    """
    user = acting_user(ctx)
    if user.kind != "student":
        raise NotAllowed(msg("只有学生需要申请修改学籍信息"))
    changes = _wanted(ctx, user, typed)
    text = reason.replace("\x00", "").strip()
    if not text or len(text) > REASON_LENGTH:
        raise InvalidFields({"reason": msg("请填写修改原因，不超过 %(limit)s 个字符", limit=REASON_LENGTH)})
    checked = check_files(files)
    request = ChangeRequest(user_id=user.id, reason=text, changes=seal_changes(ctx, user.id, changes))
    refusal = Conflict(msg("您已有一个申请正在审核，请等待结果，或先撤回它"))
    with unique(ctx, {"uq_change_requests_open": refusal}):
        ctx.session.add(request)
    keep_files(ctx, request_id=request.id, files=checked)
    data = {"changed": list(changes), "files": len(checked)}
    record(ctx, "change_request.submitted", "change_request", request.id, data)
    return request


def withdraw_request(ctx: Context, *, request_id: int) -> None:
    """Withdraw an own open request.

    Raises:
        Conflict: it has been decided by now.
        NotFound: there is no such request, or it is somebody else's.
    """
    own = (ChangeRequest.id == request_id, ChangeRequest.user_id == acting_user_id(ctx))
    request = ctx.session.scalar(locking(select(ChangeRequest).where(*own), ChangeRequest, Hold.WRITE))
    if request is None:
        raise NotFound(msg("没有找到这个申请"))
    if request.state != "open":
        raise Conflict(msg("这个申请已经处理，不能撤回"))
    request.state, request.decided_at = "withdrawn", ctx.now()
    record(ctx, "change_request.withdrawn", "change_request", request.id)


def list_own_requests(ctx: Context) -> list[OwnRequest]:
    """Return the acting person's requests, latest first."""
    query = select(ChangeRequest).where(ChangeRequest.user_id == acting_user_id(ctx))
    requests = list(ctx.session.scalars(query.order_by(ChangeRequest.id.desc()).limit(50)))
    files = files_of(ctx, [request.id for request in requests])
    return [_own(ctx, request, files.get(request.id, ())) for request in requests]


def open_own_file(ctx: Context, *, file_id: int) -> OpenedFile:
    """Return a file that the acting person has sent.

    Raises:
        NotFound: there is no such file, or it is somebody else's.
    """
    statement = select(ProofFile).join(
        ChangeRequest,
        (ChangeRequest.school_id == ProofFile.school_id) & (ChangeRequest.id == ProofFile.request_id),
    )
    query = statement.where(ProofFile.id == file_id, ChangeRequest.user_id == acting_user_id(ctx))
    return open_file(ctx, ctx.session.scalar(query))


def classes_to_choose(ctx: Context) -> list[str]:
    """Return the school's classes by name and year, for a student who belongs to another class."""
    acting_user_id(ctx)
    statement = select(SchoolClass.name, SchoolClass.entry_year)
    statement = statement.order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.name)
    return [class_label(name, year) for name, year in ctx.session.execute(statement)]


def seal_changes(ctx: Context, user_id: int, wanted: Changes) -> bytes:
    """Return the changes as the request's row stores them, bound to the student."""
    text = json.dumps(dict(wanted), ensure_ascii=False)
    return ctx.vault.seal_blob(ctx.school.id, f"change_request:{user_id}", text.encode())


def open_changes(ctx: Context, request: ChangeRequest) -> Changes:
    """Return the changes of a request."""
    text = ctx.vault.open_blob(ctx.school.id, f"change_request:{request.user_id}", request.changes)
    return {field: (old, new) for field, (old, new) in json.loads(text).items()}


def files_of(ctx: Context, request_ids: Sequence[int]) -> dict[int, tuple[FileRow, ...]]:
    """Return the proof files of requests, without their content."""
    statement = select(
        ProofFile.request_id, ProofFile.id, ProofFile.filename, ProofFile.media_type, ProofFile.size
    )
    found: dict[int, tuple[FileRow, ...]] = {}
    rows = ctx.session.execute(statement.where(ProofFile.request_id.in_(request_ids)).order_by(ProofFile.id))
    for request_id, file_id, filename, media_type, size in rows:
        row = FileRow(file_id, filename, media_type, size)
        found[request_id] = (*found.get(request_id, ()), row)
    return found


def _wanted(ctx: Context, user: User, typed: Mapping[str, str]) -> Changes:
    cells = current_cells(ctx, user)
    changes = check_change(cells, typed, unit_code=ctx.school.unit_code, today=ctx.today())
    if "class_name" in changes:
        new = changes["class_name"][1]
        year = int(changes["entry_year"][1]) if "entry_year" in changes else user.entry_year
        found = choose_class(ctx, typed=new, entry_year=year, major=None, create=False)
        if found.id == user.class_id:
            del changes["class_name"]
        else:
            changes["class_name"] = (current_values(ctx, user)["class_name"], new)
    if not changes:
        raise InvalidFields({"changes": msg("没有要修改的内容，请填写新值")})
    return changes


def _own(ctx: Context, request: ChangeRequest, files: tuple[FileRow, ...]) -> OwnRequest:
    changes = open_changes(ctx, request)
    return OwnRequest(
        id=request.id,
        state=request.state,
        changes=tuple(
            (field, masked(field, old), masked(field, new)) for field, (old, new) in changes.items()
        ),
        reason=request.reason,
        answer=request.answer,
        created_at=request.created_at,
        decided_at=request.decided_at,
        files=files,
    )


def masked(field: str, text: str) -> str:
    """Return a value as a list may show it."""
    return mask_id_number(text) if field == "id_number" and text else text
