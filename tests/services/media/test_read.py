"""The pictures that pages show: schools' logos and courses' covers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.demo.data_files import emblem_svg
from app.errors import NotFound
from app.models import Course
from app.rules.permissions import Role
from app.services.media.clean import COVER_SIZE, clean_image
from app.services.media.read import get_cover, get_logo
from app.services.schools.open_and_edit import set_logo
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import school_info
from tests.support.courses import put_course
from tests.support.requests import camera_picture

MakeCtx = Callable[..., Context]


def test_a_logo_is_everybodys_under_its_present_name(
    secretariat: Context, make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    with unit_of_work(secretariat) as ctx:
        set_logo(ctx, school_id=school.id, content=emblem_svg("boai"))
    sha = school_info(school.id).logo_sha or ""
    for reader in (make_ctx(school, Role.STUDENT), make_ctx(other_school, Role.STUDENT)):
        picture = get_logo(reader, school_id=school.id, sha=sha)
        assert (picture.content[8:12], picture.shared) == (b"WEBP", True)
    for wrong in ({"sha": "0" * 16}, {"school_id": other_school.id}):
        with pytest.raises(NotFound):
            get_logo(make_ctx(school), **({"school_id": school.id, "sha": sha} | wrong))  # type: ignore[arg-type]


def test_a_cover_is_seen_where_its_course_is_and_shared_when_it_is_released(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    cover = clean_image(camera_picture(), size=COVER_SIZE, crop=True, field="cover")
    covered = {"cover": cover.content, "cover_sha": cover.sha}
    own, released = put_course(school, **covered), put_course(alliance, **covered)

    def read(course: Course, reader: SchoolInfo) -> bool:
        ctx = make_ctx(reader, Role.STUDENT)
        picture = get_cover(ctx, owner_id=course.school_id, course_id=course.id, sha=cover.sha)
        assert picture.content == cover.content
        return picture.shared

    assert read(own, school) is False
    assert read(released, other_school) is True
    with pytest.raises(NotFound):
        read(own, other_school)
    with pytest.raises(NotFound):
        read(put_course(school, cover=None, cover_sha=cover.sha), school)
