"""The security headers of every answer (CSP and others), and the same-origin check of unsafe requests."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from flask_login import current_user
from markupsafe import Markup

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def own_style(css: str) -> Markup:
    """Return a style element of ours, which the policy of this answer allows by its hash.

    A nonce would differ in every answer, and pages that are the same for many could not be cached.

    Args:
        css: the rules, which must not contain any user input.
    """
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    g.style_hashes = g.get("style_hashes", "") + f" 'sha256-{digest}'"
    return Markup("<style>{}</style>").format(Markup(css))  # noqa: S704


def install(app: Flask, *, https: bool) -> None:
    """Check unsafe requests before they are handled, and set the headers after every request."""

    @app.before_request
    def refuse_other_origins() -> None:
        # A sibling school's host is "same-site": its pages must not be able to post here either.
        if request.method in SAFE_METHODS:
            return
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site not in ("same-origin", "none"):
            abort(403)
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
            abort(403)

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy(g.get("style_hashes", "")))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-site")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in headers:
            person = "school" in g and current_user.is_authenticated
            headers["Cache-Control"] = "no-store" if person else "no-cache"
        return response


def _policy(style_hashes: str) -> str:
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'{style_hashes}; img-src 'self' data: blob:; "
        "media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
