"""The error pages: maps refusals of the domain, errors of the tenancy and HTTP errors to their answers."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from app.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, TooManyTries
from app.extensions import login_manager
from app.web.shared.i18n import translated
from tenants.resolve import AllianceMissing, SuspendedSchool, UnknownSchool

log = logging.getLogger(__name__)

#: Refusals of the domain and their HTTP status; a subclass is found through its bases.
STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    NotAllowed: 404,  # a forbidden row is answered like one that does not exist
    Conflict: 409,
    Invalid: 422,
    TooManyTries: 429,
    DomainError: 400,
}

#: Statuses that have a page of their own; the others share the nearest.
PAGES = {400: "400", 403: "403", 404: "404", 413: "413", 429: "429", 500: "500", 503: "503"}


def _page(name: str, status: int, *, message: str | None = None, **values: object) -> Response:
    return make_response(render_template(f"errors/{name}.html", message=message, **values), status)


def install(app: Flask) -> None:
    """Register the handlers."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Response:
        status = next(STATUS[base] for base in type(error).__mro__ if base in STATUS)
        response = _page(PAGES.get(status, "400"), status, message=translated(error.message))
        if isinstance(error, TooManyTries):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(UnknownSchool)
    def unknown_school(_: UnknownSchool) -> Response:
        return _page("unknown_school", 404)

    @app.errorhandler(SuspendedSchool)
    def suspended(error: SuspendedSchool) -> Response:
        return _page("suspended", 403, suspended_school=error.school)

    @app.errorhandler(AllianceMissing)
    @app.errorhandler(RedisError)
    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    def unavailable(error: Exception) -> Response:
        log.error(
            "not available: %s %s: %s", request.method, request.path, type(error).__name__, exc_info=error
        )
        # Templates ask for the logged-in person, who is in Redis, too.
        g.setdefault("_login_user", login_manager.anonymous_user())
        response = _page("503", 503)
        response.headers["Retry-After"] = "10"
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        # Errors before a view is chosen (when the session is opened) arrive here wrapped.
        cause = getattr(error, "original_exception", None)
        if isinstance(cause, RedisError | OperationalError | InterfaceError):
            return unavailable(cause)
        status = error.code or 500
        if status < 400:
            return make_response(error.get_response())
        page = PAGES.get(status) or PAGES[400 if status < 500 else 500]
        response = _page(page, status)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        log.exception("unhandled: %s %s", request.method, request.path, exc_info=error)
        return _page("500", 500)
