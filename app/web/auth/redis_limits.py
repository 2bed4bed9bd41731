"""The login's counters in Redis: sliding windows by the domain's clock, with one script for each step."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import cast

from redis import Redis

from app.rules.auth.login_limits import (
    FAILURE_WINDOW,
    FAILURES,
    STRAINED_ACCOUNTS,
    STRAINED_FAILURES,
    STRAINED_PACE,
    STRAINED_WINDOW,
)
from app.services.auth.limit_port import LoginTry
from app.web.shared.redis_keys import key

#: Takes a place in a window: returns 0 if one is free, else the seconds until the oldest event leaves.
_TAKE = """
local now, seconds, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - seconds)
if redis.call('ZCARD', KEYS[1]) >= most then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return tostring(oldest[2] + seconds - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('EXPIRE', KEYS[1], seconds)
return '0'
"""


class Window:
    """A limit on the number of events within a period, under one key.

    Args:
        redis: the connection; its errors are raised, so that nobody passes a limit that cannot count.
        length: the period.
        most: the number of events that it holds.
    """

    def __init__(self, redis: Redis, length: timedelta, most: int) -> None:
        self._redis = redis
        self._seconds = int(length.total_seconds())
        self._most = most

    def take(self, name: str, mark: str, at: datetime) -> int:
        """Count one event.

        Returns:
            0 if there was room, else the seconds until there is; in that case nothing is counted.
        """
        left = self._redis.eval(
            _TAKE, 1, name, str(at.timestamp()), str(self._seconds), str(self._most), mark
        )
        seconds = float(cast(bytes, left))
        return max(1, ceil(seconds)) if seconds else 0

    def give_back(self, name: str, mark: str) -> None:
        """Remove one event."""
        self._redis.zrem(name, mark)

    def count(self, name: str, at: datetime) -> int:
        """Return the number of events that the window holds now."""
        since = at.timestamp() - self._seconds
        return self._redis.zcount(name, f"({since}", "+inf")


class RedisLoginLimits:
    """``LoginLimits`` of one school."""

    def __init__(self, redis: Redis, school_id: int) -> None:
        self._school_id = school_id
        self._account = Window(redis, FAILURE_WINDOW, FAILURES)
        # One more than the limit would suffice; ten times as many keep the window strained while old
        # failures leave it.
        self._accounts = Window(redis, STRAINED_WINDOW, 10 * STRAINED_ACCOUNTS)
        self._pace = Window(redis, STRAINED_PACE, STRAINED_FAILURES)

    def take(self, attempt: LoginTry) -> int:
        """Take a place; see ``LoginLimits``."""
        name = self._account_key(attempt)
        wait = self._account.take(name, attempt.mark, attempt.at)
        if wait or attempt.device is not None or not self.is_strained(attempt.network, attempt.at):
            return wait
        wait = self._pace.take(self._key("pace", attempt.network), attempt.mark, attempt.at)
        if wait:
            self._account.give_back(name, attempt.mark)
        return wait

    def give_back(self, attempt: LoginTry) -> None:
        """Give a place back; see ``LoginLimits``."""
        self._account.give_back(self._account_key(attempt), attempt.mark)
        self._pace.give_back(self._key("pace", attempt.network), attempt.mark)

    def note_failure(self, attempt: LoginTry) -> bool:
        """Count a failure; see ``LoginLimits``."""
        self._accounts.take(self._key("accounts", attempt.network), attempt.subject, attempt.at)
        return self.is_strained(attempt.network, attempt.at)

    def is_strained(self, network: str, at: datetime) -> bool:
        """Return whether so many accounts failed at this address that logins are slowed and captchas are longer."""
        return self._accounts.count(self._key("accounts", network), at) >= STRAINED_ACCOUNTS

    def _account_key(self, attempt: LoginTry) -> str:
        if attempt.device is not None:
            return self._key("device", attempt.subject, attempt.device)
        return self._key("account", attempt.subject, attempt.network)

    def _key(self, *parts: str) -> str:
        return key(self._school_id, "login", *parts)
