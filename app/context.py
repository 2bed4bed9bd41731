"""The context of a use case: session, school, actor, clock, queue and keys."""

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
    """Return the machine's time; entry points pass this function to a ``Context``."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or process that acts.

    Args:
        role: the role, which determines the permissions (``app.rules.permissions``).
        name: the name in the audit log.
        user_id: the account; ``None`` for the system and the shell.
        school_id: the school of the account.
        address: the client's network address, if there is one.
    """

    role: Role
    name: str
    user_id: int | None = None
    school_id: int | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The context that every use case receives; ``now`` is the only clock of the domain."""

    session: Session
    school: SchoolInfo
    actor: Actor
    now: Callable[[], datetime]
    enqueue: Enqueue
    vault: Vault

    def today(self) -> date:
        """Return the current date at the school."""
        return self.now().astimezone(ZoneInfo(self.school.timezone)).date()

    def send_later(self, name: JobName, **payload: int | str) -> None:
        """Send a job after the unit of work has been committed."""
        self.session.info.setdefault("jobs", []).append((name, self.school.id, payload))

    def wake(self, name: JobName) -> None:
        """Send a job for all schools, once, after the unit of work has been committed."""
        self.session.info.setdefault("jobs", []).append((name, self.school.alliance_id, {}))

    @contextmanager
    def within(self, school: SchoolInfo) -> Iterator[Context]:
        """Open a context for another school with the same actor and transaction; the alliance's way to a member's rows.

        Its audit rows are committed and its jobs are sent together with those of this context.
        """
        with sibling_scope(self.session, school.id) as session:
            inner = replace(self, session=session, school=school)
            yield inner
            self.session.info.setdefault("jobs", []).extend(session.info.get("jobs", []))
