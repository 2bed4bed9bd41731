"""An announcement of a school or of the alliance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.context import Context
from app.rules.permissions import Role
from app.services.announcements.write import (
    AnnouncementContent,
    save_announcement,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

Announce = Callable[..., int]
MakeCtx = Callable[..., Context]


@pytest.fixture
def announce(make_ctx: MakeCtx) -> Announce:
    """Write an announcement of a tenant, published unless told otherwise."""

    def make(owner: SchoolInfo, *, publish: bool = True, **values: Any) -> int:
        content = AnnouncementContent(**({"title": "通知", "body": "请阅读。"} | values))
        role = Role.SECRETARY if owner.is_alliance else Role.ADMINISTRATOR
        with unit_of_work(make_ctx(owner, role)) as ctx:
            return save_announcement(ctx, content=content, publish=publish).id

    return make
