"""Logging in: find the account, check the limits, check the password, record the result."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from sqlalchemy import func, or_, select, update

from app.context import Actor, Context
from app.errors import Message, msg
from app.models import User
from app.rules.auth.login_limits import LIFETIME_FAILURES, client_network
from app.rules.auth.login_names import read_login_names
from app.rules.permissions import Role
from app.services.auth.initial_passwords import SLIP_GRACE, password_stamp, slip_opens
from app.services.auth.limit_port import LoginLimits, LoginTry
from app.services.auth.passwords import is_password_of, too_many_tries
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import MOBILE
from app.services.shared.password_hashes import hash_password, needs_rehash

#: The only answer to a failed login, whatever the reason.
LOGIN_FAILED: Message = msg("账号或密码不正确。若多次失败，请联系管理员重置密码。")


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device on which an account of this school has logged in before; ``mark`` identifies it."""

    user_id: int
    mark: str


@dataclass(frozen=True, slots=True)
class Account:
    """The data of an account that a session needs; ``password_hash`` binds it to the password that opened it.

    Before there is an own password it is the slip's stamp, so that a new slip ends the sessions of the old one.
    """

    id: int
    kind: str
    real_name: str
    nickname: str
    password_hash: str | None = field(repr=False)
    must_change_password: bool


def log_in(
    ctx: Context, *, account: str, password: str, limits: LoginLimits, device: KnownDevice | None = None
) -> Account | None:
    """Check the account and password. The caller commits either way: a failure is counted in the account's row.

    Args:
        account: 学号, phone, mail or login name, as typed.
        password: as typed.
        limits: the school's counters.
        device: from the client's device cookie; it keeps others' failures from locking its owner out.

    Returns:
        the account, or ``None``, to which ``LOGIN_FAILED`` is the only answer.

    Raises:
        TooManyTries: too many failures of this account at this client.
    """
    user = find_account(ctx, account)
    attempt = _attempt(ctx, user, account, device)
    wait = limits.take(attempt)
    if wait:
        raise too_many_tries(wait)
    right = is_password_of(ctx, user, password)
    if user is not None and right and _let_in(ctx, user, password):
        limits.give_back(attempt)
        acting = replace(ctx, actor=replace(_actor(user), school_id=ctx.school.id, address=ctx.actor.address))
        record(acting, "login.succeeded", "user", user.id)
        return _account(user)
    _count_failure(ctx, user)
    if not limits.note_failure(attempt):
        # When an address has many failures they are no longer recorded one by one: they would bury the log.
        record(ctx, "login.failed", "user", user.id if user is not None else None)
    return None


def find_account(ctx: Context, typed: str) -> User | None:
    """Return the account that the typed name means, disabled ones too; 学号 goes before phone, mail and login name."""
    names = read_login_names(typed)
    index = ctx.vault.blind_index(ctx.school.id, MOBILE, names.mobile or "")
    conditions = [
        User.student_no.in_(names.codes),
        User.login_name.in_(names.codes),
        User.mobile_index == index,
    ]
    if names.email is not None:
        conditions.append(User.email == names.email)

    def rank(user: User) -> tuple[int, int]:
        if user.student_no in names.codes:
            return 0, names.codes.index(user.student_no)
        if user.mobile_index == index:
            return 1, 0
        if user.email is not None and user.email == names.email:
            return 2, 0
        return 3, names.codes.index(user.login_name or "")

    return min(ctx.session.scalars(select(User).where(or_(*conditions))), key=rank, default=None)


def load_account(ctx: Context, *, user_id: int) -> Account | None:
    """Return the account of an open session, ``None`` when it is deleted or disabled."""
    user = ctx.session.execute(
        select(
            User.id, User.kind, User.real_name, User.nickname, User.password_hash, User.must_change_password,
            User.slip_digest,
        ).where(User.id == user_id, User.status == "active")
    ).first()  # fmt: skip
    if user is None:
        return None
    stamp = password_stamp(user.password_hash, user.slip_digest)
    return Account(user.id, user.kind, user.real_name, user.nickname, stamp, user.must_change_password)


def _attempt(ctx: Context, user: User | None, typed: str, device: KnownDevice | None) -> LoginTry:
    if user is not None:
        subject = f"user-{user.id}"
    else:
        # Redis must not receive the typed text: it may be somebody's phone, or a password in the wrong field.
        subject = "typed-" + ctx.vault.blind_index(ctx.school.id, "login", typed.strip()).hex()
    device_mark = (
        device.mark if device is not None and user is not None and device.user_id == user.id else None
    )
    return LoginTry(secrets.token_hex(8), subject, client_network(ctx.actor.address), device_mark, ctx.now())


def _let_in(ctx: Context, user: User, password: str) -> bool:
    """Record the login in the row, unless the row forbids it: disabled, or too many failures before an own password.

    The condition is part of the statement: parallel attempts get through no more often than sequential ones.
    ``updated_at`` stays: a login is no change of the person's data.
    """
    statement = update(User).where(User.id == user.id, User.status == "active")
    values: dict[str, object] = {"last_login_at": ctx.now(), "updated_at": User.updated_at}
    if user.password_hash is None:
        statement = statement.where(User.password_hash.is_(None))
        if slip_opens(ctx, user, password):
            # Sixty random bits need no cap; the remaining life of the slip is for choosing an own password.
            statement = statement.where(User.slip_digest == user.slip_digest)
            values["slip_until"] = func.least(User.slip_until, ctx.now() + SLIP_GRACE)
        else:
            statement = statement.where(User.failed_logins < LIFETIME_FAILURES)
    else:
        statement = statement.where(User.password_hash == user.password_hash)
        if needs_rehash(user.password_hash):
            values["password_hash"] = hash_password(password)
    found = ctx.session.execute(
        statement.values(values).returning(User.id), execution_options={"synchronize_session": False}
    ).first()
    if found is not None:
        ctx.session.refresh(user)
    return found is not None


def _count_failure(ctx: Context, user: User | None) -> None:
    # The same statement for every failure: an existing account must not take longer than a missing one.
    statement = (
        update(User)
        .where(User.id == (user.id if user is not None else 0))
        .where(User.password_hash.is_(None), User.failed_logins < LIFETIME_FAILURES)
        .values(failed_logins=User.failed_logins + 1, updated_at=User.updated_at)
    )
    ctx.session.execute(statement, execution_options={"synchronize_session": False})


def _actor(user: User) -> Actor:
    return Actor(role=Role(user.kind), name=user.real_name, user_id=user.id)


def _account(user: User) -> Account:
    must_change = user.must_change_password or user.password_hash is None
    stamp = password_stamp(user.password_hash, user.slip_digest)
    return Account(user.id, user.kind, user.real_name, user.nickname, stamp, must_change)
