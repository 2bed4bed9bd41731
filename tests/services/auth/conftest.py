"""A login as a use case, with its counters, and a school of credential slips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from app.context import Context
from app.services.auth.login import Account, KnownDevice, log_in
from app.services.schools.settings import RANDOM
from app.uow import unit_of_work
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.slips import choose_first_passwords

MakeCtx = Callable[..., Context]
Try = Callable[..., Account | None]


@pytest.fixture
def limits_of(app: Flask) -> Callable[[SchoolInfo], RedisLoginLimits]:
    """The counters of a school, in the test run's Redis."""
    return lambda school: RedisLoginLimits(app.extensions["spoc_redis"], school.id)


@pytest.fixture
def attempt(
    make_ctx: Callable[..., Context], school: SchoolInfo, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> Try:
    """Try to log in at the school: ``attempt(account, password, address=…, now=…, device=…)``."""

    def log(
        account: str | None,
        password: str,
        *,
        address: str = "203.0.113.1",
        now: datetime = NOW,
        device: KnownDevice | None = None,
        at: SchoolInfo = school,
    ) -> Account | None:
        ctx = make_ctx(at, now=now)
        ctx = replace(ctx, actor=replace(ctx.actor, user_id=None, address=address))
        with unit_of_work(ctx):
            return log_in(ctx, account=account or "", password=password, limits=limits_of(at), device=device)

    return log


@pytest.fixture
def random_school(make_ctx: MakeCtx, school: SchoolInfo) -> SchoolInfo:
    """The school of the test, where first passwords are random."""
    choose_first_passwords(make_ctx, school, RANDOM)
    return school
