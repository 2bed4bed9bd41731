"""Visits of the secretariat: their start, their end, and the acts that a visitor may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Notice, SupportVisit, User
from app.rules.permissions import Role
from app.services.alliance.visit_lists import get_visit, list_visits
from app.services.alliance.visits import (
    LINK_LIFETIME,
    LONGEST,
    OfferedVisit,
    begin_visit,
    end_visit,
    find_offer,
    get_running,
    leave,
    offer_visit,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW

MakeCtx = Callable[..., Context]
REASON = "应管理员请求，协助设置报名时间"


@pytest.fixture
def secretary(make_user: Callable[..., User], alliance: SchoolInfo) -> User:
    """A secretary with an account."""
    return make_user(alliance, "secretary", real_name="林静")


@pytest.fixture
def offered(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, secretary: User) -> OfferedVisit:
    """A visit to the school whose link has not been followed."""
    with unit_of_work(make_ctx(alliance, Role.SECRETARY, user=secretary)) as ctx:
        return offer_visit(ctx, school_id=school.id, reason=f"  {REASON} ")


@pytest.fixture
def begun(make_ctx: MakeCtx, school: SchoolInfo, offered: OfferedVisit) -> int:
    """The same, begun."""
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx:
        return begin_visit(ctx, token=offered.token)


def _begin(ctx: Context, offered: OfferedVisit) -> int:
    with unit_of_work(ctx):
        return begin_visit(ctx, token=offered.token)


def test_the_link_works_once_and_keeps_nothing_but_a_digest(
    make_ctx: MakeCtx, school: SchoolInfo, offered: OfferedVisit
) -> None:
    stored = make_ctx(school).session.scalars(select(SupportVisit)).one()
    assert stored.token_digest is not None
    assert offered.token.encode() not in stored.token_digest
    assert find_offer(make_ctx(school, Role.STUDENT), token=offered.token).reason == REASON
    visit_id = _begin(make_ctx(school, Role.STUDENT), offered)
    assert visit_id == offered.visit_id
    with pytest.raises(NotFound):
        _begin(make_ctx(school, Role.STUDENT), offered)


def test_the_link_opens_no_other_school(
    make_ctx: MakeCtx, alliance: SchoolInfo, other_school: SchoolInfo, offered: OfferedVisit
) -> None:
    for elsewhere in (other_school, alliance):
        with pytest.raises(NotFound):
            _begin(make_ctx(elsewhere, Role.STUDENT), offered)


def test_the_link_is_good_for_two_minutes(
    make_ctx: MakeCtx, school: SchoolInfo, offered: OfferedVisit
) -> None:
    with pytest.raises(NotFound):
        _begin(make_ctx(school, Role.STUDENT, now=NOW + LINK_LIFETIME), offered)
    _begin(make_ctx(school, Role.STUDENT, now=NOW + LINK_LIFETIME - timedelta(seconds=1)), offered)


def test_a_visit_ends_by_itself_after_an_hour(make_ctx: MakeCtx, school: SchoolInfo, begun: int) -> None:
    last = NOW + LONGEST - timedelta(seconds=1)
    running = get_running(make_ctx(school, now=last), visit_id=begun)
    assert running is not None
    assert running.name == "秘书处 · 林静"
    assert get_running(make_ctx(school, now=NOW + LONGEST), visit_id=begun) is None


def test_an_offer_is_no_visit_and_no_other_schools_visit_is_ours(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, offered: OfferedVisit
) -> None:
    assert get_running(make_ctx(school), visit_id=offered.visit_id) is None
    _begin(make_ctx(school, Role.STUDENT), offered)
    assert get_running(make_ctx(other_school), visit_id=offered.visit_id) is None
    assert get_running(make_ctx(school), visit_id=offered.visit_id) is not None


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"kind": "administrator"}])
def test_it_ends_with_the_secretarys_account(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    secretary: User,
    begun: int,
    change: dict[str, str],
) -> None:
    with school_scope(alliance.id) as session:
        row = session.scalars(select(User).where(User.id == secretary.id)).one()
        for name, value in change.items():
            setattr(row, name, value)
        session.commit()
    assert get_running(make_ctx(school), visit_id=begun) is None


def test_the_school_sees_it_and_ends_it(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
    offered: OfferedVisit,
) -> None:
    administrator = make_user(school, "administrator")
    make_user(school, "teacher")
    _begin(make_ctx(school, Role.STUDENT), offered)
    notices = make_ctx(school).session.scalars(select(Notice)).all()
    assert [notice.user_id for notice in notices] == [administrator.id]
    assert REASON in str(notices[0].body)
    (row,) = list_visits(make_ctx(school)).rows
    assert (row.secretary_name, row.reason, row.state) == ("林静", REASON, "running")
    assert list_visits(make_ctx(other_school)).rows == ()
    secretary = make_ctx(alliance, Role.SECRETARY)
    pages = range(1, list_visits(secretary).pages + 1)
    seen = [one for page in pages for one in list_visits(secretary, page=page).rows if one.id == row.id]
    assert [one.school_name for one in seen] == [school.name]
    with pytest.raises(NotFound):
        end_visit(make_ctx(other_school), visit_id=row.id)
    with unit_of_work(make_ctx(school)) as ctx:
        end_visit(ctx, visit_id=row.id)
    assert get_running(make_ctx(school), visit_id=row.id) is None
    with pytest.raises(Conflict):
        end_visit(make_ctx(school), visit_id=row.id)
    shown, acts = get_visit(make_ctx(school), visit_id=row.id)
    assert shown.state == "ended"
    assert [entry.action for entry in acts] == ["visit.started"]


def test_an_offer_that_the_school_ends_cannot_be_followed(
    make_ctx: MakeCtx, school: SchoolInfo, offered: OfferedVisit
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        end_visit(ctx, visit_id=offered.visit_id)
    with pytest.raises(NotFound):
        _begin(make_ctx(school, Role.STUDENT), offered)


def test_leaving_ends_it_once(make_ctx: MakeCtx, school: SchoolInfo, begun: int) -> None:
    ctx = make_ctx(school, Role.VISITOR)
    assert leave(ctx, visit_id=begun)
    assert not leave(ctx, visit_id=begun)


def test_every_step_is_noted(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, secretary: User, begun: int
) -> None:
    at_home = make_ctx(alliance).session.scalars(
        select(AuditEntry).where(AuditEntry.action == "visit.offered", AuditEntry.object_id == school.id)
    )
    assert [entry.data["reason"] for entry in at_home] == [REASON]
    noted = select(AuditEntry).where(AuditEntry.object_type == "visit").order_by(AuditEntry.id)
    entries = make_ctx(school).session.scalars(noted).all()
    assert [(entry.action, entry.actor_name, entry.actor_id) for entry in entries] == [
        ("visit.offered", "林静", secretary.id),
        ("visit.started", "秘书处 · 林静", None),
    ]


@pytest.mark.parametrize("reason", ["", "   ", "看看", "长" * 501])
def test_a_reason_is_asked_for(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, secretary: User, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        offer_visit(make_ctx(alliance, Role.SECRETARY, user=secretary), school_id=school.id, reason=reason)
    assert refused.value.field == "reason"


def test_who_may_not_enter(
    make_ctx: MakeCtx,
    make_school: Callable[..., SchoolInfo],
    alliance: SchoolInfo,
    school: SchoolInfo,
    secretary: User,
    make_user: Callable[..., User],
) -> None:
    with pytest.raises(NotAllowed):
        offer_visit(make_ctx(alliance, Role.OPERATOR), school_id=school.id, reason=REASON)
    with pytest.raises(NotAllowed):
        offer_visit(
            make_ctx(school, user=make_user(school, "administrator")), school_id=school.id, reason=REASON
        )
    ctx = make_ctx(alliance, Role.SECRETARY, user=secretary)
    with pytest.raises(NotFound):
        offer_visit(ctx, school_id=alliance.id, reason=REASON)
    with pytest.raises(Conflict):
        offer_visit(ctx, school_id=make_school(status="suspended").id, reason=REASON)
