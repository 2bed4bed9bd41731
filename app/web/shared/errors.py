"""The error pages: maps refusals of the domain, errors of the tenancy and HTTP errors to their answers."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound, TooManyTries
from app.extensions import login_manager
from app.web.shared.i18n import translated
from app.web.shared.safe_next import safe_next
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


def _page_of_the_form() -> str | None:
    """Return the path of the page that held the form, if it is a page of this host that can be fetched again."""
    try:
        sent_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    if sent_from.netloc != request.host or sent_from.path in ("/", "/login"):
        return None
    try:
        current_app.create_url_adapter(request).match(sent_from.path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return None
    return safe_next(sent_from._replace(scheme="", netloc="", fragment="").geturl())


def _stale_form(_: CSRFError) -> Response:
    """Answer a form whose token is not the session's: the login ended meanwhile, or another one began."""
    logged_in = current_user.is_authenticated
    htmx = request.headers.get("HX-Request") == "true"
    # The page's scripts send the token as a header and read JSON.
    if not htmx and "X-CSRFToken" in request.headers:
        sentence = (
            gettext("页面已过期，内容没有保存。请先复制未保存的内容，再刷新页面")
            if logged_in
            else gettext("登录已结束，内容没有保存。请先复制未保存的内容，再刷新页面重新登录")
        )
        return make_response(jsonify(error=sentence), 400)
    if logged_in:
        return _page("400", 400, message=gettext("页面已过期，请返回上一页，刷新后重新提交"))
    login = url_for("auth.login", next=_page_of_the_form())
    if htmx:
        flash(gettext("登录已结束，内容没有保存，请重新登录"), "warning")
        response = make_response("", 204)
        response.headers["HX-Redirect"] = login
        return response
    return _page("login_ended", 400, login=login)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(CSRFError, _stale_form)

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
