"""The label of a school's address (本校二级域名)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.errors import Message, msg

SHORTEST = 2
LONGEST = 32

_SLUG = re.compile(r"[a-z](?:-?[a-z0-9])+")
_SUFFIXES = ("edu", "med", "spoc", "u")


def tidy_slug(text: str) -> str:
    """What the person meant: lower-case, no blanks around."""
    return text.strip().lower()


def slug_problem(slug: str, *, reserved: Collection[str]) -> Message | None:
    """Say why a school cannot have this label; ``None`` when it can, were it free.

    Stricter than DNS asks for (RFC 1123): it begins with a letter and has no doubled hyphen, so that no label
    looks like an encoded one (``xn--``).

    Args:
        slug: as ``tidy_slug`` left it.
        reserved: labels kept for infrastructure.
    """
    if not SHORTEST <= len(slug) <= LONGEST:
        return msg("二级域名应为 %(shortest)s 至 %(longest)s 个字符", shortest=SHORTEST, longest=LONGEST)
    if not _SLUG.fullmatch(slug):
        return msg("二级域名只能包含小写字母、数字和连字符“-”，以字母开头，以字母或数字结尾")
    if slug in reserved:
        return msg("“%(slug)s”是系统保留的二级域名，不能使用", slug=slug)
    return None


def slug_candidates(typed: str, pinyin: str, unit_code: str) -> Iterator[str]:
    """Labels to offer instead of a refused one, best first; not all of them are good, and none was looked up.

    Args:
        typed: what was asked for.
        pinyin: the school's short name in pinyin.
        unit_code: the school's unit code, unique by itself.
    """
    typed = re.sub(r"[^a-z0-9]+", "-", typed.lower()).strip("-").lstrip("0123456789-")[: LONGEST - 8]
    roots = [root for root in (typed, pinyin[: LONGEST - 8]) if root]
    yield from roots
    for root in roots:
        yield from (f"{root}-{suffix}" for suffix in _SUFFIXES)
        yield f"{root}{unit_code}"
        yield from (f"{root}{number}" for number in range(2, 10))
