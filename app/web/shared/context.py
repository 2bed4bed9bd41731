"""From a request to the ``Context`` of a use case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from flask import current_app, g, request
from flask_login import current_user

from app.context import Actor, Context
from app.jobs import Enqueue
from app.rules.permissions import Role
from app.vault import Vault
from tenants.db import db
from tenants.registry import SchoolInfo


def now() -> datetime:
    """The clock that requests hand to the domain; tests set ``app.extensions["spoc_clock"]``."""
    clock = current_app.extensions.get("spoc_clock")
    return cast(datetime, clock()) if clock is not None else datetime.now(UTC)


def vault() -> Vault:
    """The keys of this installation."""
    return cast(Vault, current_app.extensions["spoc_vault"])


def request_school() -> SchoolInfo:
    """The school that the Host header named."""
    return cast(SchoolInfo, g.school)


def request_actor() -> Actor:
    """The person who is logged in, or an anonymous visitor with a student's rights and no account."""
    if not current_user.is_authenticated:
        return _visitor()
    return Actor(
        role=Role(current_user.kind),
        name=current_user.real_name,
        user_id=current_user.id,
        school_id=request_school().id,
        address=request.remote_addr,
    )


def _visitor() -> Actor:
    return Actor(role=Role.STUDENT, name="anonymous", address=request.remote_addr)


def request_context() -> Context:
    """The context of this request; one session, already in the request's school."""
    return _context(request_actor())


def public_context() -> Context:
    """This request's context as a visitor would have it, for what must hold nothing of the reader."""
    return _context(_visitor())


def _context(actor: Actor) -> Context:
    return Context(
        session=db.session(),
        school=request_school(),
        actor=actor,
        now=now,
        enqueue=cast(Enqueue, current_app.extensions["spoc_enqueue"]),
        vault=vault(),
    )
