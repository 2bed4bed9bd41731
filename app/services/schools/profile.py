"""The names, address and appearance of a school: checked before a school is opened or edited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.context import Context
from app.errors import DomainError, Invalid, Message, msg
from app.models import School
from app.rules.permissions import Action
from app.rules.schools.colours import parse_accent
from app.rules.schools.slugs import slug_candidates, slug_problem, tidy_slug
from app.rules.schools.unit_codes import tidy_unit_code, unit_code_problem
from app.rules.shared.pinyin import pinyin_of_title
from app.services.shared.require_permission import require
from tenants.reserved_labels import RESERVED_LABELS

NAME_LENGTH = 64
SHORT_NAME_LENGTH = 16

_KIND_OF_SCHOOL = re.compile(r"(?:中?医药?|医科|药科)?(?:大学|学院|医大)$")


@dataclass(frozen=True, slots=True)
class SchoolProfile:
    """The checked values, named like the columns of ``schools``."""

    name: str
    short_name: str
    slug: str
    unit_code: str
    accent: str
    timezone: str


@dataclass(frozen=True, slots=True)
class SlugVerdict:
    """Whether a label is available; if not, the reason and an available label instead."""

    slug: str
    problem: Message | None
    suggestion: str | None


class SlugRefused(Invalid):
    """The label is not available; ``suggestion`` is an available one, if one was found."""

    def __init__(self, message: Message, suggestion: str | None) -> None:
        super().__init__("slug", message)
        self.suggestion = suggestion


def check_profile(
    ctx: Context,
    school_id: int | None,
    *,
    name: str,
    short_name: str,
    slug: str,
    unit_code: str,
    accent: str,
    timezone: str,
) -> SchoolProfile:
    """Normalise and check the typed values.

    Args:
        school_id: the school to edit, ``None`` for a school to be opened.

    Raises:
        Invalid: with the field and the reason.
        SlugRefused: the same for the label, with one that is available.
    """
    name = required_text("name", name, NAME_LENGTH, msg("请填写学校名称"))
    short_name = " ".join(short_name.split()) or name[:SHORT_NAME_LENGTH]
    if len(short_name) > SHORT_NAME_LENGTH:
        raise Invalid("short_name", msg("超过 %(limit)s 个字符", limit=SHORT_NAME_LENGTH))
    unit_code = tidy_unit_code(unit_code)
    if problem := unit_code_problem(unit_code):
        raise Invalid("unit_code", problem)
    _check_zone(timezone)
    accent = parse_accent(accent)
    profile = SchoolProfile(name, short_name, tidy_slug(slug), unit_code, accent, timezone)
    if field := _doubled_field(ctx, profile, school_id):
        raise _double(profile, field)
    verdict = _judge(ctx, profile.slug, short_name, unit_code, school_id)
    if verdict.problem is not None:
        raise SlugRefused(verdict.problem, verdict.suggestion)
    return profile


def check_slug(
    ctx: Context, *, slug: str, name: str = "", unit_code: str = "", school_id: int | None = None
) -> SlugVerdict:
    """Return whether a label is available, for the form while a person types.

    Args:
        slug: the label as typed.
        name: the school's short name, from which a suggestion is made.
        unit_code: likewise.
        school_id: the school that is edited and may keep its label.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    return _judge(ctx, tidy_slug(slug), name, tidy_unit_code(unit_code), school_id)


def required_text(field: str, text: str, limit: int, missing: Message) -> str:
    """Return a line of text, blanks trimmed and collapsed.

    Raises:
        Invalid: empty or longer than ``limit`` characters.
    """
    text = " ".join(text.split())
    if not text:
        raise Invalid(field, missing)
    if len(text) > limit:
        raise Invalid(field, msg("超过 %(limit)s 个字符", limit=limit))
    return text


def refused_when_taken(profile: SchoolProfile) -> dict[str, DomainError]:
    """Return the refusals for ``unique``: a value taken meanwhile is refused like any duplicate."""
    return {
        "uq_schools_name": _double(profile, "name"),
        "uq_schools_unit_code": _double(profile, "unit_code"),
        "uq_schools_slug": SlugRefused(_taken(profile.slug), None),
    }


def _check_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid("timezone", msg("没有“%(zone)s”这个时区", zone=timezone)) from error


def _doubled_field(ctx: Context, profile: SchoolProfile, school_id: int | None) -> str | None:
    other_schools = select(School.name, School.unit_code).where(
        (School.unit_code == profile.unit_code) | (School.name == profile.name), School.id != (school_id or 0)
    )
    rows = ctx.session.execute(other_schools).all()
    if any(row.name == profile.name for row in rows):
        return "name"
    return "unit_code" if rows else None


def _double(profile: SchoolProfile, field: str) -> Invalid:
    if field == "name":
        return Invalid(field, msg("已有名为“%(name)s”的学校", name=profile.name))
    return Invalid(field, msg("单位代码 %(unit_code)s 已被其他学校使用", unit_code=profile.unit_code))


def _taken(slug: str) -> Message:
    return msg("二级域名“%(slug)s”已被其他学校使用", slug=slug)


def _judge(ctx: Context, slug: str, name: str, unit_code: str, school_id: int | None) -> SlugVerdict:
    problem = slug_problem(slug, reserved=RESERVED_LABELS)
    if problem is None and slug in _taken_slugs(ctx, [slug], school_id):
        problem = _taken(slug)
    if problem is None:
        return SlugVerdict(slug, None, None)
    pinyin = pinyin_of_title(_KIND_OF_SCHOOL.sub("", name) or name)[0]
    candidates = [
        candidate
        for candidate in dict.fromkeys(slug_candidates(slug, pinyin, unit_code))
        if slug_problem(candidate, reserved=RESERVED_LABELS) is None
    ]
    unavailable = _taken_slugs(ctx, candidates, school_id)
    free = next((candidate for candidate in candidates if candidate not in unavailable), None)
    return SlugVerdict(slug, problem, free)


def _taken_slugs(ctx: Context, slugs: list[str], school_id: int | None) -> set[str]:
    return set(
        ctx.session.scalars(select(School.slug).where(School.slug.in_(slugs), School.id != (school_id or 0)))
    )
