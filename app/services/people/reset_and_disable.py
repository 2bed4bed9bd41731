"""Access to accounts: 重置密码, 停用 and 启用, 角色设置. The caller's side ends the sessions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, literal, select, update

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import User
from app.rules.permissions import Action
from app.services.messages.mail_queue import NewMail, Reader, queue_mails
from app.services.people.last_administrator import keep_an_administrator
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.password_hashes import hash_password, make_one_time_password
from app.services.shared.require_permission import require

#: The roles between which a person may be moved; students' accounts are excluded.
STAFF_ROLES = ("teacher", "administrator")


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """A password to be shown once, and the person it belongs to."""

    login: str
    real_name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResetPasswords:
    """The accounts whose passwords were reset; administrators get one-time passwords instead of guessable ones."""

    user_ids: tuple[int, ...]
    one_time: tuple[OneTimePassword, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    id: int
    kind: str
    status: str
    login_name: str | None
    email: str | None
    real_name: str


def reset_passwords(ctx: Context, *, user_ids: Collection[int]) -> ResetPasswords:
    """Set initial passwords for accounts again (manual 4.3, 5.3), to be changed at the next login.

    A student or teacher gets what the school has chosen: the manual's rule, or a new credential slip. The lifetime
    count of failures begins anew. People with an address are told by mail that it happened.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of them is not at this school.
        Conflict: one of them is the acting person, who has to change the password on their own page.
    """
    require(ctx, Action.EDIT_PEOPLE)
    if ctx.actor.user_id in user_ids:
        raise Conflict(msg("所选用户中有您自己。请取消选择自己，您的密码在「修改密码」中更改"))
    people = _lock(ctx, user_ids)
    anew = {
        "must_change_password": True,
        "failed_logins": 0,
        "slip_until": None,
        "slip_digest": None,
        "updated_at": User.updated_at,
    }
    _write(ctx, people, {"password_hash": None, **anew})
    one_time: list[OneTimePassword] = []
    for person in people:
        if person.kind == "administrator":
            password = make_one_time_password()
            _write(ctx, [person], {"password_hash": hash_password(password)})
            one_time.append(
                OneTimePassword(person.login_name or person.email or "", person.real_name, password)
            )
    _note(ctx, "user.password_reset", people)
    queue_mails(
        ctx,
        [
            NewMail(Reader(person.id, person.email, person.real_name), "password_reset_done")
            for person in people
            if person.email and person.status == "active"
        ],
    )
    return ResetPasswords(tuple(person.id for person in people), tuple(one_time))


def disable_accounts(ctx: Context, *, user_ids: Collection[int]) -> tuple[int, ...]:
    """Disable accounts (停用): nobody can log in to them, and their sessions end at once.

    Returns:
        the accounts that were active.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of them is not at this school.
        Conflict: one of them is the acting person, or no administrator would be left.
    """
    require(ctx, Action.EDIT_PEOPLE)
    if ctx.actor.user_id in user_ids:
        raise Conflict(msg("不能停用自己的账号，请由另一位管理员操作"))
    keep_an_administrator(ctx, without=user_ids)
    people = [person for person in _lock(ctx, user_ids) if person.status == "active"]
    _write(ctx, people, {"status": "disabled"})
    _note(ctx, "user.disabled", people)
    return tuple(person.id for person in people)


def enable_accounts(ctx: Context, *, user_ids: Collection[int]) -> tuple[int, ...]:
    """Enable accounts again (启用), with the passwords they had.

    Returns:
        the accounts that were disabled.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of them is not at this school.
    """
    require(ctx, Action.EDIT_PEOPLE)
    people = [person for person in _lock(ctx, user_ids) if person.status == "disabled"]
    _write(ctx, people, {"status": "active"})
    _note(ctx, "user.enabled", people)
    return tuple(person.id for person in people)


def change_role(ctx: Context, *, user_id: int, role: str) -> bool:
    """Make a teacher an administrator, or the reverse (角色设置).

    Returns:
        whether something changed.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such account at this school.
        Invalid: the role is neither of the two.
        Conflict: the account is a student's or the acting person's, or no administrator would be left.
    """
    require(ctx, Action.CHANGE_RIGHTS)
    if role not in STAFF_ROLES:
        raise Invalid("role", msg("请选择角色"))
    if user_id == ctx.actor.user_id:
        raise Conflict(msg("不能更改自己的角色，请由另一位管理员操作"))
    if role != "administrator":
        keep_an_administrator(ctx, without={user_id})
    (person,) = _lock(ctx, [user_id])
    if person.kind not in STAFF_ROLES:
        raise Conflict(msg("学生账号不能改为教师或管理员，请另外添加"))
    if person.kind == role:
        return False
    _write(ctx, [person], {"kind": role})
    record(ctx, "user.role_changed", "user", user_id, {"old": {"kind": person.kind}, "new": {"kind": role}})
    return True


def _lock(ctx: Context, user_ids: Collection[int]) -> list[_Person]:
    """Return the accounts as they are now, locked."""
    requested = set(user_ids)
    columns = (User.id, User.kind, User.status, User.login_name, User.email, User.real_name)
    statement = locking(select(*columns).where(_among(requested)), User, Hold.WRITE)
    found = [_Person(*row) for row in ctx.session.execute(statement)]
    if not found or len(found) != len(requested):
        raise NotFound(msg("没有找到这个用户"))
    return found


def _write(ctx: Context, people: Sequence[_Person], values: dict[str, object]) -> None:
    statement = update(User).where(_among({person.id for person in people})).values(values)
    ctx.session.execute(statement, execution_options={"synchronize_session": False})


def _among(user_ids: Collection[int]) -> ColumnElement[bool]:
    """Return a condition with one array instead of a parameter for each id: a whole school may be meant."""
    return User.id == any_(literal(list(user_ids), ARRAY(BigInteger)))


def _note(ctx: Context, action: str, people: Sequence[_Person]) -> None:
    """Write one audit row for one person; for many people, one row that names them all."""
    if len(people) == 1:
        record(ctx, action, "user", people[0].id)
    elif people:
        record(
            ctx, action, "user", None, {"count": len(people), "user_ids": [person.id for person in people]}
        )
