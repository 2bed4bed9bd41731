"""A teacher with a new course, and their browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from app.services.courses.create_and_release import (
    CourseContent,
    create_own_course,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo

ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


@pytest.fixture
def author(school: SchoolInfo, make_user: MakeUser) -> User:
    """A teacher."""
    return make_user(school, kind="teacher", real_name="李老师", must_change_password=False)


@pytest.fixture
def page(make_ctx: MakeCtx, school: SchoolInfo, author: User) -> str:
    """The address of a new course of the teacher's."""
    with unit_of_work(make_ctx(school, Role.TEACHER, user=author)) as ctx:
        offering = create_own_course(ctx, content=CourseContent(title="自建课程", category="临床医学"))
    return f"/manage/offerings/{offering.id}/"


@pytest.fixture
def author_client(school: SchoolInfo, author: User, client_for: ClientFor) -> FlaskClient:
    """The teacher's browser."""
    return client_for(school, author)
