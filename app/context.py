"""What a use case gets: the session, the school, the person acting, the clock, the queue and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.jobs import Enqueue, JobName
from app.rules.permissions import Role
from app.vault import Vault
from tenants.registry import SchoolInfo
from tenants.scope import sibling_scope


def system_clock() -> datetime:
    """The machine's clock, for entry points that hand it to a ``Context``."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Args:
        role: what the actor may do (``app.rules.permissions``).
        name: as the audit shows it.
        user_id: the account, ``None`` for the system and the shell.
        school_id: the school of the account.
        address: the client's network address, where there is one.
    """

    role: Role
    name: str
    user_id: int | None = None
    school_id: int | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The explicit surroundings of a use case; ``now`` is the only clock of the domain."""

    session: Session
    school: SchoolInfo
    actor: Actor
    now: Callable[[], datetime]
    enqueue: Enqueue
    vault: Vault

    def today(self) -> date:
        """The calendar day at the school."""
        return self.now().astimezone(ZoneInfo(self.school.timezone)).date()

    def send_later(self, name: JobName, **payload: int | str) -> None:
        """Send a job once the unit of work has been committed."""
        self.session.info.setdefault("jobs", []).append((name, self.school.id, payload))

    def wake(self, name: JobName) -> None:
        """Have a job that concerns all schools sent once the unit of work has been committed, one time only."""
        self.session.info.setdefault("jobs", []).append((name, self.school.alliance_id, {}))

    @contextmanager
    def within(self, school: SchoolInfo) -> Iterator[Context]:
        """The same actor and transaction inside another school; the alliance's way to a member's rows.

        What is audited or sent inside is committed and sent together with the rest.
        """
        with sibling_scope(self.session, school.id) as session:
            inner = replace(self, session=session, school=school)
            yield inner
            self.session.info.setdefault("jobs", []).extend(session.info.get("jobs", []))
