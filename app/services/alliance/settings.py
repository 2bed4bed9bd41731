"""The alliance's settings for its schools (联盟设置)."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.models import School
from app.rules.permissions import Action
from app.services.schools.directory import require_alliance
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require


def get_policy(ctx: Context) -> bool:
    """Return whether a course needs a 运营教师 (the 课程责任教师 of 教高〔2022〕1号) to go online.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require(ctx, Action.MANAGE_SCHOOLS)
    require_alliance(ctx)
    return ctx.session.scalars(
        select(School.requires_operating_teacher).where(School.id == ctx.school.id)
    ).one()


def set_policy(ctx: Context, *, requires_operating_teacher: bool) -> School:
    """Change the policy; courses that are online stay online.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    if get_policy(ctx) is requires_operating_teacher:
        return ctx.session.get_one(School, ctx.school.id)
    query = select(School).where(School.id == ctx.school.id)
    alliance = ctx.session.scalars(locking(query, School, Hold.WRITE)).one()
    alliance.requires_operating_teacher = requires_operating_teacher
    ctx.session.flush()
    record(
        ctx,
        "alliance.policy_set",
        "school",
        alliance.id,
        {"requires_operating_teacher": requires_operating_teacher},
    )
    return alliance
