"""A factory of units of work, for callers that need several: jobs and the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from app.context import Actor, Context
from app.jobs import Enqueue
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import school_scope


@dataclass(frozen=True, slots=True)
class UnitOfWorkFactory:
    """Opens units of work in one school; ``with units() as ctx`` commits at its end or leaves nothing.

    An import is checked in several transactions, so that its progress is visible while it runs, and a mail is
    recorded as sending before it is sent; the services themselves never commit.
    """

    school: SchoolInfo
    actor: Actor
    now: Callable[[], datetime]
    enqueue: Enqueue
    vault: Vault

    @contextmanager
    def __call__(self) -> Iterator[Context]:
        with school_scope(self.school.id) as session:
            ctx = Context(session, self.school, self.actor, self.now, self.enqueue, self.vault)
            with unit_of_work(ctx):
                yield ctx
