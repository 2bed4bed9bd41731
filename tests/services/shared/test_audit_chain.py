"""The audit chain: no lock while rows are written, positions in the order of commits, every tampering found."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.context import Context
from app.models import AuditEntry, AuditLink, AuditOutbox, SchoolClass
from app.rules.permissions import Role
from app.rules.shared.audit_chain import Damage
from app.services.shared import audit_chain
from app.services.shared.audit import record
from app.services.shared.audit_chain import head_of, sweep_audit
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.audit import Tamperer, chain_all, check_apart, write_old_rows, write_rows
from workers import schedule
from workers.dispatch import units_for

MakeCtx = Callable[..., Context]


def links(ctx: Context) -> list[tuple[int, int]]:
    """Position and row of each link of the school."""
    found = select(AuditLink.position, AuditLink.audit_id).order_by(AuditLink.position)
    return [(row[0], row[1]) for row in ctx.session.execute(found)]


def test_rows_wait_in_the_outbox_and_are_chained_in_one_sweep(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeCtx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 4)
    write_rows(make_ctx, school, 10)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx, ctx.within(school) as inner:
        record(inner, "test.done", "test")
    reader = make_ctx(school)
    waiting = reader.session.scalars(
        select(AuditOutbox.audit_id).where(AuditOutbox.school_id == school.id)
    ).all()
    assert len(waiting) == 11
    assert head_of(reader).position == 0
    assert sweep_audit(units_for=units_for) >= 11
    reader = make_ctx(school)
    assert links(reader) == list(enumerate(sorted(waiting), start=1))
    checked = check_apart(make_ctx, school)
    assert (checked.head.position, checked.problems()) == (11, [])
    assert sweep_audit(units_for=units_for) == 0


def test_the_workers_sweep_chains(app: Flask, school: SchoolInfo, make_ctx: MakeCtx) -> None:
    write_rows(make_ctx, school, 3)
    schedule.sweep()
    assert len(links(make_ctx(school))) == 3


def test_a_write_does_not_wait_for_the_commit_of_another_of_its_school(
    school: SchoolInfo, make_ctx: MakeCtx
) -> None:
    slow = make_ctx(school)

    @event.listens_for(slow.session, "before_commit")
    def meanwhile(_: Session) -> None:
        write_rows(make_ctx, school, 2)

    with unit_of_work(slow):
        slow.session.add(SchoolClass(number="1", name="一班"))
        record(slow, "class.created", "class")
    assert len(make_ctx(school).session.scalars(select(AuditEntry.id)).all()) == 3


def test_a_row_that_is_committed_late_comes_at_the_end(school: SchoolInfo, make_ctx: MakeCtx) -> None:
    with unit_of_work(make_ctx(school)) as late:
        record(late, "test.late", "test")
        late.session.flush()
        write_rows(make_ctx, school, 2)
        assert chain_all(make_ctx, school) == 2
        # What is not committed is neither chained nor missed.
        assert check_apart(make_ctx, school).problems() == []
    assert check_apart(make_ctx, school).problems() == []
    assert chain_all(make_ctx, school) == 1
    reader = make_ctx(school)
    last = links(reader)[-1][1]
    assert reader.session.get_one(AuditEntry, (school.id, last)).action == "test.late"
    assert last < links(reader)[0][1]
    assert check_apart(make_ctx, school).problems() == []


def test_many_writers_and_sweepers_at_once_leave_one_whole_chain(
    app: Flask, school: SchoolInfo, make_ctx: MakeCtx
) -> None:
    def work(number: int) -> None:
        with app.app_context():
            for _ in range(20):
                with unit_of_work(contexts[number]) as ctx:
                    record(ctx, "test.done", "test", number)
                sweep_audit(units_for=units_for)

    contexts = [make_ctx(school) for _ in range(4)]
    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    chain_all(make_ctx, school)
    assert [position for position, _ in links(make_ctx(school))] == list(range(1, 81))
    assert check_apart(make_ctx, school).problems() == []


def test_an_error_in_one_school_does_not_hold_up_the_others(
    school: SchoolInfo, other_school: SchoolInfo, make_ctx: MakeCtx, caplog: pytest.LogCaptureFixture
) -> None:
    write_rows(make_ctx, school, 1)
    write_rows(make_ctx, other_school, 1)

    def failing(which: SchoolInfo) -> object:
        if which.id == school.id:
            raise RuntimeError("planted")
        return units_for(which)

    sweep_audit(units_for=failing)  # type: ignore[arg-type]
    assert links(make_ctx(school)) == []
    assert len(links(make_ctx(other_school))) == 1
    assert any(line.exc_info and school.slug in line.getMessage() for line in caplog.records)
    assert sweep_audit(units_for=units_for) == 1


def test_rows_of_the_version_before_keep_their_digests_and_new_ones_follow(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer
) -> None:
    write_old_rows(school, 5)
    assert chain_all(make_ctx, school) == 5
    write_rows(make_ctx, school, 5)
    assert chain_all(make_ctx, school) == 5
    assert check_apart(make_ctx, school).problems() == []
    same = tamperer.run(
        "SELECT count(*) FROM audit_log a JOIN audit_links l ON l.school_id = a.school_id AND l.audit_id = a.id"
        " AND l.position = a.id AND l.digest = a.digest WHERE a.school_id = :school"
    )
    assert same[0][0] == 5


def test_a_note_of_a_row_that_has_a_link_holds_up_nothing(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, caplog: pytest.LogCaptureFixture
) -> None:
    write_rows(make_ctx, school, 3)
    sweep_audit(units_for=units_for)
    tamperer.run(
        "INSERT INTO audit_outbox SELECT school_id, audit_id FROM audit_links WHERE school_id = :school LIMIT 1"
    )
    write_rows(make_ctx, school, 2)
    sweep_audit(units_for=units_for)
    assert "were inserted again" in caplog.text
    checked = check_apart(make_ctx, school)
    assert (checked.head.position, checked.problems()) == (5, [])
    assert sweep_audit(units_for=units_for) == 0


@pytest.mark.parametrize(
    "at", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC", "9999-12-31 23:59:59+00"]
)
def test_a_time_that_cannot_be_read_is_a_changed_row_like_any_other(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, at: str
) -> None:
    write_rows(make_ctx, school, 3)
    sweep_audit(units_for=units_for)
    _, audit_id = tamperer.links()[1]
    tamperer.run(
        "UPDATE audit_log SET at = cast(:at AS timestamptz) WHERE school_id = :school AND id = :id",
        at=at,
        id=audit_id,
    )
    write_rows(make_ctx, school, 2)
    sweep_audit(units_for=units_for)
    checked = check_apart(make_ctx, school)
    assert checked.head.position == 5
    assert checked.broken is not None
    assert (checked.broken.damage, checked.broken.position, checked.broken.audit_id) == (
        Damage.CHANGED,
        2,
        audit_id,
    )
