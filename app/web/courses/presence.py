"""The editors who have a course open: a sorted set in Redis, to which browsers report every few seconds."""

from __future__ import annotations

import json
from typing import cast

from flask import current_app
from redis import Redis

from app.context import Context
from app.web.shared.redis_keys import key

#: Seconds without a report after which an editor counts as gone.
GONE = 30


def note_presence(ctx: Context, *, course_id: int) -> list[str]:
    """Record that the acting person is editing a course.

    Returns:
        the names of the others who are, the first come first.
    """
    redis = cast(Redis, current_app.extensions["spoc_redis"])
    place = key(ctx.school.id, "editing", course_id)
    now = ctx.now().timestamp()
    me = json.dumps([ctx.actor.user_id, ctx.actor.name], ensure_ascii=False)
    with redis.pipeline(transaction=True) as steps:
        steps.zremrangebyscore(place, "-inf", now - GONE)
        steps.zadd(place, {me: now})
        steps.expire(place, GONE)
        steps.zrange(place, 0, -1)
        members = cast("list[bytes]", steps.execute()[-1])
    people = [json.loads(member) for member in members]
    return [str(name) for user_id, name in people if user_id != ctx.actor.user_id]
