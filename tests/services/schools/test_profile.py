"""Names, labels and codes of schools, checked before a school is opened or edited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Invalid, NotAllowed
from app.rules.permissions import Role
from app.services.schools.profile import SlugRefused, check_profile, check_slug
from tenants.registry import SchoolInfo
from tests.support.app import next_unit_code


def typed_profile(**values: str) -> dict[str, str]:
    """What a secretary types for a school that does not exist yet."""
    code = next_unit_code()
    typed = {"name": f"新建医科大学{code}", "short_name": "", "slug": f"new-{code}", "unit_code": code}
    return typed | {"accent": "#1D5FA8", "timezone": "Asia/Shanghai"} | values


def test_a_refused_label_comes_with_one_that_is_free(secretariat: Context, school: SchoolInfo) -> None:
    for slug in (school.slug, "www", "明德"):
        with pytest.raises(SlugRefused) as refused:
            check_profile(secretariat, None, **typed_profile(slug=slug, short_name="仁心医学院"))
        suggestion = refused.value.suggestion
        assert suggestion is not None
        assert check_slug(secretariat, slug=suggestion).problem is None


def test_what_was_typed_is_tidied(secretariat: Context) -> None:
    typed = typed_profile(slug=" New-School-7 ", accent="#ABCDEF")
    profile = check_profile(secretariat, None, **typed | {"name": f"  {typed['name']}  分校 "})
    assert (profile.name, profile.short_name) == (f"{typed['name']} 分校", f"{typed['name']} 分校"[:16])
    assert (profile.slug, profile.accent) == ("new-school-7", "#abcdef")


def test_a_school_may_keep_what_it_has_and_no_other_may_have_it(
    secretariat: Context, school: SchoolInfo
) -> None:
    own = typed_profile(name=school.name, slug=school.slug, unit_code=school.unit_code)
    assert check_profile(secretariat, school.id, **own).slug == school.slug
    assert check_slug(secretariat, slug=school.slug, school_id=school.id).problem is None
    for field in ("name", "slug", "unit_code"):
        with pytest.raises(Invalid) as refused:
            check_profile(secretariat, None, **typed_profile(**{field: own[field]}))
        assert refused.value.field == field


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_only_the_secretariat_asks_for_labels(
    make_ctx: Callable[..., Context], school: SchoolInfo, alliance: SchoolInfo, role: Role
) -> None:
    for tenant in (school, alliance):
        with pytest.raises(NotAllowed):
            check_slug(make_ctx(tenant, role), slug="abc")
