"""The page cache: whole public pages, which are the same for every visitor of a school.

Only answers to people without a session are cached: whoever is logged in gets a page of their own. A page is named by
its school, address, language, colour scheme and the school's calendar day.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, request, session, url_for
from flask.sessions import SessionMixin
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Request, Response

from app.web.shared.cache.entries import Place, Room, place_of, read_entry, store_entry
from tenants.resolve import AllianceMissing, UnknownSchool, school_for_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
Arguments = list[tuple[str, str]]

#: Arguments of an address with which a page may be cached; what people search for is too manifold.
ARGUMENTS = frozenset({"page", "category", "state", "source", "sort", "running"})
#: What a cached page may depend on besides its address.
VARY = "Cookie, HX-Request, HX-Request-Type"

SCHEMES = {"light": "light", "dark": "dark"}
_OFFER = "spoc.page_cache_offer"


@dataclass(slots=True)
class _Offer:
    """A page that is being made, and all that decides whether it becomes an entry.

    Args:
        place: where the entry would stand.
        stamps: as they were before the page was made.
        path: the path that was asked for.
        arguments: the arguments that were asked for, sorted.
        canonical_path: the path to which links lead; ``None``: no shared view answers.
        canonical_arguments: the arguments with which links lead here, sorted.
        room: the kind of entry.
        session: the visitor's session, which says in the end whether the page is the visitor's own.
    """

    place: Place
    stamps: str
    path: str
    arguments: Arguments
    canonical_path: str | None = None
    canonical_arguments: Arguments = field(default_factory=list)
    room: Room = Room.FRONT
    session: SessionMixin | None = None

    def takes(self, response: Response) -> bool:
        """Whether everyone who asks for the same may get this answer.

        Asked when the application has done everything: the session's cookie is set last of all.
        """
        return (
            response.status_code == 200
            and (self.path, self.arguments) == (self.canonical_path, self.canonical_arguments)
            and self.session is not None
            and not self.session
            and not self.session.modified
            and "Set-Cookie" not in response.headers
            and not response.cache_control.no_store
        )


def shared_by_visitors(view: View) -> View:
    """Mark a view whose answer is the same for every visitor of a school.

    Its answer is cached under the address to which links lead, and under no other spelling of it. An address with
    arguments is such a one only if the view says so (``offer_list``).
    """

    @wraps(view)
    def shared(**values: Any) -> Any:
        offer = _offer()
        if offer is not None:
            offer.session = cast("LocalProxy[SessionMixin]", session)._get_current_object()
            offer.canonical_path = url_for(cast(str, request.endpoint), **values)
            offer.room = Room.ROW if values else Room.FRONT
        return view(**values)

    shared.shared_by_visitors = True  # type: ignore[attr-defined]
    return cast(View, shared)


def offer_list(arguments: Mapping[str, str | int], *, found: bool) -> Room | None:
    """Say with which arguments links lead to the list that is being shown, if any do.

    Args:
        arguments: what the view understood of its address; blank ones are left out of it.
        found: whether every argument names something that there is, and the list holds something.

    Returns:
        the kind of entry that the list is; ``None``: it is not to be cached.
    """
    understood = sorted((name, str(value)) for name, value in arguments.items() if value != "")
    if not understood:
        return Room.FRONT
    if not found:
        return None
    offer = _offer()
    if offer is not None:
        offer.canonical_arguments, offer.room = understood, Room.LIST
    return Room.LIST


def _offer() -> _Offer | None:
    return cast("_Offer | None", request.environ.get(_OFFER))


class PageCache:
    """Answers with cached pages before the application is asked, and caches what it makes.

    Args:
        app: the application, whose views and blueprints are all registered.
        inner: what answers when no page is cached.
    """

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if getattr(app.view_functions.get(rule.endpoint), "shared_by_visitors", False)
        ]
        self._paths = frozenset(rule.rule for rule in rules)
        self._beginnings = tuple(rule.rule.partition("<")[0] for rule in rules if "<" in rule.rule)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        found = self._look_up(environ)
        if isinstance(found, Response):
            return found(environ, start_response)
        if found is None or environ["REQUEST_METHOD"] != "GET":
            return self._inner(environ, start_response)
        environ[_OFFER] = found
        response = Response.from_app(self._inner, environ, buffered=True)
        if found.takes(response):
            self._store(found, response)
            response.make_conditional(environ)
        return response(environ, start_response)

    def _look_up(self, environ: WSGIEnvironment) -> Response | _Offer | None:
        """The cached page; else what may become one; ``None`` for a request that is none of the cache's."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if path not in self._paths and not path.startswith(self._beginnings):
            return None
        asked = Request(environ)
        if self._app.config["SESSION_COOKIE_NAME"] in asked.cookies or not ARGUMENTS.issuperset(asked.args):
            return None
        with self._app.app_context():
            try:
                school = school_for_host(asked.host, self._app.config["BASE_DOMAIN"])
                if school.status != "active":
                    return None
                arguments = sorted(asked.args.items(multi=True))
                place = place_of(school, "page", _variant(asked), [asked.path, arguments])
                content, stamps = read_entry(place)
            except (HTTPException, UnknownSchool, AllianceMissing, RedisError, SQLAlchemyError):
                # The application has a page for each of these.
                return None
        if content is None:
            return _Offer(place, stamps, asked.path, arguments)
        headers, _, body = content.partition(b"\n")
        return Response(body, headers=json.loads(headers)).make_conditional(environ)

    def _store(self, offer: _Offer, response: Response) -> None:
        body = response.get_data()
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Vary"] = VARY
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        headers = json.dumps(list(response.headers))
        with self._app.app_context():
            try:
                store_entry(offer.place, offer.room, offer.stamps, headers.encode() + b"\n" + body)
            except RedisError:
                log.warning("a page was not cached: redis is away")


def _variant(asked: Request) -> str:
    """In which of a few forms a page is asked for, whatever the cookies and headers hold."""
    english, scheme = asked.cookies.get("lang") == "en", SCHEMES.get(asked.cookies.get("scheme", ""), "auto")
    headers = asked.headers
    part = headers.get("HX-Request") == "true" and headers.get("HX-Request-Type") == "partial"
    return f"{'en' if english else 'zh'}-{scheme}-{'part' if part else 'whole'}"
