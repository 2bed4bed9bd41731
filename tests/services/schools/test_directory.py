"""Schools as values: what use cases that cross schools start from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.services.schools.directory import all_members, get_member, get_members, require_alliance
from tenants.registry import SchoolInfo
from tests.support.app import school_info


def test_a_member_is_read_fresh_and_only_where_there_is_one(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    assert get_member(secretariat, school_id=school.id) == school_info(school.id)
    for wrong in (alliance.id, 2**62):
        with pytest.raises(NotFound):
            get_member(secretariat, school_id=wrong)


def test_several_are_read_by_name_and_all_or_none(
    secretariat: Context, make_school: Callable[..., SchoolInfo]
) -> None:
    later, earlier = make_school(name="乙测试学院"), make_school(name="丙测试学院")
    found = get_members(secretariat, school_ids=[later.id, earlier.id, later.id])
    assert {one.id for one in found} == {later.id, earlier.id}
    assert [one.name for one in found] == [
        one.name for one in all_members(secretariat) if one.id in (later.id, earlier.id)
    ]
    for wrong in ([later.id, 2**62], []):
        with pytest.raises(NotFound):
            get_members(secretariat, school_ids=wrong)


def test_all_members_are_the_secretariats_choice_only(
    secretariat: Context, make_ctx: Callable[..., Context], alliance: SchoolInfo, school: SchoolInfo
) -> None:
    ids = [one.id for one in all_members(secretariat)]
    assert school.id in ids
    assert alliance.id not in ids
    require_alliance(secretariat)
    for act in (require_alliance, all_members):
        with pytest.raises(NotAllowed):
            act(make_ctx(school))
