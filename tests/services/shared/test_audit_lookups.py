"""Names for the numbers that the audit log holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.shared.audit import record
from app.services.shared.audit_lookups import names_of
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.pages import statements
from tests.support.rows import audit_of
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]


def test_numbers_of_objects_and_in_facts_get_the_names_of_today_in_a_query_a_kind(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user, other = make_user(school, real_name="张三"), make_user(school, real_name="李四")
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    offering = put_offering(alliance, school, put_course(school, title="药理学"))
    with unit_of_work(make_ctx(school)) as ctx:
        record(ctx, "test.done", "user", user.id, {"class_id": class_id})
        record(ctx, "test.done", "offering", offering.id, {"old": {"user_id": other.id}, "new": None})
        record(ctx, "test.done", "user", 10**12, {"user_id": "no number"})
    entries = audit_of(school, "test.done")
    ctx = make_ctx(school)
    with statements(db.engine) as seen:
        names = names_of(ctx, entries)
    assert names == {
        ("user", user.id): "张三",
        ("user", other.id): "李四",
        ("class", class_id): "一班",
        ("offering", offering.id): "药理学",
    }
    assert len(seen) == 3


def test_another_schools_rows_stay_numbers(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    stranger = make_user(other_school, real_name="别校的人")
    with unit_of_work(make_ctx(school)) as ctx:
        record(ctx, "test.done", "user", stranger.id)
    assert names_of(make_ctx(school), audit_of(school, "test.done")) == {}


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_only_who_may_see_the_log_gets_names(make_ctx: MakeCtx, school: SchoolInfo, role: Role) -> None:
    with pytest.raises(NotAllowed):
        names_of(make_ctx(school, role), [])
