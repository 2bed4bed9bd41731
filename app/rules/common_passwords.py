"""Passwords that everybody tries first, and the patterns they are made of."""

from __future__ import annotations

import re

_KEYBOARD = (
    "1234567890",
    "0987654321",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "poiuytrewq",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "147258369",
    "963852741",
    "741852963",
    "159357",
    "!@#$%^&*()",
)
_STEM_LIST = """
password passw0rd p@ssword p@ssw0rd passwort pass admin administrator root user guest test demo login
welcome hello iloveyou loveyou woaini woaiwojia woaiwo aini wodemima mima shezhimima nihao nihaoma baobao
laopo laogong lovelove sunshine princess dragon monkey master shadow football superman batman letmein secret
changeme default student teacher school xuexiao xuesheng laoshi daxue yixueyuan yikedaxue yixue yisheng
medical medicine hospital doctor china zhongguo beijing shanghai computer internet abc abcd abcde abcabc aaa
qwe qwer asd asdf zxc zxcv qaz qazwsx wsx woaini1314 tiantian mingtian xiaoming zhangsan lisi wangwu zhang
wang chen yang zhao huang liu spoc mooc muke xuexi
"""
_STEMS = frozenset(_STEM_LIST.split())
_TAILS = re.compile(r"[\d!@#$%^&*()_+.,?~ -]*")
_NUMBER_LIST = """
5201314 1314520 13145200 520520 52013145 7758521 7758258 77585210 11235813 31415926 314159265 19491001
20080808 12344321 123454321 1234554321 12345679 112233 11223344 1122334455 123123123 123321123 147147147
10101010 12121212 12301230 987654321 66668888 88886666 16881688 168168168 520131400 12345687 87654321
"""
_FAMOUS_NUMBERS = frozenset(_NUMBER_LIST.split())


def is_common(password: str) -> bool:
    """Whether a password is one of the first that a guesser tries.

    Args:
        password: in small letters.
    """
    return (
        len(set(password)) <= 2
        or _repeats(password)
        or password in _FAMOUS_NUMBERS
        or _is_stem_with_tail(password)
        or _is_keyboard_walk(password)
        or _is_year_day(password)
    )


def _repeats(password: str) -> bool:
    """123123123, abcabc: one short piece over and over."""
    return (
        any(
            password == (password[:size] * len(password))[: len(password)]
            for size in range(1, len(password) // 2 + 1)
        )
        and len(password) < 16
    )


def _is_stem_with_tail(password: str) -> bool:
    """password1, woaini1314, admin@123: a common word with digits and signs before or after it."""
    bare = password.lstrip("0123456789!@#$%^&*")
    word = re.match(r"[a-z@0]*[a-z]", bare)
    candidates = {bare[:end] for end in range(3, len(word[0]) + 1)} if word else set()
    return any(stem in _STEMS and _tail_is_thin(bare[len(stem) :]) for stem in candidates)


def _tail_is_thin(tail: str) -> bool:
    return _TAILS.fullmatch(tail) is not None and (
        len(tail) <= 4 or is_common(re.sub(r"\D", "", tail) or "0")
    )


def _is_keyboard_walk(password: str) -> bool:
    """qwertyui, 1qaz2wsx, 12345678, abcd1234: at most three straight walks over keys."""
    rest, walks = password, 0
    while rest:
        size = next((size for size in range(len(rest), 2, -1) if _straight(rest[:size])), 0)
        if not size or walks == 3:
            return False
        rest, walks = rest[size:], walks + 1
    return True


def _straight(piece: str) -> bool:
    return len(set(piece)) == 1 or any(piece in row or piece in row[::-1] for row in _KEYBOARD)


def _is_year_day(password: str) -> bool:
    """19900101: any date of the last hundred years, alone."""
    return re.fullmatch(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", password) is not None
