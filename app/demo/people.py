"""The demo's people, written directly because they start with the demo's password."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select

from app.context import Context
from app.demo.schools import PASSWORD, DemoClass, DemoSchool, members
from app.models import Consent, SchoolClass, User
from app.rules.auth.consent import VERSION
from app.rules.shared.pinyin import pinyin_of
from app.services.classes.head_teachers import set_head_teacher
from app.services.classes.numbering import NewClass, create_classes
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import ID_NUMBER, seal
from app.services.shared.password_hashes import hash_password

NEWCOMER_NUMBER = "2026000"


def set_demo_password(ctx: Context, login: str) -> None:
    """Give a new account the demo's password, without a forced change."""
    user = ctx.session.scalars(select(User).where(User.login_name == login)).one()
    user.password_hash, user.must_change_password = _hashed(), False
    if not ctx.school.is_alliance:
        ctx.session.add(Consent(user_id=user.id, version=VERSION))
    ctx.session.flush()


def add_teachers(ctx: Context, school: DemoSchool) -> None:
    """Add the missing teachers, with the login names ``teacher1``, ``teacher2`` and so on."""
    for number, name in enumerate(school.teachers, start=1):
        _add(ctx, {"login_name": f"teacher{number}"}, kind="teacher", real_name=name)


def add_students(ctx: Context, school: DemoSchool) -> list[User]:
    """Add the missing classes and students, and return all students in order.

    Each class has the teacher with its number as head teacher; the last student of a class has never logged in.
    """
    students: list[User] = []
    for position, planned in enumerate(school.classes, start=1):
        class_id = _class_id(ctx, planned)
        _set_head_teacher(ctx, class_id, f"teacher{position}")
        for name in planned.students:
            number = f"{school.unit_code}{planned.entry_year}{len(students) + 1:03d}"
            last_login = (
                None if name is planned.students[-1] else ctx.now() - timedelta(days=1, hours=len(students))
            )
            values = {
                "class_id": class_id,
                "major": planned.major,
                "entry_year": planned.entry_year,
                "last_login_at": last_login,
            }
            students.append(_add(ctx, {"student_no": number}, kind="student", real_name=name, **values))
    return students


def add_newcomer(ctx: Context, school: DemoSchool) -> None:
    """Add the student who still has the initial password, derived from the ID number."""
    newcomer = members().newcomer
    user = _add(
        ctx,
        {"student_no": school.unit_code + NEWCOMER_NUMBER},
        kind="student",
        real_name=newcomer.name,
        password_hash=None,
        must_change_password=True,
    )
    if user.id_number_sealed is None:
        user.id_number_sealed, user.id_number_index = seal(
            ctx.vault, ctx.school.id, ID_NUMBER, user.id, newcomer.id_number
        )
        ctx.session.flush()


def _add(ctx: Context, key: dict[str, str], *, real_name: str, **values: Any) -> User:
    found = ctx.session.scalar(select(User).filter_by(**key))
    if found is not None:
        return found
    full, initials = pinyin_of(real_name)
    defaults = {"password_hash": _hashed(), "must_change_password": False}
    user = User(
        school_id=ctx.school.id,
        real_name=real_name,
        nickname=real_name,
        name_pinyin=full,
        name_initials=initials,
        **(key | defaults | values),
    )
    ctx.session.add(user)
    ctx.session.flush()
    if not user.must_change_password:
        ctx.session.add(Consent(user_id=user.id, version=VERSION))
    record(ctx, "user.created", "user", user.id, {"kind": user.kind})
    return user


def _class_id(ctx: Context, planned: DemoClass) -> int:
    same = select(SchoolClass.id).where(
        SchoolClass.name == planned.name, SchoolClass.entry_year == planned.entry_year
    )
    found = ctx.session.scalar(same)
    if found is not None:
        return found
    reserved = int(ctx.session.scalar(select(func.nextval("classes_id_seq"))) or 0)
    wanted = NewClass(reserved, planned.name, planned.entry_year, planned.major)
    class_id = create_classes(ctx, wanted=[wanted])[reserved]
    record(ctx, "class.created", "class", class_id, {"name": planned.name})
    return class_id


def _set_head_teacher(ctx: Context, class_id: int, login: str) -> None:
    if ctx.session.scalar(select(SchoolClass.head_teacher_id).where(SchoolClass.id == class_id)) is None:
        teacher_id = ctx.session.scalar(select(User.id).where(User.login_name == login))
        set_head_teacher(ctx, class_id=class_id, teacher_id=teacher_id)


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)
