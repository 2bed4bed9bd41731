"""First passwords, before people set their own: by the manual's rule, or from a credential slip.

A school chooses (``app.services.schools.settings``). Where it chose slips, the rule's passwords do not work, even for
accounts whose slip has not been printed yet. A slip is valid under either choice until it expires.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from app.context import Context
from app.errors import Message, msg
from app.models import SchoolSettings, User
from app.rules.auth.initial_password import initial_password, normalise_slip_password
from app.services.schools.settings import RANDOM, RULE, get_settings
from app.services.shared.encrypted_fields import open_id_number

#: The remaining life of a slip after its use: time to choose an own password, also after a lost connection.
SLIP_GRACE = timedelta(minutes=30)


def slip_digest(ctx: Context, user_id: int, password: str) -> bytes:
    """Return the keyed digest under which a slip's password is stored, bound to school and account (docs/adr/0007)."""
    return ctx.vault.blind_index(ctx.school.id, "slip", f"{user_id}|{normalise_slip_password(password)}")


def slip_opens(ctx: Context, user: User, typed: str) -> bool:
    """Return whether this is the password of the account's slip and the slip is still valid."""
    right = hmac.compare_digest(slip_digest(ctx, user.id, typed), user.slip_digest or b"")
    return right and user.slip_until is not None and ctx.now() < user.slip_until


def first_password_opens(ctx: Context, user: User | None, typed: str) -> bool:
    """Return whether this is the first password of the account; without an account, the database is queried as much."""
    by_rule = get_settings(ctx).initial_password == RULE
    if user is None:
        return False
    initial = initial_password(open_id_number(ctx, user))
    fits_rule = hmac.compare_digest(initial.encode(), typed.upper().encode())
    return slip_opens(ctx, user, typed) or (by_rule and fits_rule)


def password_stamp(password_hash: str | None, digest: bytes | None) -> str | None:
    """Return what binds a session to the password that opened it: the own password's hash, or else the slip's stamp."""
    return password_hash or (f"slip {digest.hex()}" if digest is not None else None)


def first_password_note(settings: SchoolSettings) -> Message:
    """Return a note on the first passwords that the school chose; for new and for reset accounts."""
    if settings.initial_password == RANDOM:
        return msg(
            "初始密码由系统随机生成，请到「密码条」打印后发给本人；在此之前账号无法登录，首次登录时须修改"
        )
    return msg("初始密码为身份证号后六位，没有身份证号的为 123456，首次登录时须修改")
