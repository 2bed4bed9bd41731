"""Review of students' change requests (教务管理 → 学籍信息审核): listed, compared with the present values, decided."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, select

from app.context import Context
from app.errors import Conflict, DomainError, Invalid, Message, NotFound, msg
from app.models import ChangeRequest, ProofFile, SchoolClass, User
from app.rules.imports.students import LABELS
from app.rules.permissions import Action
from app.rules.requests.change_requests import ANSWER_LENGTH
from app.rules.shared.cells import Cell
from app.services.messages.notices import News, notify_many
from app.services.people.edit import HeldAccounts, edit_account, hold_accounts
from app.services.requests.proof_files import OpenedFile, open_file
from app.services.requests.student import FileRow, current_values, files_of, open_changes
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.paging import Page, as_tuple, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import words

STATES = ("open", "approved", "rejected", "withdrawn")
#: The most requests of one bulk decision: a page of the list.
MOST_AT_ONCE = 100
_LINK = "/me/requests"
_SAME_PERSON = and_(User.school_id == ChangeRequest.school_id, User.id == ChangeRequest.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A request in the list; ``fields`` are those that would change."""

    id: int
    state: str
    student_no: str
    real_name: str
    class_name: str | None
    fields: tuple[str, ...]
    files: int
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewedChange:
    """A field with old and new value; ``now`` is its present value where that is no longer the old one."""

    field: str
    old: str
    new: str
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A request to be decided; ``seen`` identifies the account's present values and comes back with the decision."""

    row: RequestRow
    reason: str
    answer: str | None
    changes: tuple[ReviewedChange, ...]
    files: tuple[FileRow, ...]
    seen: str

    @property
    def stale(self) -> bool:
        """Whether the person was changed after the request was made."""
        return any(change.now is not None for change in self.changes)


@dataclass(frozen=True, slots=True)
class _Held:
    """Requests by id, in its order, and the accounts of their students; all of them locked."""

    requests: Mapping[int, ChangeRequest]
    accounts: HeldAccounts


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that could not be decided with the others, and the reason."""

    request_id: int
    real_name: str
    message: Message


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of a bulk decision."""

    done: int
    refused: tuple[Refusal, ...]


def list_requests(
    ctx: Context, *, state: str | None = None, text: str = "", class_id: int | None = None, page: int = 1
) -> Page[RequestRow]:
    """Return one page of the requests of the school: open ones oldest first, others latest first.

    Args:
        state: one of ``STATES``, ``None`` for all.
        text: words that must all be found in name, pinyin, 学号 or class.

    Raises:
        NotAllowed: the actor may not review.
    """
    require(ctx, Action.REVIEW_REQUESTS)
    names = (User.real_name, User.name_pinyin, User.name_initials, User.student_no)
    statement = _listed().where(words(text, *names, SchoolClass.name))
    if state is not None:
        statement = statement.where(ChangeRequest.state == state)
    if class_id is not None:
        statement = statement.where(User.class_id == class_id)
    order = ChangeRequest.id if state == "open" else ChangeRequest.id.desc()
    found = fetch_page(ctx.session, statement.order_by(order), as_tuple, page=page)
    files = files_of(ctx, [request.id for request, *_ in found.rows])
    return found.with_rows(_row(ctx, *each, files.get(each[0].id, ())) for each in found.rows)


def count_requests(ctx: Context) -> dict[str, int]:
    """Return the number of requests in each state."""
    require(ctx, Action.REVIEW_REQUESTS)
    statement = select(ChangeRequest.state, func.count()).group_by(ChangeRequest.state)
    counted: dict[str, int] = {row[0]: row[1] for row in ctx.session.execute(statement)}
    return {state: counted.get(state, 0) for state in STATES}


def get_review(ctx: Context, *, request_id: int) -> Review:
    """Return a request beside the present values of the account; showing an ID number is recorded in the log.

    Raises:
        NotAllowed: the actor may not review.
        NotFound: no such request at this school.
    """
    require(ctx, Action.REVIEW_REQUESTS)
    found = ctx.session.execute(_listed().where(ChangeRequest.id == request_id)).one_or_none()
    if found is None:
        raise NotFound(msg("没有找到这个申请"))
    request, user, class_name = found
    files = files_of(ctx, [request.id]).get(request.id, ())
    changes, seen = _compared(ctx, request, user)
    if any(change.field == "id_number" for change in changes):
        record(ctx, "change_request.opened", "change_request", request.id)
    return Review(
        row=_row(ctx, request, user, class_name, files),
        reason=request.reason,
        answer=request.answer,
        changes=changes,
        files=files,
        seen=seen,
    )


