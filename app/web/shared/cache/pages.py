"""The page cache: whole public pages, which are the same for every visitor of a school.

Only answers to people without a session are cached; a logged-in person gets a page of their own. The key of a
page is its school, address, language, colour scheme and the school's calendar day.
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

#: Arguments of an address with which a page may be cached; search texts are too varied.
ARGUMENTS = frozenset({"page", "category", "state", "source", "sort", "running"})
#: The Vary header of pages: the request headers on which they may depend besides the address.
VARY = "Cookie, HX-Request, HX-Request-Type"

SCHEMES = {"light": "light", "dark": "dark"}
_OFFER = "spoc.page_cache_offer"


@dataclass(slots=True)
class _Offer:
    """A page that is being made, with all that decides whether it becomes an entry.

    Args:
        place: where the entry would stand.
        stamps: the stamps from before the page was made.
        path: the path that was asked for.
        arguments: the arguments that were asked for, sorted.
        canonical_path: the path to which links lead; ``None``: no shared view answers.
        canonical_arguments: the arguments with which links lead here, sorted.
        room: the kind of entry.
        session: the visitor's session; a used or changed session makes the page the visitor's own.
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
        """Return whether everyone who asks for the same address may get this answer.

        Called when the application has finished, because the session's cookie is set last of all.
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

    The answer is cached under the address to which links lead, and under no other spelling of it. An address
    with arguments is cached only if the view declares it (``offer_list``).
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
    """Declare the arguments with which links lead to the list that is being shown, if any do.

    Args:
        arguments: the arguments that the view uses, without the blank ones.
        found: whether every argument names an existing value and the list is not empty.

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
    """WSGI middleware that answers with cached pages before the application is called, and caches its answers.

    Args:
        app: the application, whose views and blueprints are all registered.
        inner: the WSGI application that answers when no page is cached.
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
        """Return the cached page, else an offer for the page to be made.

        ``None`` means that the request is never cached.
        """
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
                # The application has an error page for each of these.
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
    """Return the variant of the page that is asked for: one of a few, whatever the cookies and headers hold."""
    english, scheme = asked.cookies.get("lang") == "en", SCHEMES.get(asked.cookies.get("scheme", ""), "auto")
    headers = asked.headers
    part = headers.get("HX-Request") == "true" and headers.get("HX-Request-Type") == "partial"
    return f"{'en' if english else 'zh'}-{scheme}-{'part' if part else 'whole'}"
