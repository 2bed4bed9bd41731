"""Visits of the secretariat for tests of what they show and allow."""

from __future__ import annotations

from app.context import Context
from app.services.alliance.visits import OfferedVisit, begin_visit
from app.uow import unit_of_work

REASON = "应管理员请求，协助设置报名时间"


def begin(ctx: Context, offered: OfferedVisit) -> int:
    """Follow the link of an offered visit."""
    with unit_of_work(ctx):
        return begin_visit(ctx, token=offered.token)