def get_proof(ctx: Context, *, request_id: int, file_id: int) -> OpenedFile:
    """Return a proof file; opening it is recorded in the log.

    Raises:
        NotAllowed: the actor may not review.
        NotFound: no such file of this request.
    """
    require(ctx, Action.REVIEW_REQUESTS)
    query = select(ProofFile).where(ProofFile.id == file_id, ProofFile.request_id == request_id)
    opened = open_file(ctx, ctx.session.scalar(query))
    record(ctx, "change_request.file_opened", "change_request", request_id, {"file": file_id})
    return opened


def approve_request(ctx: Context, *, request_id: int, seen: str | None, answer: str = "") -> None:
    """Write the requested values, and tell the student.

    Args:
        seen: ``Review.seen`` of the page on which this was decided; ``None``: the old values must still be there.
        answer: a message to the student, may be empty.

    Raises:
        NotAllowed: the actor may not review.
        NotFound: no such request at this school.
        Conflict: it was decided by now, or the person was changed since the values were seen.
        Invalid: a value cannot be written any more, for example an ID number that another account has by now.
    """
    locked = _hold(ctx, [request_id], to_write=True)
    notify_many(ctx, [_approve(ctx, locked, request_id, seen, answer)])


def reject_request(ctx: Context, *, request_id: int, answer: str) -> None:
    """Leave the record unchanged, and tell the student why.

    Raises:
        NotAllowed: the actor may not review.
        NotFound: no such request at this school.
        Conflict: it was decided by now.
        Invalid: ``answer`` is missing or too long.
    """
    text = _answer(answer)
    if not text:
        raise Invalid("answer", msg("请填写不通过的原因，学生会看到"))
    locked = _hold(ctx, [request_id], to_write=False)
    notify_many(ctx, [_reject(ctx, locked, request_id, text)])


def decide_many(ctx: Context, *, request_ids: Sequence[int], approve: bool, answer: str = "") -> Decided:
    """Decide several requests at once, each independently: a refused one does not stop the others.

    Raises:
        NotAllowed: the actor may not review.
        Invalid: ``answer`` is missing for a rejection, or too many were chosen.
    """
    require(ctx, Action.REVIEW_REQUESTS)
    if len(request_ids) > MOST_AT_ONCE:
        raise Invalid("rowid", msg("一次最多处理 %(limit)s 个申请", limit=MOST_AT_ONCE))
    if not approve and not _answer(answer):
        raise Invalid("answer", msg("请填写不通过的原因，学生会看到"))
    locked = _hold(ctx, request_ids, to_write=approve)
    news, refused = [], []
    for request_id in locked.requests:
        try:
            with ctx.session.begin_nested():
                if approve:
                    news.append(_approve(ctx, locked, request_id, None, answer))
                else:
                    news.append(_reject(ctx, locked, request_id, _answer(answer)))
        except DomainError as error:
            refused.append(Refusal(request_id, _name_of(ctx, request_id), error.message))
    notify_many(ctx, news)
    return Decided(len(news), tuple(refused))


def _listed() -> Select[ChangeRequest, User, str | None]:
    joined = select(ChangeRequest, User, SchoolClass.name).join(User, _SAME_PERSON)
    return joined.outerjoin(User.school_class)


def _hold(ctx: Context, request_ids: Collection[int], *, to_write: bool) -> _Held:
    """Return requests and their students, locked in the order of all locks.

    Args:
        to_write: also lock what writing the changes needs.
    """
    require(ctx, Action.REVIEW_REQUESTS)
    query = select(ChangeRequest).where(ChangeRequest.id.in_(request_ids))
    changes: dict[int, dict[str, Cell]] = {}
    for request in ctx.session.scalars(query).all():
        requested = open_changes(ctx, request) if to_write and request.state == "open" else {}
        changes.setdefault(request.user_id, {}).update({field: new for field, (_, new) in requested.items()})
    accounts = hold_accounts(ctx, changes)
    requests = ctx.session.scalars(locking(query, ChangeRequest, Hold.WRITE))
    return _Held({request.id: request for request in requests}, accounts)


