"""Passwords of accounts: checking and changing them."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, Message, NotFound, TooManyTries, msg
from app.models import User
from app.rules.auth.chosen_password import password_problems
from app.rules.auth.initial_password import initial_password, normalise_slip_password
from app.rules.auth.login_limits import client_network
from app.services.auth.initial_passwords import first_password_opens
from app.services.auth.limit_port import LoginLimits, LoginTry
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal
from app.services.shared.password_hashes import hash_password, verify_password
from app.services.shared.require_permission import acting_user_id


class WeakPassword(Invalid):
    """A new password breaks rules; ``problems`` lists them."""

    def __init__(self, problems: list[Message]) -> None:
        super().__init__("new_password", problems[0])
        self.problems = problems


def is_password_of(ctx: Context, user: User | None, password: str) -> bool:
    """Return whether this is the account's password; it always costs one hash, even without an account."""
    right = verify_password(user.password_hash if user is not None else None, password)
    first = first_password_opens(ctx, user, password)
    return right if user is None or user.password_hash is not None else first


def change_password(ctx: Context, *, current: str, new: str, limits: LoginLimits) -> str:
    """Set the acting person's own password.

    Returns:
        the stored hash, to which the sessions of the account are bound.

    Raises:
        Invalid: ``current_password`` is wrong.
        WeakPassword: the new password breaks a rule.
        TooManyTries: the current password was wrong too often.
    """
    user_id = acting_user_id(ctx)
    user = ctx.session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise NotFound(msg("没有这个账号"))
    _check_current(ctx, user, current, limits)
    problems = _problems_of(ctx, user, new)
    if new == current or (
        user.slip_digest and normalise_slip_password(new) == normalise_slip_password(current)
    ):
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
    return password_problems(
        new,
        initial=initial_password(_id_number(ctx, user)),
        mobile=unseal(ctx.vault, ctx.school.id, MOBILE, user.id, user.mobile_sealed),
        birth_date=user.birth_date,
        school_name=ctx.school.name,
        login_names=names,
        own_names=[user.real_name, user.name_pinyin],
    )


def too_many_tries(wait: int) -> TooManyTries:
    """Return the refusal of a limit, ``wait`` in seconds."""
    return TooManyTries(
        msg("尝试次数过多，请 %(minutes)s 分钟后再试", minutes=-(-wait // 60)), retry_after=wait
    )


def _id_number(ctx: Context, user: User) -> str | None:
    return unseal(ctx.vault, ctx.school.id, ID_NUMBER, user.id, user.id_number_sealed)
