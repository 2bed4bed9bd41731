"""Consent to the processing of personal data: asked once per version of the text."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.models import Consent
from app.rules.auth.consent import VERSION
from app.services.shared.audit import record
from app.services.shared.require_permission import acting_user_id


def has_consented(ctx: Context, *, user_id: int) -> bool:
    """Return whether this account has accepted the version in force."""
    accepted = select(Consent.id).where(Consent.user_id == user_id, Consent.version == VERSION)
    return ctx.session.scalar(accepted) is not None


def accept_consent(ctx: Context) -> None:
    """Record that the acting person has accepted the version in force; a second time changes nothing."""
    user_id = acting_user_id(ctx)
    values = {"school_id": ctx.school.id, "user_id": user_id, "version": VERSION, "accepted_at": ctx.now()}
    unless_there = insert(Consent).values(values).on_conflict_do_nothing()
    if ctx.session.scalar(unless_there.returning(Consent.id)) is not None:
        record(ctx, "consent.accepted", "user", user_id, {"version": VERSION})