def _open_request(held: _Held, request_id: int) -> tuple[ChangeRequest, User]:
    request = held.requests.get(request_id)
    if request is None:
        raise NotFound(msg("没有找到这个申请"))
    if request.state != "open":
        raise Conflict(msg("这个申请已经处理，或已被学生撤回"))
    return request, held.accounts.users[request.user_id]


def _approve(ctx: Context, held: _Held, request_id: int, seen: str | None, answer: str) -> News:
    request, user = _open_request(held, request_id)
    changes, now = _compared(ctx, request, user)
    if seen != now and (seen is not None or any(change.now is not None for change in changes)):
        raise Conflict(msg("申请提交后，这名学生的信息又有改动，请核对新的原值后再决定"))
    new_values = {change.field: change.new for change in changes}
    edit_account(ctx, user_id=user.id, changes=new_values, held=held.accounts)
    _decide(ctx, request, "approved", _answer(answer))
    fields = _named(changes)
    body = msg("已按您的申请修改：%(fields)s。", fields=fields)
    if request.answer:
        body = msg(
            "已按您的申请修改：%(fields)s。管理员留言：%(answer)s", fields=fields, answer=request.answer
        )
    return News([user.id], msg("您的信息修改申请已通过"), body, "/me")


def _reject(ctx: Context, held: _Held, request_id: int, answer: str) -> News:
    request, user = _open_request(held, request_id)
    _decide(ctx, request, "rejected", answer)
    fields = _labels(tuple(open_changes(ctx, request)))
    body = msg("申请修改的内容：%(fields)s。原因：%(answer)s", fields=fields, answer=answer)
    return News([user.id], msg("您的信息修改申请未通过"), body, _LINK)


def _compared(ctx: Context, request: ChangeRequest, user: User) -> tuple[tuple[ReviewedChange, ...], str]:
    current = current_values(ctx, user)
    requested = open_changes(ctx, request)
    decided = request.state != "open"
    changes = tuple(
        ReviewedChange(field, old, new, None if decided or current[field] in (old, new) else current[field])
        for field, (old, new) in requested.items()
    )
    text = json.dumps([current[field] for field in requested], ensure_ascii=False)
    return changes, ctx.vault.blind_index(ctx.school.id, f"review:{request.id}", text).hex()[:32]


def _decide(ctx: Context, request: ChangeRequest, state: str, answer: str) -> None:
    request.state, request.answer = state, answer or None
    request.decided_by_name, request.decided_at = ctx.actor.name, ctx.now()
    ctx.session.flush()
    data = {"changed": list(open_changes(ctx, request)), "user_id": request.user_id}
    record(ctx, f"change_request.{state}", "change_request", request.id, data)


def _answer(typed: str) -> str:
    text = typed.replace("\x00", "").strip()
    if len(text) > ANSWER_LENGTH:
        raise Invalid("answer", msg("超过 %(limit)s 个字符", limit=ANSWER_LENGTH))
    return text


def _named(changes: Sequence[ReviewedChange]) -> tuple[Message, ...]:
    return _labels([change.field for change in changes])


def _labels(fields: Sequence[str]) -> tuple[Message, ...]:
    return tuple(Message(LABELS[field]) for field in fields)


def _name_of(ctx: Context, request_id: int) -> str:
    statement = select(User.real_name).join(ChangeRequest, _SAME_PERSON).where(ChangeRequest.id == request_id)
    return ctx.session.scalar(statement) or ""


def _row(
    ctx: Context, request: ChangeRequest, user: User, class_name: str | None, files: tuple[FileRow, ...]
) -> RequestRow:
    return RequestRow(
        id=request.id,
        state=request.state,
        student_no=user.student_no or "",
        real_name=user.real_name,
        class_name=class_name,
        fields=tuple(open_changes(ctx, request)),
        files=len(files),
        created_at=request.created_at,
        decided_by=request.decided_by_name,
        decided_at=request.decided_at,
    )
