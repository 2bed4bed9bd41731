"""The audit row of a write (its seal and its commit: ``tests/test_uow.py``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.context import Context
from app.models import User
from app.services.shared.audit import record
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.rows import audit_of


def test_a_row_says_who_did_what_to_which_object_when_and_from_where(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school, kind="administrator", real_name="教务老师")
    ctx = make_ctx(school, user=user)
    with unit_of_work(replace(ctx, actor=replace(ctx.actor, address="203.0.113.7"))) as acting:
        record(acting, "test.done", "class", 7, {"name": "一班"})
        record(acting, "test.done", "school")
    first, second = audit_of(school, "test.done")
    assert (first.actor_id, first.actor_name, first.address, first.at) == (
        user.id,
        "教务老师",
        "203.0.113.7",
        NOW,
    )
    assert (first.object_type, first.object_id, first.data) == ("class", 7, {"name": "一班"})
    assert (second.object_type, second.object_id, second.data) == ("school", None, {})
    assert second.id == first.id + 1
