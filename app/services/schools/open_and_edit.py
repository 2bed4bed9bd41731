"""Member schools for the secretariat: opening, editing, suspending, the logo, and the directory 联盟成员."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, Message, msg
from app.models import AuditEntry, School, User
from app.rules.permissions import Action
from app.rules.shared.pinyin import pinyin_of, pinyin_of_title
from app.services.media.clean import LOGO_SIZE, CleanImage, clean_image
from app.services.schools.directory import INFO_COLUMNS, get_member, require_alliance
from app.services.schools.profile import (
    NAME_LENGTH,
    SchoolProfile,
    check_profile,
    refused_when_taken,
    required_text,
)
from app.services.shared.audit import record
from app.services.shared.paging import Page, fetch_page
from app.services.shared.password_hashes import hash_password, make_one_time_password
from app.services.shared.refusals import unique
from app.services.shared.require_permission import require
from app.services.shared.search import school_matches
from tenants.registry import SchoolInfo

REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class OpenedSchool:
    """The data for the new school: its address, the administrator's login and a one-time password."""

    school: SchoolInfo
    admin_login: str
    one_time_password: str


def open_school(
    ctx: Context,
    *,
    name: str,
    short_name: str,
    slug: str,
    unit_code: str,
    accent: str,
    logo: bytes | None,
    admin_name: str,
    admin_login: str = "admin",
    timezone: str = "Asia/Shanghai",
) -> OpenedSchool:
    """Open a member school with its first administrator, in one transaction over both tenants.

    Args:
        name: the full name, e.g. 明德医科大学.
        short_name: for narrow places; blank for the beginning of the name.
        slug: the label of its address (本校二级域名).
        unit_code: five digits (单位代码), with which its 学号 begin.
        accent: ``#rrggbb``.
        logo: the picture's file; may be added later.
        admin_name: the administrator's real name.
        admin_login: the administrator's login name.
        timezone: IANA name.

    Raises:
        Invalid: with the field and the reason; nothing has been written.
        NotAllowed: the actor is not the secretariat.
    """
    require(ctx, Action.OPEN_SCHOOL)
    require_alliance(ctx)
    profile = check_profile(
        ctx,
        None,
        name=name,
        short_name=short_name,
        slug=slug,
        unit_code=unit_code,
        accent=accent,
        timezone=timezone,
    )
    admin_name = required_text("admin_name", admin_name, NAME_LENGTH, msg("请填写管理员姓名"))
    admin_login = required_text("admin_login", admin_login, NAME_LENGTH, msg("请填写管理员登录名")).lower()
    picture = clean_image(logo, size=LOGO_SIZE, field="logo") if logo is not None else None
    school = _insert(ctx, profile, picture)
    password = make_one_time_password()
    with ctx.within(school) as inner:
        administrator = _administrator(inner, admin_name, admin_login, password)
        record(inner, "school.opened", "school", school.id, {"slug": school.slug})
        record(inner, "user.created", "user", administrator.id, {"kind": "administrator"})
    record(ctx, "school.opened", "school", school.id, {"name": school.name, "slug": school.slug})
    return OpenedSchool(school, admin_login, password)


def edit_school(
    ctx: Context,
    *,
    school_id: int,
    name: str,
    short_name: str,
    slug: str,
    unit_code: str,
    accent: str,
    timezone: str,
) -> SchoolInfo:
    """Change the names, the address and the appearance of a school.

    The unit code cannot change once there are students: their numbers begin with it.

    Raises:
        Invalid: with the field and the reason.
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    school = get_member(ctx, school_id=school_id)
    profile = check_profile(
        ctx,
        school_id,
        name=name,
        short_name=short_name,
        slug=slug,
        unit_code=unit_code,
        accent=accent,
        timezone=timezone,
    )
    if profile.unit_code != school.unit_code and _has_students(ctx, school):
        raise Invalid("unit_code", msg("该校已有学生，学号以单位代码开头，不能再修改单位代码"))
    values = asdict(profile)
    changed = {field: value for field, value in values.items() if value != getattr(school, field)}
    if changed:
        full, initials = pinyin_of_title(profile.name)
        with unique(ctx, refused_when_taken(profile)):
            _update(ctx, school_id, **changed, name_pinyin=full, name_initials=initials)
        record(ctx, "school.edited", "school", school_id, {"changed": changed})
    return replace(school, **values)


def set_logo(ctx: Context, *, school_id: int, content: bytes) -> SchoolInfo:
    """Give a school another logo (PNG, JPEG, WebP or SVG).

    Raises:
        Invalid: the picture is refused (field ``logo``).
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    school = get_member(ctx, school_id=school_id)
    picture = clean_image(content, size=LOGO_SIZE, field="logo")
    _update(ctx, school_id, logo=picture.content, logo_sha=picture.sha)
    record(ctx, "school.logo_changed", "school", school_id, {"sha": picture.sha})
    return replace(school, logo_sha=picture.sha)


