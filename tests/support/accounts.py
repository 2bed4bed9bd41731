"""Accounts made by hand, their sealed values, and use cases that run at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from sqlalchemy import select, update

from app.context import Context
from app.errors import DomainError, InvalidFields
from app.models import User
from app.rules.permissions import Role
from app.services.people.edit import create_account
from app.services.shared.encrypted_fields import seal
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY
from tests.support.waiting import PATIENCE


@pytest.fixture
def me(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: Callable[..., User]
) -> Callable[..., Context]:
    """A student at work, always the same, each time in a session of their own: ``me(now=…)``."""
    user = make_user(school, real_name="张三丰", nickname="小张")
    return lambda **values: make_ctx(school, Role.STUDENT, user=user, **values)


def seal_into(school: SchoolInfo, user: User, **texts: str) -> None:
    """Give an account an ID number or a phone: ``seal_into(school, user, mobile="13800138000")``."""
    values: dict[str, Any] = {}
    for field, text in texts.items():
        values[f"{field}_sealed"], values[f"{field}_index"] = seal(
            Vault(VAULT_KEY), school.id, field, user.id, text
        )
    with school_scope(school.id) as session:
        session.execute(update(User).where(User.id == user.id).values(values))
        session.commit()


def student_values(school: SchoolInfo, **values: Any) -> dict[str, Any]:
    """A form with what must be filled in."""
    return {
        "student_no": f"{school.unit_code}2026001",
        "real_name": "高小明",
        "class_name": "临床一班",
    } | values


def add_student(ctx: Context, **values: Any) -> User:
    """A student with a class that is made when it is not there."""
    with unit_of_work(ctx):
        added = create_account(
            ctx, kind="student", values=student_values(ctx.school, **values), new_class=True
        )
    return find_account(ctx, added.id)


def find_account(ctx: Context, user_id: int) -> User:
    """The account, read afresh."""
    statement = select(User).where(User.id == user_id).execution_options(populate_existing=True)
    return ctx.session.scalars(statement).one()


def refused_fields(work: Callable[[], object]) -> dict[str, str]:
    """The fields that a use case refuses, with the reasons."""
    with pytest.raises(InvalidFields) as caught:
        work()
    return {name: str(message) for name, message in caught.value.problems.items()}


def at_once(
    make_ctx: Callable[..., Context], school: SchoolInfo, *works: Callable[[Context], Any]
) -> list[Any]:
    """Run use cases in transactions that begin together; gives results and refusals."""
    contexts = [make_ctx(school) for _ in works]
    barrier, outcomes = threading.Barrier(len(works)), []

    def run(ctx: Context, work: Callable[[Context], Any]) -> None:
        barrier.wait(PATIENCE)
        try:
            with unit_of_work(ctx):
                outcome: Any = work(ctx)
        except DomainError as refusal:
            outcome = refusal
        outcomes.append(outcome)

    threads = [
        threading.Thread(target=copy_context().run, args=(run, ctx, work))
        for ctx, work in zip(contexts, works, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(outcomes) == len(works)
    return outcomes
