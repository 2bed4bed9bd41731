"""「上线」 and 「下线」 of a course at a school, and its answer to an offer: 「拒绝」, 「重新考虑」 (manual 7.3)."""

from __future__ import annotations

from sqlalchemy import delete, select

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import CourseOffering, LicenceAnswer
from app.rules.offerings.publication import Move, OfferingStatus, missing_for_online, next_status
from app.rules.permissions import Action
from app.services.offerings.public import publish_state
from app.services.offerings.read import lacks_teacher, offering_to_edit
from app.services.registrations.seats import promote_waiting
from app.services.shared.audit import record

REASON_LENGTH = 500


class NotReady(Conflict):
    """「上线」 is refused; ``missing`` lists what is to be done first."""

    def __init__(self, missing: list[Message]) -> None:
        super().__init__(missing[0])
        self.missing = missing


def put_online(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「上线」: show the course to the school's students.

    Raises:
        Conflict: it is online already.
        NotReady: dates are missing or the licence has ended.
        NotFound: no such course here.
    """
    return _move(ctx, offering_id, Move.PUT_ONLINE)


def take_offline(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「下线」: hide the course; registrations stay.

    Raises:
        Conflict: it is not online.
        NotFound: no such course here.
    """
    return _move(ctx, offering_id, Move.TAKE_OFFLINE)


def decline_offer(ctx: Context, *, offering_id: int, reason: str) -> CourseOffering:
    """「拒绝」: the school does not want a course that was licensed to it; the secretariat reads why.

    Raises:
        Conflict: it is not 待提交, or another term of the course is or was in use.
        Invalid: no reason (field ``reason``), or too long.
        NotFound: no such alliance course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.DECLINE_LICENCE)
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("reason", msg("请填写拒绝的原因"))
    if len(reason) > REASON_LENGTH:
        raise Invalid("reason", msg("超过 %(limit)s 个字符", limit=REASON_LENGTH))
    licence = offering.licence
    if licence is None:
        raise NotFound(msg("没有找到这门课程"))
    others = select(CourseOffering.id).where(
        CourseOffering.licence_id == licence.id, CourseOffering.id != offering.id
    )
    if ctx.session.scalar(others.limit(1)) is not None:
        raise Conflict(msg("该课程还有其他学期的开课，不能拒绝；不再使用时请「下线」"))
    offering.status = next_status(OfferingStatus(offering.status), Move.DECLINE)
    ctx.session.add(
        LicenceAnswer(
            licence_id=licence.id,
            licensor_id=licence.licensor_id,
            reason=reason,
            answered_by_name=ctx.actor.name,
            answered_at=ctx.now(),
        )
    )
    ctx.session.flush()
    record(ctx, "offering.declined", "offering", offering_id, {"reason": reason})
    return offering


def reconsider_offer(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「重新考虑」: a declined course is 待提交 again, and the answer is taken back.

    Raises:
        Conflict: it was not declined.
        NotFound: no such course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.DECLINE_LICENCE)
    offering.status = next_status(OfferingStatus(offering.status), Move.RECONSIDER)
    ctx.session.execute(delete(LicenceAnswer).where(LicenceAnswer.licence_id == offering.licence_id))
    ctx.session.flush()
    record(ctx, "offering.reconsidered", "offering", offering_id)
    return offering


def _move(ctx: Context, offering_id: int, move: Move) -> CourseOffering:
    offering = offering_to_edit(ctx, offering_id, Action.PUBLISH_OFFERING)
    if offering.course_owner_id == ctx.school.id:
        raise Conflict(msg("本校慕课通过审核后自动上线，改为不通过即下线"))
    following = next_status(OfferingStatus(offering.status), move)
    if following is OfferingStatus.ONLINE:
        needed = lacks_teacher(ctx, offering)
        licensed = offering.is_licensed_on(ctx.today())
        missing = missing_for_online(offering.dates, licensed=licensed, teacher_missing=needed)
        if missing:
            raise NotReady(missing)
    offering.status = following
    publish_state(ctx, offering_ids=[offering_id])
    record(ctx, f"offering.{following}", "offering", offering_id)
    # Seats may have come free while it was hidden.
    promote_waiting(ctx, offering)
    return offering
