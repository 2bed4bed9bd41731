"""Signatures of the links that confirm a mail address: a claim in the path for one school, person and address."""

from __future__ import annotations

from dataclasses import astuple

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from app.services.me.email_confirmation import EmailClaim


def link_of(claim: EmailClaim) -> str:
    """Return the path of the page that confirms this claim."""
    return url_for("email.ask", token=_signer().dumps(astuple(claim)))


def claim_of(token: str) -> EmailClaim | None:
    """Return the claim of a link, ``None`` if the signature is not ours."""
    try:
        school_id, user_id, email, before, expires = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return EmailClaim(int(school_id), int(user_id), str(email), str(before), int(expires))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="email-link")
