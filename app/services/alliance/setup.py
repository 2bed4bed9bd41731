"""Setup of the platform: the alliance as a tenant, and its first secretary."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, msg
from app.models import School, User
from app.rules.permissions import Action
from app.rules.schools.colours import parse_accent
from app.rules.shared.pinyin import pinyin_of, pinyin_of_title
from app.services.media.clean import LOGO_SIZE, clean_image
from app.services.schools.directory import require_alliance
from app.services.schools.profile import NAME_LENGTH, SHORT_NAME_LENGTH, required_text
from app.services.shared.audit import record
from app.services.shared.password_hashes import hash_password, make_one_time_password
from app.services.shared.require_permission import require
from tenants.registry import SchoolInfo

#: The alliance's own label and unit code; the label is reserved, so no school can take it.
SLUG = "alliance"
UNIT_CODE = "00000"


@dataclass(frozen=True, slots=True)
class NewSecretary:
    """A secretary's login and one-time password."""

    user_id: int
    login: str
    one_time_password: str


def provisional_alliance(school_id: int, *, timezone: str = "Asia/Shanghai") -> SchoolInfo:
    """Return the alliance before it exists, for the context of ``set_up_alliance``.

    Args:
        school_id: an id reserved from the sequence of ``schools``: the row must refer to itself when it is written.
    """
    return SchoolInfo(
        id=school_id, alliance_id=school_id, kind="alliance", slug=SLUG, unit_code=UNIT_CODE, name="", short_name="",
        accent="", timezone=timezone, status="active", logo_sha=None,
    )  # fmt: skip


def set_up_alliance(
    ctx: Context, *, name: str, short_name: str = "", accent: str = "#1f5eff", logo: bytes | None = None
) -> SchoolInfo:
    """Create the alliance's tenant under the id with which ``ctx`` was made.

    Raises:
        Conflict: there is an alliance already.
        Invalid: with the field and the reason.
    """
    require(ctx, Action.OPEN_SCHOOL)
    require_alliance(ctx)
    if ctx.session.scalar(select(func.count()).select_from(School).where(School.kind == "alliance")):
        raise Conflict(msg("联盟已经建立"))
    name = required_text("name", name, NAME_LENGTH, msg("请填写联盟名称"))
    short_name = short_name.strip() or name
    full, initials = pinyin_of_title(name)
    picture = clean_image(logo, size=LOGO_SIZE, field="logo") if logo is not None else None
    school = replace(
        ctx.school,
        name=name,
        short_name=short_name[:SHORT_NAME_LENGTH],
        accent=parse_accent(accent),
        logo_sha=picture.sha if picture else None,
    )
    values = {field: getattr(school, field) for field in SchoolInfo.__dataclass_fields__}
    ctx.session.add(
        School(**values, name_pinyin=full, name_initials=initials, logo=picture.content if picture else None)
    )
    ctx.session.flush()
    record(ctx, "alliance.set_up", "school", school.id, {"name": name})
    return school


def add_secretary(ctx: Context, *, name: str, login: str) -> NewSecretary:
    """Add a secretary to the alliance, with a one-time password.

    Raises:
        Conflict: the login name is taken.
        Invalid: with the field and the reason.
    """
    require(ctx, Action.OPEN_SCHOOL)
    require_alliance(ctx)
    name = required_text("admin_name", name, NAME_LENGTH, msg("请填写姓名"))
    login = required_text("admin_login", login, NAME_LENGTH, msg("请填写登录名")).lower()
    if ctx.session.scalar(select(User.id).where(User.login_name == login)) is not None:
        raise Conflict(msg("登录名“%(login)s”已被使用", login=login))
    password = make_one_time_password()
    full, initials = pinyin_of(name)
    user = User(
        school_id=ctx.school.id, kind="secretary", login_name=login, real_name=name, nickname=name, name_pinyin=full,
        name_initials=initials, password_hash=hash_password(password), must_change_password=True,
    )  # fmt: skip
    ctx.session.add(user)
    ctx.session.flush()
    record(ctx, "user.created", "user", user.id, {"kind": "secretary"})
    return NewSecretary(user.id, login, password)
