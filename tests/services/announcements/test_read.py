"""Announcements: who is shown what, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.context import Context
from app.errors import NotFound
from app.rules.permissions import Role
from app.services.announcements.read import get_shown, list_from_alliance, list_shown
from tenants.registry import SchoolInfo
from tests.support.app import NOW, TODAY

Announce = Callable[..., int]
MakeCtx = Callable[..., Context]


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
