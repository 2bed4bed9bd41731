"""The check of a school's audit chain: it finds rows that were edited, deleted, inserted, reordered or cut off."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from app.context import Context
from app.models import AuditEntry, AuditLink, AuditOutbox
from app.rules.permissions import Action
from app.rules.shared.audit_chain import Anchor, Damage, Head, damage_of, parts_of_day
from app.services.shared.audit_chain import ROW, head_of
from app.services.shared.require_permission import require

log = logging.getLogger("spoc.audit")

#: How long a row may wait to be chained; an import can keep the sweeper from its rounds.
LATE = timedelta(minutes=15)
#: Links read by one query.
PAGE = 2000
#: Links in one part of a long chain: the daily check must not keep a worker from its jobs.
PART = 25_000


_LINK = (AuditLink.position, AuditLink.audit_id, AuditLink.digest)


class _Link(NamedTuple):
    """A link of the chain; the link before the first has position 0 and no row."""

    position: int
    audit_id: int | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first faulty place; a row without a link has no position, an anchor names no row."""

    damage: Damage
    position: int | None = None
    audit_id: int | None = None

    def __str__(self) -> str:
        row = [] if self.audit_id is None else [f"row {self.audit_id}"]
        place = [] if self.position is None else [f"position {self.position}"]
        return f"{', '.join(row + place)}: {self.damage}"


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check.

    Args:
        head: the chain's last link.
        broken: the first faulty place.
        late: how many rows have waited for longer than ``LATE`` to be chained.
    """

    head: Head
    broken: Broken | None
    late: int

    def problems(self) -> list[str]:
        """Return the faults found, in words for the operator."""
        found = [f"broken at {self.broken}"] if self.broken is not None else []
        if self.late:
            minutes = int(LATE.total_seconds()) // 60
            found.append(
                f"{self.late} rows wait for more than {minutes} minutes to be chained; does a worker run?"
            )
        return found


def check_chain(ctx: Context, *, day: date | None = None, anchors: Iterable[Head] = ()) -> Checked:
    """Compare the school's chain with its rows, and its rows with the chain.

    Args:
        day: check only this day's parts of a long chain; by default everything.
        anchors: what the chain's last link was at earlier times.

    Raises:
        NotAllowed: the actor may not see the log.
    """
    require(ctx, Action.SEE_AUDIT)
    head = head_of(ctx)
    parts = [range(1, head.position + 1)] if day is None else parts_of_day(head.position, day, PART)
    broken = next(
        (found for part in parts if (found := _check_part(ctx, part, part.stop > head.position)) is not None),
        None,
    )
    return Checked(head, broken or _check_anchors(ctx, anchors), _count_late(ctx))


def check_today(ctx: Context) -> None:
    """Run the daily check: log faults as an error, and the chain's head as an anchor for later checks."""
    checked = check_chain(ctx, day=ctx.today())
    for problem in checked.problems():
        log.error("audit chain of %s: %s", ctx.school.slug, problem)
    if checked.head.position:
        log.info("%s", Anchor(ctx.school.slug, checked.head, ctx.school.id))


def _check_part(ctx: Context, part: range, is_last: bool) -> Broken | None:
    last = _link_at(ctx, part.start - 1) if part.start > 1 else _Link(0, None, b"")
    if last is None:
        return Broken(Damage.GAP, part.start)
    while True:
        page = _links_after(ctx, last, part.stop)
        is_end = len(page) < PAGE
        broken = _broken_link(ctx, last, page) or _loose_row(ctx, last, page, to_end=is_end and is_last)
        if broken is not None:
            return broken
        last = page[-1] if page else last
        if is_end:
            return Broken(Damage.GAP, last.position + 1) if last.position + 1 < part.stop else None


def _link_at(ctx: Context, position: int) -> _Link | None:
    found = ctx.session.execute(select(*_LINK).where(AuditLink.position == position)).first()
    return None if found is None else _Link(*found)


def _links_after(ctx: Context, last: _Link, stop: int) -> list[_Link]:
    links = select(*_LINK).where(AuditLink.position < stop).order_by(AuditLink.position).limit(PAGE)
    if last.position:
        # The first page is left out: nothing stands below the first position unless somebody put it there.
        links = links.where(AuditLink.position > last.position)
    return [_Link(*row) for row in ctx.session.execute(links)]


def _broken_link(ctx: Context, last: _Link, page: list[_Link]) -> Broken | None:
    """Return the first link of a page that does not match its row or the link before."""
    ids = [link.audit_id for link in page]
    rows = {row.id: row for row in ctx.session.execute(select(*ROW).where(AuditEntry.id.in_(ids)))}
    for link in page:
        if link.position != last.position + 1:
            return Broken(Damage.GAP, link.position, link.audit_id)
        damage = damage_of(ctx.vault, last.digest, rows.get(link.audit_id), link.digest)
        if damage is not None:
            return Broken(damage, link.position, link.audit_id)
        last = link
    return None


def _loose_row(ctx: Context, last: _Link, page: list[_Link], *, to_end: bool) -> Broken | None:
    """Return a row among those of a page that is neither chained nor waiting.

    Both change in one transaction, so no row is in between. The numbers of a page's rows need not be in order; together
    with the last row of the page before they leave no number out.
    """
    numbers = [link.audit_id for link in (last, *page) if link.audit_id is not None]
    chained = select(AuditLink.position).where(
        AuditLink.school_id == AuditEntry.school_id, AuditLink.audit_id == AuditEntry.id
    )
    waiting = select(AuditOutbox.audit_id).where(
        AuditOutbox.school_id == AuditEntry.school_id, AuditOutbox.audit_id == AuditEntry.id
    )
    loose = select(AuditEntry.id).where(~chained.exists(), ~waiting.exists())
    if last.audit_id is not None:
        loose = loose.where(AuditEntry.id >= min(numbers))
    if numbers and not to_end:
        loose = loose.where(AuditEntry.id <= max(numbers))
    found = ctx.session.scalar(loose.order_by(AuditEntry.id).limit(1))
    return None if found is None else Broken(Damage.LOOSE, None, found)


def _count_late(ctx: Context) -> int:
    fresh = select(AuditEntry.id).where(
        AuditEntry.school_id == AuditOutbox.school_id,
        AuditEntry.id == AuditOutbox.audit_id,
        AuditEntry.at >= ctx.now() - LATE,
    )
    late = select(func.count()).select_from(AuditOutbox).where(AuditOutbox.school_id == ctx.school.id)
    return ctx.session.scalar(late.where(~fresh.exists())) or 0


def _check_anchors(ctx: Context, anchors: Iterable[Head]) -> Broken | None:
    expected = sorted({(anchor.position, anchor.digest) for anchor in anchors})
    positions = [position for position, _ in expected]
    found = {
        row.position: row.digest
        for row in ctx.session.execute(
            select(AuditLink.position, AuditLink.digest).where(AuditLink.position.in_(positions))
        )
    }
    for position, digest in expected:
        if found.get(position) != digest:
            return Broken(Damage.REWRITTEN if position in found else Damage.CUT, position)
    return None
