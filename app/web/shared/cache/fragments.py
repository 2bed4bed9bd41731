"""Parts of pages that are the same for everyone of a school, kept in Redis for those who are logged in.

Visitors share whole pages (``page_cache``). A logged-in person's page is made anew, but its courses are everyone's:
they are made as by a visitor and kept under the school's key with the same marks, so that they are dropped by what is
written. The one thing in them that differs by person, 「已报名」 at a course, is a place that is filled at each use.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple
from typing import cast

from flask import current_app
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from redis.exceptions import RedisError

from app.context import Context
from app.services.catalogue.school import registered_offerings
from app.web.shared.cache.stamps import keep, read_with_marks
from app.web.shared.context import public_context, request_context
from app.web.shared.i18n import chosen_language
from app.web.shared.redis_keys import key

log = logging.getLogger(__name__)

#: Two characters for private use around an offering's id; no text that people write should hold them.
_OWN_PLACE = re.compile("\ue000([0-9]{1,19})(!?)\ue001")

Parts = Mapping[str, str]


def own_place(offering_id: int, *, full: bool) -> str:
    """What stands in a kept part where the registered read 「已报名」, and others 「名额已满」 where it is full."""
    return f"\ue000{offering_id}{'!' if full else ''}\ue001"


def kept_parts(
    name: Sequence[str | int] | None,
    make: Callable[[Context], Mapping[str, str]],
    *,
    mine: Collection[int] | None = None,
) -> dict[str, Markup]:
    """Parts of a page, from Redis or made now, with the places of the reader filled.

    Args:
        name: all that the parts depend on besides school, language and day; ``None`` if they are not to be kept.
        make: renders the parts, each under its own name, from a visitor's context: nothing of the reader is in it.
        mine: the offerings that the reader is registered for, where the page has asked for them already.
    """
    ctx, known = public_context(), bool(current_user.is_authenticated)
    found = _kept(ctx, name, make) if known and name is not None else make(ctx)
    if mine is None:
        asks = known and any(map(_OWN_PLACE.search, found.values()))
        mine = registered_offerings(request_context()) if asks else ()
    chip = current_app.jinja_env.get_template("_ui/basics.html").module.chip  # type: ignore[attr-defined]

    def own(place: re.Match[str]) -> str:
        if int(place[1]) in mine:
            return str(chip(gettext("已报名"), "success"))
        return str(chip(gettext("名额已满"), "warning")) if place[2] else ""

    return {
        part: Markup(_OWN_PLACE.sub(own, text))  # noqa: S704 - our own templates' output
        for part, text in found.items()
    }


def _kept(ctx: Context, name: Sequence[str | int], make: Callable[[Context], Parts]) -> Parts:
    # The school as this process knows it, as for whole pages.
    shown = [chosen_language(), *name, *astuple(ctx.school)]
    digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()
    place = key(ctx.school.id, "parts", ctx.today().isoformat(), digest)
    try:
        kept, marks = read_with_marks(ctx.school, place)
    except RedisError:
        return make(ctx)
    if kept is not None:
        said, parts = json.loads(kept)
        if said == marks:
            return cast(Parts, parts)
    made = make(ctx)
    try:
        keep(ctx.school.id, place, json.dumps([marks, made]).encode())
    except RedisError:
        log.warning("parts of a page were not kept: redis is away")
    return made
