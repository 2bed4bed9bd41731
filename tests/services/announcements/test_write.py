"""Announcements written, changed, taken back and deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import Announcement, AuditEntry
from app.rules.permissions import Role
from app.services.announcements.read import get_shown
from app.services.announcements.write import (
    AnnouncementContent,
    delete_announcement,
    get_announcement,
    list_announcements,
    save_announcement,
    withdraw_announcement,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW, TODAY

MakeCtx = Callable[..., Context]
Announce = Callable[..., int]


def test_a_change_keeps_the_row_and_taking_back_hides_it(
    make_ctx: MakeCtx, announce: Announce, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    announcement_id = announce(alliance, to_all=False, school_ids=[other_school.id])
    changed = AnnouncementContent("改正", "新内容", pinned=True, to_all=False, school_ids=[school.id])
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        save_announcement(ctx, content=changed, publish=False, announcement_id=announcement_id)
    shown = get_shown(make_ctx(school, Role.STUDENT), alliance.id, announcement_id)
    assert (shown.title, shown.pinned, shown.published_at) == ("改正", True, NOW)
    with pytest.raises(NotFound):
        get_shown(make_ctx(other_school), alliance.id, announcement_id)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        withdraw_announcement(ctx, announcement_id=announcement_id)
    with pytest.raises(NotFound):
        get_shown(make_ctx(school), alliance.id, announcement_id)
    # Not even its row can be read at the school: it is a draft again.
    assert (
        make_ctx(school).session.scalar(select(Announcement).where(Announcement.id == announcement_id))
        is None
    )
    ctx = make_ctx(alliance, Role.SECRETARY)
    row, targets = get_announcement(ctx, announcement_id=announcement_id)
    assert (row.published_at, targets) == (None, [school.id])
    steps = ctx.session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.object_type == "announcement", AuditEntry.object_id == announcement_id)
        .order_by(AuditEntry.id)
    ).all()
    assert steps == ["announcement.published", "announcement.edited", "announcement.withdrawn"]


def test_only_a_draft_is_deleted(make_ctx: MakeCtx, announce: Announce, school: SchoolInfo) -> None:
    announcement_id = announce(school)
    ctx = make_ctx(school)
    with pytest.raises(Conflict):
        delete_announcement(ctx, announcement_id=announcement_id)
    withdraw_announcement(ctx, announcement_id=announcement_id)
    with pytest.raises(Conflict):
        withdraw_announcement(ctx, announcement_id=announcement_id)
    delete_announcement(ctx, announcement_id=announcement_id)
    with pytest.raises(NotFound):
        get_announcement(ctx, announcement_id=announcement_id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"body": "<script>x</script>"}, "body"),
        ({"body": "长" * 20_001}, "body"),
        ({"audience": "nobody"}, "audience"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"to_all": False}, "school_ids"),
    ],
)
def test_what_is_missing_is_named(
    announce: Announce, alliance: SchoolInfo, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        announce(alliance, **values)
    assert refused.value.field == field


def test_the_writers_list_knows_states_and_pages(
    make_ctx: MakeCtx, announce: Announce, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    announce(school, title="开学")
    announce(school, title="考试", publish=False)
    announce(other_school, title="别校")
    past = announce(school, title="旧闻", ends_on=TODAY)
    later = make_ctx(school, now=NOW + timedelta(days=2))

    def titles(**wanted: Any) -> list[str]:
        return [row.announcement.title for row in list_announcements(later, **wanted).rows]

    assert titles() == ["旧闻", "考试", "开学"]
    assert (titles(state="shown"), titles(state="draft"), titles(state="past")) == (
        ["开学"],
        ["考试"],
        ["旧闻"],
    )
    assert titles(text="学") == ["开学"]
    assert titles(page=9) == titles()
    assert {row.state for row in list_announcements(later).rows if row.announcement.id == past} == {"past"}


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER])
def test_students_and_teachers_write_none(make_ctx: MakeCtx, school: SchoolInfo, role: Role) -> None:
    with pytest.raises(NotAllowed):
        save_announcement(make_ctx(school, role), content=AnnouncementContent("x", "y"), publish=True)
