"""The ``Context`` of a use case, built from the request."""

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
    """Return the time that requests give to the domain; tests set ``app.extensions["spoc_clock"]``."""
    clock = current_app.extensions.get("spoc_clock")
    return cast(datetime, clock()) if clock is not None else datetime.now(UTC)


def vault() -> Vault:
    """Return the keys of this installation."""
    return cast(Vault, current_app.extensions["spoc_vault"])


def request_school() -> SchoolInfo:
    """Return the school of the Host header."""
    return cast(SchoolInfo, g.school)


def request_actor() -> Actor:
    """Return the logged-in person, or an anonymous visitor with a student's rights and no account."""
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
    """Return the context of this request; it has one session, already in the request's school."""
    return _context(request_actor())


def public_context() -> Context:
    """Return this request's context as a visitor would have it, for content that must not depend on the reader."""
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
