"""Public pages that are the same for every visitor, kept in Redis under the school's key until something changes.

Only answers to people without a session are kept: whoever is logged in gets a page of his own. A page is named by its
school, address, language, colour scheme and the school's calendar day, and counts as long as nothing that such pages
show was written since (``page_marks``). Marks are read before the page is made, so what was written meanwhile makes it
void.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask import Response as FlaskResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from app.web.shared.cache.stamps import keep, read_with_marks
from app.web.shared.context import now
from app.web.shared.redis_keys import key
from tenants.registry import SchoolInfo
from tenants.resolve import AllianceMissing, UnknownSchool, school_for_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

#: Arguments of an address with which a page is kept; what people search for is too manifold.
ARGUMENTS = frozenset({"page", "category", "state", "source", "sort", "running"})
#: What a kept page may depend on besides its address.
VARY = "Cookie, HX-Request, HX-Request-Type"

SCHEMES = {"light": "light", "dark": "dark"}
_PLACE = "spoc.kept_page"


def shared_by_visitors(view: View) -> View:
    """Mark a view whose answer is the same for every visitor of a school."""
    view.shared_by_visitors = True  # type: ignore[attr-defined]
    return view


class KeptPages:
    """Answers with kept pages before the application is asked, and tells it where to keep what it makes.

    Args:
        app: the application, whose views and blueprints are all registered.
        inner: what answers when no page is kept.
    """

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        rules = [rule for rule in app.url_map.iter_rules() if _is_shared(app, rule.endpoint)]
        self._paths = frozenset(rule.rule for rule in rules)
        self._beginnings = tuple(rule.rule.partition("<")[0] for rule in rules if "<" in rule.rule)
        app.after_request_funcs.setdefault(None, []).insert(0, self._keep)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        answer = self._look_up(environ)
        return (answer or self._inner)(environ, start_response)

    def _look_up(self, environ: WSGIEnvironment) -> Response | None:
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if path not in self._paths and not path.startswith(self._beginnings):
            return None
        request = Request(environ)
        if self._app.config["SESSION_COOKIE_NAME"] in request.cookies or not ARGUMENTS.issuperset(
            request.args
        ):
            return None
        with self._app.app_context():
            try:
                school = school_for_host(request.host, self._app.config["BASE_DOMAIN"])
                if school.status != "active":
                    return None
                name = _name(request, school)
                kept, current = read_with_marks(school, name)
            except (HTTPException, UnknownSchool, AllianceMissing, RedisError, SQLAlchemyError):
                # The application has a page for each of these.
                return None
        if kept is not None:
            head, _, body = kept.partition(b"\n")
            said = json.loads(head)
            if said["marks"] == current:
                return Response(body, headers=said["headers"]).make_conditional(environ)
        environ[_PLACE] = (school.id, name, current)
        return None

    def _keep(self, response: FlaskResponse) -> FlaskResponse:
        place = request.environ.get(_PLACE)
        if place is None or not _is_shared(self._app, request.endpoint):
            return response
        if response.status_code != 200 or "Set-Cookie" in response.headers:
            return response
        school_id, name, marks = place
        body = response.get_data()
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Vary"] = VARY
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        head = json.dumps({"marks": marks, "headers": list(response.headers)})
        try:
            keep(school_id, name, head.encode() + b"\n" + body)
        except RedisError:
            log.warning("a page was not kept: redis is away")
        response.make_conditional(request)
        return response


def _is_shared(app: Flask, endpoint: str | None) -> bool:
    return bool(getattr(app.view_functions.get(endpoint or ""), "shared_by_visitors", False))


def _name(request: Request, school: SchoolInfo) -> str:
    language, scheme = request.cookies.get("lang", ""), request.cookies.get("scheme", "")
    part = request.headers.get("HX-Request-Type", "") if request.headers.get("HX-Request") == "true" else ""
    given = sorted(request.args.items(multi=True))
    # The school as this process knows it: one that has not heard of a change yet keeps its pages apart.
    shown = [request.path, given, request.host, part == "partial", language == "en", SCHEMES.get(scheme)]
    shown += astuple(school)
    digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()
    today = now().astimezone(ZoneInfo(school.timezone)).date()
    return key(school.id, "page", today.isoformat(), digest)
