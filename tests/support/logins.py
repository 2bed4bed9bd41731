"""Trying to log in, for tests of the login and of its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.context import Context
from app.models import AuditEntry, User
from app.services import passwords
from app.services.login import Account, KnownDevice, log_in
from app.services.sealed import seal
from app.uow import unit_of_work
from app.vault import Vault
from app.web.login_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY

ID = "11010519491231002X"
Try = Callable[..., Account | None]
MakeUser = Callable[..., User]


def seal_into(school: SchoolInfo, user: User, **texts: str) -> None:
    """Give an account an ID number or a phone."""
    values: dict[str, Any] = {}
    for field, text in texts.items():
        values[f"{field}_sealed"], values[f"{field}_index"] = seal(
            Vault(VAULT_KEY), school.id, field, user.id, text
        )
    with school_scope(school.id) as session:
        session.execute(update(User).where(User.id == user.id).values(values))
        session.commit()


def row_of(school: SchoolInfo, user: User) -> User:
    """The account as the database has it now."""
    with school_scope(school.id) as session:
        return session.scalars(select(User).where(User.id == user.id)).one()


def audit_of(school: SchoolInfo, action: str) -> list[AuditEntry]:
    """The audit rows of a kind."""
    with school_scope(school.id) as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.fixture
def limits_of(app: Flask) -> Callable[[SchoolInfo], RedisLoginLimits]:
    """The counters of a school, in the test run's Redis."""
    return lambda school: RedisLoginLimits(app.extensions["spoc_redis"], school.id)


@pytest.fixture
def attempt(
    make_ctx: Callable[..., Context], school: SchoolInfo, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> Try:
    """Try to log in at the school: ``attempt(account, password, address=…, now=…, device=…)``."""

    def log(
        account: str | None,
        password: str,
        *,
        address: str = "203.0.113.1",
        now: datetime = NOW,
        device: KnownDevice | None = None,
        at: SchoolInfo = school,
    ) -> Account | None:
        ctx = make_ctx(at, now=now)
        ctx = replace(ctx, actor=replace(ctx.actor, user_id=None, address=address))
        with unit_of_work(ctx):
            return log_in(ctx, account=account or "", password=password, limits=limits_of(at), device=device)

    return log


@pytest.fixture
def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed or verified since."""
    done: list[str] = []
    hasher = passwords._HASHER

    class Counting:
        def hash(self, password: str) -> str:
            done.append("hash")
            return hasher.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            done.append("verify")
            return hasher.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return hasher.check_needs_rehash(stored)

    passwords._nobodys_hash()
    monkeypatch.setattr(passwords, "_HASHER", Counting())
    return done
