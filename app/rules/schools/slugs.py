"""The slug of a school, the first label of its host name (本校二级域名)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.errors import Message, msg

SHORTEST = 2
LONGEST = 32

_SLUG = re.compile(r"[a-z](?:-?[a-z0-9])+")
_SUFFIXES = ("edu", "med", "spoc", "u")


def tidy_slug(text: str) -> str:
    """Return the text in lower case and without surrounding blanks."""
    return text.strip().lower()


def slug_problem(slug: str, *, reserved: Collection[str]) -> Message | None:
    """Return why a school cannot have this slug; ``None`` if it can, provided that the slug is free.

    The rule is stricter than DNS (RFC 1123): a slug begins with a letter and has no double hyphen, so that no slug
    looks like an encoded label (``xn--``).

    Args:
        slug: as returned by ``tidy_slug``.
        reserved: labels that are reserved for infrastructure.
    """
    if not SHORTEST <= len(slug) <= LONGEST:
        return msg("二级域名应为 %(shortest)s 至 %(longest)s 个字符", shortest=SHORTEST, longest=LONGEST)
    if not _SLUG.fullmatch(slug):
        return msg("二级域名只能包含小写字母、数字和连字符“-”，以字母开头，以字母或数字结尾")
    if slug in reserved:
        return msg("“%(slug)s”是系统保留的二级域名，不能使用", slug=slug)
    return None


def slug_candidates(wanted: str, pinyin: str, unit_code: str) -> Iterator[str]:
    """Yield slugs to suggest instead of a refused one, the best first.

    The caller has to check that a suggestion is allowed and free.

    Args:
        wanted: the slug that was refused.
        pinyin: the school's short name in pinyin.
        unit_code: the school's unit code, which is unique.
    """
    wanted = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-").lstrip("0123456789-")[: LONGEST - 8]
    roots = [root for root in (wanted, pinyin[: LONGEST - 8]) if root]
    yield from roots
    for root in roots:
        yield from (f"{root}-{suffix}" for suffix in _SUFFIXES)
        yield f"{root}{unit_code}"
        yield from (f"{root}{number}" for number in range(2, 10))
