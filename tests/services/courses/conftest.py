"""The secretariat at work, and new versions of its courses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.rules.permissions import Role
from app.services.courses.create_and_release import publish_version
from app.services.courses.drafts import open_draft, save_draft
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]


@pytest.fixture
def secretary(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[[], Context]:
    """The secretariat at work, with a session of its own each time."""
    return lambda: make_ctx(alliance, Role.SECRETARY)


@pytest.fixture
def renew(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[..., int]:
    """Publish a new version of an alliance course; its version's id is given back."""

    def make(course_id: int, **values: object) -> int:
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            view = open_draft(ctx, course_id=course_id)
            saved = save_draft(ctx, course_id=course_id, revision=view.revision, values=values)
            assert not saved.problems
            return publish_version(ctx, course_id=course_id, revision=saved.view.revision, note="更新病例").id

    return make
