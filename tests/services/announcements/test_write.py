"""Announcements: their authors, their readers, and their end."""

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
from app.services.announcements.read import get_shown, list_from_alliance, list_shown
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


@pytest.fixture
def announce(make_ctx: MakeCtx) -> Announce:
    """Write an announcement of a tenant, published unless told otherwise."""

    def make(owner: SchoolInfo, *, publish: bool = True, **values: Any) -> int:
        content = AnnouncementContent(**({"title": "通知", "body": "请阅读。"} | values))
        role = Role.SECRETARY if owner.is_alliance else Role.ADMINISTRATOR
        with unit_of_work(make_ctx(owner, role)) as ctx:
            return save_announcement(ctx, content=content, publish=publish).id

    return make


def _titles(ctx: Context) -> list[str]:
    return [one.title for one in list_shown(ctx, limit=50) if one.title.startswith("※")]


def test_own_and_the_alliances_announcements_are_shown_to_whom_they_are_for(
    make_ctx: MakeCtx,
    announce: Announce,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    mark = f"※{school.id}"
    announce(school, title=f"{mark} 本校")
    announce(school, title=f"{mark} 本校教师", audience="staff")
    announce(school, title=f"{mark} 草稿", publish=False)
    announce(other_school, title=f"{mark} 别校")
    announce(alliance, title=f"{mark} 全部")
    announce(alliance, title=f"{mark} 一所", to_all=False, school_ids=[school.id])
    announce(alliance, title=f"{mark} 另一所", to_all=False, school_ids=[other_school.id])
    announce(alliance, title=f"{mark} 联盟草稿", publish=False)

    def shown(ctx: Context) -> set[str]:
        return {title.removeprefix(f"{mark} ") for title in _titles(ctx) if title.startswith(mark)}

    everyone = {"本校", "全部", "一所"}
    assert shown(make_ctx(school, Role.STUDENT)) == everyone
    assert shown(make_ctx(school, Role.TEACHER)) == everyone | {"本校教师"}
    assert shown(make_ctx(other_school, Role.ADMINISTRATOR)) == {"别校", "全部", "另一所"}
    assert shown(make_ctx(alliance, Role.STUDENT)) == {"全部"}
    theirs = list_from_alliance(make_ctx(school), limit=50)
    assert {one.title for one in theirs if one.title.startswith(mark)} == {f"{mark} 全部", f"{mark} 一所"}
    assert all(one.from_alliance for one in theirs)


def test_one_is_read_by_whom_it_is_shown_to_only(
    make_ctx: MakeCtx, announce: Announce, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    mine = announce(alliance, to_all=False, school_ids=[school.id], body="<b>好</b><script>x</script>")
    assert get_shown(make_ctx(school, Role.STUDENT), alliance.id, mine).body == "<b>好</b>"
    secret = announce(school, audience="staff")
    for ctx, owner, announcement_id in (
        (make_ctx(other_school), alliance.id, mine),
        (make_ctx(school, Role.STUDENT), school.id, secret),
        (make_ctx(other_school), school.id, secret),
        (make_ctx(school), school.id, mine),
    ):
        with pytest.raises(NotFound):
            get_shown(ctx, owner, announcement_id)


def test_the_last_day_counts_by_the_readers_calendar(
    make_ctx: MakeCtx, make_school: Callable[..., SchoolInfo], announce: Announce, alliance: SchoolInfo
) -> None:
    school = make_school(timezone="Asia/Urumqi")
    announcement_id = announce(alliance, ends_on=TODAY)
    late = NOW + timedelta(hours=13)  # 17:00 UTC: the next day in Shanghai, 23:00 of the last day in Urumqi
    assert get_shown(make_ctx(school, now=late), alliance.id, announcement_id)
    with pytest.raises(NotFound):
        get_shown(make_ctx(school, now=late + timedelta(hours=1)), alliance.id, announcement_id)


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
