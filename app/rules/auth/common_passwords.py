"""The check for common passwords: known words, famous numbers, dates, keyboard runs and repetitions."""

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
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_LONG = 16
_LONGEST_PIECE = 20
_LEAST_OWN = 2
_NUMBER_LIST = """
520 521 1314 2000 2008 2020 2021 2022 2023 2024 2025 2026 5201314 1314520 13145200 520520 52013145
7758521 7758258 77585210 11235813 31415926 314159265 19491001 20080808 12344321 123454321 1234554321
12345679 112233 11223344 1122334455 123123123 123321123 147147147 10101010 12121212 12301230 987654321
66668888 88886666 16881688 168168168 520131400 12345687 87654321
"""
_FAMOUS_NUMBERS = frozenset(_NUMBER_LIST.split())


def is_common(password: str) -> bool:
    """Return whether a password is among the first that an attacker tries.

    Args:
        password: in lower case.
    """
    return (
        len(set(password)) <= 2
        or _repeats(password)
        or _is_day(password)
        or _own_part(password) <= _LEAST_OWN
    )


def _repeats(password: str) -> bool:
    """Return whether the password repeats one short piece: 12341234, abcabcabc."""
    length = len(password)
    return length < _LONG and any(
        password == (password[:size] * length)[:length] for size in range(1, length // 2 + 1)
    )


def _is_day(password: str) -> bool:
    """Return whether the password is a date since 1900 and nothing else: 19900101."""
    return _DAY.fullmatch(password) is not None


def _own_part(password: str) -> int:
    """Count the characters that belong to no known word, famous number or keyboard run."""
    own = position = 0
    while position < len(password):
        size = max(_known_size(password, position), 1)
        if size == 1:
            own += 1
        position += size
    return own


def _known_size(password: str, position: int) -> int:
    rest = password[position : position + _LONGEST_PIECE]
    return next((size for size in range(len(rest), 1, -1) if _is_known(rest[:size])), 0)


def _is_known(piece: str) -> bool:
    if len(set(piece)) == 1 or piece in _STEMS or piece in _FAMOUS_NUMBERS:
        return True
    return len(piece) > 2 and any(piece in row or piece in row[::-1] for row in _KEYBOARD)
