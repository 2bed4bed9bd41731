"""The fragment cache: parts of pages that are the same for everyone at a school, for people who are logged in.

Visitors share whole pages (``pages``). The page of a logged-in person is made anew, but its courses are the
same for everyone: they are rendered as for a visitor, and cached. One thing in them differs by reader, 「已报名」
at a course. So a fragment is a list of pieces, texts and slots; each reader gets one of the two texts of a
slot.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template
from flask_login import current_user
from jinja2 import Template
from markupsafe import Markup, escape
from redis.exceptions import RedisError

from app.context import Context
from app.services.catalogue.school import registered_offerings
from app.web.shared.cache.entries import Room, place_of, read_entry, store_entry
from app.web.shared.context import public_context, request_context
from app.web.shared.i18n import chosen_language

log = logging.getLogger(__name__)


class Slot(NamedTuple):
    """A place in a fragment whose text depends on the reader."""

    offering_id: int
    #: The text for readers who are registered for the offering.
    registered: str
    #: The text for all other readers.
    others: str


Fragment = Sequence[str | Slot]


@dataclass(frozen=True, slots=True)
class Fragments:
    """The fragments of a page, each under its own name.

    Args:
        named: name -> fragment.
        room: the kind of entry that they form together; ``None``: they are not cached.
    """

    named: Mapping[str, Fragment]
    room: Room | None


def render_fragment(template: str | Template, **values: Any) -> Fragment:
    """Render a template for everyone.

    The template calls ``slot(offering_id, registered, others)`` where readers differ. A boundary that is
    drawn anew each time splits its output there, so no text that a person wrote can contain it.
    """
    boundary, slots = secrets.token_hex(16), list[Slot]()

    def slot(offering_id: int, registered: str, others: str) -> str:
        slots.append(Slot(offering_id, escape(registered), escape(others)))
        return boundary

    texts = render_template(template, slot=slot, **values).split(boundary)
    return [*_alternating(texts, slots)]


def _alternating(texts: Sequence[str], slots: Sequence[Slot]) -> Iterator[str | Slot]:
    yield texts[0]
    for slot, text in zip(slots, texts[1:], strict=True):
        yield slot
        yield text


def cached_fragments(
    subject: Sequence[str | int] | None,
    make: Callable[[Context], Fragments],
    *,
    registered: Collection[int] | None = None,
) -> dict[str, Markup]:
    """Return the fragments of a page for its reader, from the cache or rendered now.

    Args:
        subject: all that the fragments depend on besides school, language and day; ``None``: they are not cached.
        make: renders the fragments from a visitor's context, which contains nothing of the reader.
        registered: the offerings for which the reader is registered, if the page has read them already.
    """
    ctx, known = public_context(), bool(current_user.is_authenticated)
    named = _cached(ctx, subject, make) if known and subject is not None else make(ctx).named
    if registered is None:
        differ = any(isinstance(piece, Slot) for fragment in named.values() for piece in fragment)
        registered = registered_offerings(request_context()) if known and differ else ()
    return {name: _as_read(fragment, registered) for name, fragment in named.items()}


def _as_read(fragment: Fragment, registered: Collection[int]) -> Markup:
    texts = (
        piece if isinstance(piece, str) else piece.registered if piece.offering_id in registered else piece.others
        for piece in fragment
    )  # fmt: skip
    return Markup("".join(texts))  # noqa: S704 - our own templates' output


def _cached(
    ctx: Context, subject: Sequence[str | int], make: Callable[[Context], Fragments]
) -> Mapping[str, Fragment]:
    place = place_of(ctx.school, "fragments", chosen_language(), subject)
    try:
        content, stamps = read_entry(place)
    except RedisError:
        return make(ctx).named
    if content is not None:
        return {name: [*map(_piece, pieces)] for name, pieces in json.loads(content).items()}
    made = make(ctx)
    if made.room is not None:
        try:
            store_entry(place, made.room, stamps, json.dumps(made.named, ensure_ascii=False).encode())
        except RedisError:
            log.warning("fragments were not cached: redis is away")
    return made.named


def _piece(stored: Any) -> str | Slot:
    return stored if isinstance(stored, str) else Slot(*stored)
