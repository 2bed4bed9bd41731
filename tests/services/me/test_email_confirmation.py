"""A mail address is proved by the link that is sent to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, TooManyTries
from app.models import Mail, User
from app.rules.permissions import Role
from app.services.me import email_confirmation as own_email
from app.services.me.email_confirmation import (
    LINK_HOURS,
    LINKS_AN_HOUR,
    EmailClaim,
    ask_for_email,
    confirm_email,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.rows import own_row

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def ask(ctx: Context, email: str) -> EmailClaim:
    """Ask for an address and read the link that is sent."""
    claims: list[EmailClaim] = []
    with unit_of_work(ctx):
        ask_for_email(ctx, email=email, link_for=lambda claim: claims.append(claim) or "/email/x")
    return claims[0]


def test_an_address_is_taken_over_by_its_link_once(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    claim = ask(me(), "Zhang@Example.com")
    assert (own_row(me()).email, own_row(me()).pending_email) == (None, "zhang@example.com")
    with school_scope(school.id) as session:
        mail = session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.template, mail.params["link"]) == (
        "zhang@example.com",
        "confirm_email",
        "/email/x",
    )
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx:
        assert confirm_email(ctx, claim=claim) == "zhang@example.com"
    assert (own_row(me()).email, own_row(me()).pending_email) == ("zhang@example.com", None)
    assert "email" in own_row(me()).edited_columns
    with pytest.raises(Conflict):
        confirm_email(make_ctx(school, Role.STUDENT), claim=claim)


def test_a_link_is_void_when_it_is_old_overtaken_given_up_or_of_another_school(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    first = ask(me(), "a@example.com")
    late = make_ctx(school, Role.STUDENT, now=NOW + timedelta(hours=LINK_HOURS, seconds=1))
    in_time = make_ctx(school, Role.STUDENT, now=NOW + timedelta(hours=LINK_HOURS, seconds=-1))
    assert own_email.is_open(in_time, first)
    assert not own_email.is_open(late, first)
    assert not own_email.is_open(make_ctx(other_school, Role.STUDENT), first)
    second = ask(me(), "b@example.com")
    assert not own_email.is_open(in_time, first)
    with unit_of_work(me()) as ctx:
        assert own_email.forget_pending_email(ctx)
    assert not own_email.is_open(in_time, second)
    with pytest.raises(Conflict):
        confirm_email(in_time, claim=second)


def test_an_address_that_was_taken_meanwhile_is_refused(
    me: Callable[..., Context], make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    claim = ask(me(), "a@example.com")
    make_user(school, email="a@example.com")
    with unit_of_work(make_ctx(school, Role.STUDENT)) as ctx, pytest.raises(Conflict):
        confirm_email(ctx, claim=claim)
    for wrong in ("a@example.com", "no address", ""):
        with pytest.raises(Invalid), unit_of_work(me()) as ctx:
            ask_for_email(ctx, email=wrong, link_for=lambda _: "/")


def test_links_are_not_sent_without_end(me: Callable[..., Context]) -> None:
    for number in range(LINKS_AN_HOUR):
        ask(me(), f"a{number}@example.com")
    with pytest.raises(TooManyTries):
        ask(me(), "again@example.com")