def suspend_school(ctx: Context, *, school_id: int, reason: str) -> SchoolInfo:
    """Close a school's host: everybody there reads a notice, nothing is lost.

    Args:
        reason: kept in the logs of both sides, at most 200 characters.

    Raises:
        Conflict: it is suspended already.
        Invalid: the reason is missing or too long.
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    reason = required_text("reason", reason, REASON_LENGTH, msg("请填写暂停的原因"))
    return _set_status(ctx, school_id, "suspended", msg("该校已暂停使用"), {"reason": reason})


def resume_school(ctx: Context, *, school_id: int) -> SchoolInfo:
    """Open a suspended school's host again.

    Raises:
        Conflict: it is not suspended.
        NotFound: there is no such school.
    """
    return _set_status(ctx, school_id, "active", msg("该校未被暂停"), {})


def last_suspension(ctx: Context, *, school_id: int) -> AuditEntry | None:
    """Return the latest suspension of a school: when, by whom, and the ``reason`` in its data."""
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    noted = select(AuditEntry).where(
        AuditEntry.action == "school.suspended", AuditEntry.object_id == school_id
    )
    return ctx.session.scalar(noted.order_by(AuditEntry.id.desc()).limit(1))


def list_schools(
    ctx: Context, *, text: str = "", status: str | None = None, page: int = 1
) -> Page[SchoolInfo]:
    """Return the secretariat's list of member schools, the newest first.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    query = select(*INFO_COLUMNS).where(School.kind == "member", school_matches(text))
    if status:
        query = query.where(School.status == status)
    return fetch_page(ctx.session, query.order_by(School.id.desc()), SchoolInfo, page=page)


def list_members(ctx: Context, text: str = "") -> list[SchoolInfo]:
    """Return the public directory 联盟成员, by pinyin, without suspended schools.

    Args:
        text: part of a name in Chinese or pinyin, or the beginning of initials, unit code or address; blank for all.
    """
    members = select(*INFO_COLUMNS).where(School.kind == "member", School.status == "active")
    members = members.where(school_matches(text))
    return [SchoolInfo(*row) for row in ctx.session.execute(members.order_by(School.name_pinyin, School.id))]


def get_school(ctx: Context, *, school_id: int) -> SchoolInfo:
    """Return a member school, for the secretariat.

    Raises:
        NotFound: there is no such school.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    return get_member(ctx, school_id=school_id)


def _insert(ctx: Context, profile: SchoolProfile, picture: CleanImage | None) -> SchoolInfo:
    full, initials = pinyin_of_title(profile.name)
    row = School(
        alliance_id=ctx.school.id,
        kind="member",
        status="active",
        name_pinyin=full,
        name_initials=initials,
        logo=picture.content if picture else None,
        logo_sha=picture.sha if picture else None,
        **asdict(profile),
    )
    with unique(ctx, refused_when_taken(profile)):
        ctx.session.add(row)
    return get_member(ctx, school_id=row.id)


def _administrator(inner: Context, name: str, login: str, password: str) -> User:
    full, initials = pinyin_of(name)
    user = User(
        school_id=inner.school.id,
        kind="administrator",
        login_name=login,
        real_name=name,
        nickname=name,
        name_pinyin=full,
        name_initials=initials,
        password_hash=hash_password(password),
        must_change_password=True,
    )
    inner.session.add(user)
    inner.session.flush()
    return user


def _has_students(ctx: Context, school: SchoolInfo) -> bool:
    with ctx.within(school) as inner:
        students = select(func.count()).select_from(User).where(User.kind == "student")
        return bool(inner.session.scalar(students))


def _update(ctx: Context, school_id: int, **values: object) -> None:
    ctx.session.execute(
        update(School).where(School.id == school_id, School.kind == "member").values(**values)
    )


def _set_status(
    ctx: Context, school_id: int, status: str, refusal: Message, facts: dict[str, str]
) -> SchoolInfo:
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    school = get_member(ctx, school_id=school_id)
    if school.status == status:
        raise Conflict(refusal)
    _update(ctx, school_id, status=status)
    action = "school.suspended" if status == "suspended" else "school.resumed"
    record(ctx, action, "school", school_id, facts)
    with ctx.within(school) as inner:
        record(inner, action, "school", school_id, facts)
    return replace(school, status=status)
