"""The check of a password that a person chooses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.errors import Message, msg
from app.rules.auth.common_passwords import is_common

SHORTEST = 8
LONGEST = 128
#: The fewest characters that make a known part recognisable, and that must remain beside it.
_SIGNIFICANT = 4


def password_problems(
    new: str,
    *,
    initial: str,
    mobile: str | None = None,
    birth_date: date | None = None,
    school_name: str = "",
    login_names: Iterable[str] = (),
    own_names: Iterable[str] = (),
) -> list[Message]:
    """Return why a new password is not accepted; there are no composition rules (OWASP ASVS 5.0, 6.2.5).

    Args:
        new: the password that the person chose.
        initial: the account's initial password.
        mobile: the person's phone.
        birth_date: the person's birthday; all its usual spellings are refused.
        school_name: the name of the school, which everybody there knows.
        login_names: 学号, mail, login name.
        own_names: the person's names, in characters and in pinyin.
    Returns:
        The reasons as sentences; empty when the password is acceptable.
    """
    if len(new) < SHORTEST:
        return [msg("密码至少 %(length)s 个字符", length=SHORTEST)]
    if len(new) > LONGEST:
        return [msg("密码最多 %(length)s 个字符", length=LONGEST)]
    names = tuple(login_names)
    problems: list[Message] = []
    plain = new.strip().casefold()
    if not plain:
        return [msg("这个密码太常见，请换一个")]
    if _is_built_on(plain, [initial]):
        problems.append(msg("不能使用初始密码或在其上稍加改动"))
    if mobile and _is_built_on(plain, [mobile, mobile[-8:]]):
        problems.append(msg("不能使用自己的手机号"))
    if birth_date and _is_built_on(plain, _spellings(birth_date)):
        problems.append(msg("不能使用自己的出生日期"))
    if _is_built_on(plain, [*names, *(name.partition("@")[0] for name in names)]):
        problems.append(msg("不能使用自己的登录名"))
    if _is_built_on(plain, own_names):
        problems.append(msg("不能使用自己的姓名"))
    if _is_built_on(plain, [school_name]):
        problems.append(msg("不能使用学校名称"))
    if is_common(plain):
        problems.append(msg("这个密码太常见，请换一个"))
    return problems


def _is_built_on(plain: str, known: Iterable[str]) -> bool:
    """Return whether the password consists mostly of something that is known about its owner."""
    for value in known:
        part = value.strip().casefold()
        if len(part) >= _SIGNIFICANT and part in plain and len(plain) - len(part) < _SIGNIFICANT:
            return True
        if part and plain == part * (len(plain) // len(part)):
            return True
    return False


def _spellings(day: date) -> list[str]:
    return [
        day.strftime(form)
        for form in ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%y%m%d", "%d%m%Y", "%m%d%Y")
    ]
