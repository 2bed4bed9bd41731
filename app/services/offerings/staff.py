"""The staff of an offering (教师设置, manual 7.2): exactly one 运营教师, any number of 助教."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import Course, CourseOffering, OfferingAssistant, User
from app.rules.permissions import Action
from app.services.messages.notices import News, notify_many
from app.services.offerings.read import get_school_course, offering_to_edit
from app.services.shared.audit import record
from app.services.shared.paging import Page, fetch_page
from app.services.shared.search import words

#: Kinds of accounts that can run a course: 本校教师 and, where a school has few, its administrators.
STAFF_KINDS = ("teacher", "administrator")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A teacher in 教师设置; ``status`` says whether the account is still in use."""

    id: int
    real_name: str
    login_name: str | None
    kind: str
    status: str
    operates: bool
    assists: bool


def list_staff(ctx: Context, *, offering_id: int) -> Sequence[StaffMember]:
    """Return the staff: the 运营教师 first, then the assistants by name.

    Raises:
        NotFound: no such course here.
    """
    offering = get_school_course(ctx, offering_id=offering_id).offering
    operates, assists = _roles(offering)
    rows = ctx.session.execute(
        _members(operates, assists)
        .where(or_(operates, assists))
        .order_by(case((operates, 0), else_=1), *_BY_NAME)
    )
    return [StaffMember(*row) for row in rows]


def find_teachers(ctx: Context, *, offering_id: int, text: str = "", page: int = 1) -> Page[StaffMember]:
    """Return the school's active teachers and administrators (「现有用户」), the staff of the course marked.

    Args:
        text: words that must all be found in name, pinyin, initials, login name or mail.

    Raises:
        NotFound: no such course here.
    """
    offering = get_school_course(ctx, offering_id=offering_id).offering
    operates, assists = _roles(offering)
    names = (User.real_name, User.name_pinyin, User.name_initials, User.login_name, User.email)
    in_use = (User.kind.in_(STAFF_KINDS), User.status == "active")
    listed = _members(operates, assists).where(*in_use, words(text, *names)).order_by(*_BY_NAME)
    return fetch_page(ctx.session, listed, StaffMember, page=page)


def set_operating_teacher(ctx: Context, *, offering_id: int, user_id: int) -> CourseOffering:
    """Set the 运营教师 in place of the present one (「指定运营教师」); they are notified, and cease to be an assistant.

    Raises:
        Invalid: ``operating_teacher``: no active teacher of this school.
        NotFound: no such course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.ASSIGN_STAFF)
    if offering.operating_teacher_id == user_id:
        return offering
    teacher = _usable(ctx, [user_id])
    if not teacher:
        raise Invalid("operating_teacher", msg("请选择一位在用的本校教师"))
    offering.operating_teacher_id = user_id
    ctx.session.execute(delete(OfferingAssistant).where(*_assistant(offering_id, user_id)))
    ctx.session.flush()
    record(ctx, "offering.operating_teacher_set", "offering", offering_id, {"teacher": teacher[user_id]})
    title = _title(ctx, offering)
    body = msg("您已被指定为课程“%(title)s”的运营教师，可以在教师端管理该课程。", title=title)
    _tell(ctx, offering_id, [user_id], msg("您已成为运营教师"), body)
    return offering


def add_assistants(ctx: Context, *, offering_id: int, user_ids: Sequence[int]) -> int:
    """Add assistants (「关联本校教师」 → 「现有用户」 → 「助教」 → 保存) and notify the new ones.

    Returns:
        the number of new assistants.

    Raises:
        Conflict: the 运营教师 was ticked.
        Invalid: ``assistants``: nobody was ticked, or somebody who is no active teacher of this school.
        NotFound: no such course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.ASSIGN_STAFF)
    chosen_ids = set(user_ids)
    if not chosen_ids:
        raise Invalid("assistants", msg("请至少勾选一位教师"))
    names = _usable(ctx, chosen_ids)
    if names.keys() != chosen_ids:
        raise Invalid("assistants", msg("请选择在用的本校教师"))
    if offering.operating_teacher_id in chosen_ids:
        name = names[offering.operating_teacher_id]
        raise Conflict(msg("%(name)s 已是该课程的运营教师，无需再设为助教", name=name))
    adding = insert(OfferingAssistant).on_conflict_do_nothing().returning(OfferingAssistant.user_id)
    rows = [
        {"school_id": ctx.school.id, "offering_id": offering_id, "user_id": user_id}
        for user_id in sorted(chosen_ids)
    ]
    added = ctx.session.scalars(adding, rows).all()
    if not added:
        return 0
    record(
        ctx,
        "offering.assistants_added",
        "offering",
        offering_id,
        {"assistants": [names[user_id] for user_id in added]},
    )
    title = _title(ctx, offering)
    body = msg("您已被设为课程“%(title)s”的助教，可以在教师端协助管理该课程。", title=title)
    _tell(ctx, offering_id, added, msg("您已成为助教"), body)
    return len(added)


def remove_assistant(ctx: Context, *, offering_id: int, user_id: int) -> str:
    """Remove an assistant from the course.

    Returns:
        the name of the assistant.

    Raises:
        NotFound: no such course here, or no such assistant.
    """
    offering_to_edit(ctx, offering_id, Action.ASSIGN_STAFF)
    removed = (
        delete(OfferingAssistant)
        .where(*_assistant(offering_id, user_id))
        .returning(OfferingAssistant.user_id)
    )
    if ctx.session.scalar(removed, execution_options={"synchronize_session": False}) is None:
        raise NotFound(msg("没有找到这位助教"))
    name = ctx.session.scalars(select(User.real_name).where(User.id == user_id)).one()
    record(ctx, "offering.assistant_removed", "offering", offering_id, {"assistants": [name]})
    return name


_BY_NAME = (User.name_pinyin, User.real_name, User.id)


def _roles(offering: CourseOffering) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    assists = exists().where(
        OfferingAssistant.school_id == User.school_id,
        OfferingAssistant.user_id == User.id,
        OfferingAssistant.offering_id == offering.id,
    )
    return User.id == (offering.operating_teacher_id or 0), assists


def _members(
    operates: ColumnElement[bool], assists: ColumnElement[bool]
) -> Select[int, str, str | None, str, str, bool, bool]:
    return select(
        User.id,
        User.real_name,
        User.login_name,
        User.kind,
        User.status,
        operates.label("op"),
        assists.label("ta"),
    )


def _assistant(offering_id: int, user_id: int) -> tuple[ColumnElement[bool], ...]:
    return OfferingAssistant.offering_id == offering_id, OfferingAssistant.user_id == user_id


def _usable(ctx: Context, user_ids: Sequence[int] | set[int]) -> dict[int, str]:
    rows = ctx.session.execute(
        select(User.id, User.real_name).where(
            and_(User.id.in_(user_ids), User.kind.in_(STAFF_KINDS), User.status == "active")
        )
    )
    return {row.id: row.real_name for row in rows}


def _title(ctx: Context, offering: CourseOffering) -> str:
    own = (Course.school_id == offering.course_owner_id, Course.id == offering.course_id)
    return ctx.session.scalars(select(Course.title).where(*own)).one()


def _tell(ctx: Context, offering_id: int, user_ids: Sequence[int], subject: Message, body: Message) -> None:
    readers = [user_id for user_id in user_ids if user_id != ctx.actor.user_id]
    notify_many(ctx, [News(readers, subject, body, f"/manage/offerings/{offering_id}/")])
