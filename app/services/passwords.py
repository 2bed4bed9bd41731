"""Passwords of accounts: the derived initial one, one-time ones, and the person's own."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, Message, NotFound, TooManyTries, msg
from app.models import User
from app.rules import passwords as rules
from app.rules.login import client_network
from app.services.access import acting_user_id
from app.services.audit import record
from app.services.first_passwords import first_password_opens
from app.services.login_limits import LoginLimits, LoginTry
from app.services.sealed import ID_NUMBER, MOBILE, unseal

#: argon2id with the parameters of OWASP's password storage sheet: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: 32 characters that are not mistaken for each other on paper; twelve of them hold 60 bits.
_ONE_TIME_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ONE_TIME_LENGTH = 12


class WeakPassword(Invalid):
    """A new password breaks rules; ``problems`` says which."""

    def __init__(self, problems: list[Message]) -> None:
        super().__init__("new_password", problems[0])
        self.problems = problems


def hash_password(password: str) -> str:
    """The argon2id hash under which a password is stored."""
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it takes as long and is wrong."""
    try:
        right = _HASHER.verify(stored or _nobodys_hash(), password[: rules.LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def make_one_time_password() -> str:
    """A random first password, for accounts whose holder gets it on paper or by voice: ``7KQM-X2HV-9RTA``."""
    drawn = "".join(secrets.choice(_ONE_TIME_CHARACTERS) for _ in range(_ONE_TIME_LENGTH))
    return "-".join(drawn[start : start + 4] for start in range(0, _ONE_TIME_LENGTH, 4))


def is_password_of(ctx: Context, user: User | None, password: str) -> bool:
    """Whether this is the account's password; always the work of one hash, also for nobody."""
    right = verify_password(user.password_hash if user is not None else None, password)
    first = first_password_opens(ctx, user, password)
    return right if user is None or user.password_hash is not None else first


def change_password(ctx: Context, *, current: str, new: str, limits: LoginLimits) -> str:
    """Give the acting person a password of his own.

    Returns:
        the stored hash, to which the sessions of the account are bound.

    Raises:
        Invalid: ``current_password`` is wrong.
        WeakPassword: the new one breaks a rule.
        TooManyTries: the current one was wrong too often.
    """
    user_id = acting_user_id(ctx)
    user = ctx.session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise NotFound(msg("没有这个账号"))
    _check_current(ctx, user, current, limits)
    problems = _problems_of(ctx, user, new)
    if new == current or (user.slip_digest and rules.slip_text(new) == rules.slip_text(current)):
        problems.append(msg("新密码不能与当前密码相同"))
    if problems:
        raise WeakPassword(problems)
    user.password_hash = hash_password(new)
    user.must_change_password = False
    user.failed_logins = 0
    user.slip_digest = user.slip_until = None
    record(ctx, "password.changed", "user", user.id)
    return user.password_hash


def _check_current(ctx: Context, user: User, current: str, limits: LoginLimits) -> None:
    attempt = LoginTry(
        secrets.token_hex(8), f"user-{user.id}", client_network(ctx.actor.address), None, ctx.now()
    )
    wait = limits.take(attempt)
    if wait:
        raise too_many_tries(wait)
    if not is_password_of(ctx, user, current):
        raise Invalid("current_password", msg("当前密码不正确"))
    limits.give_back(attempt)


def _problems_of(ctx: Context, user: User, new: str) -> list[Message]:
    names = [name for name in (user.student_no, user.email, user.login_name) if name]
    return rules.password_problems(
        new,
        initial=rules.initial_password(_id_number(ctx, user)),
        mobile=unseal(ctx.vault, ctx.school.id, MOBILE, user.id, user.mobile_sealed),
        birth_date=user.birth_date,
        school_name=ctx.school.name,
        login_names=names,
        own_names=[user.real_name, user.name_pinyin],
    )


def too_many_tries(wait: int) -> TooManyTries:
    """The refusal of a limit, ``wait`` in seconds."""
    return TooManyTries(
        msg("尝试次数过多，请 %(minutes)s 分钟后再试", minutes=-(-wait // 60)), retry_after=wait
    )


def _id_number(ctx: Context, user: User) -> str | None:
    return unseal(ctx.vault, ctx.school.id, ID_NUMBER, user.id, user.id_number_sealed)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex())
