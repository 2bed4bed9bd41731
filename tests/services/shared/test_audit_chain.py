"""The audit chain: no lock while rows are written, positions in the order of commits, every tampering found."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.context import Context
from app.errors import NotAllowed
from app.models import AuditEntry, AuditLink, AuditOutbox, SchoolClass
from app.rules.permissions import Role
from app.rules.shared.audit_chain import Damage, Head, read_anchors
from app.services.shared import audit_chain, audit_check
from app.services.shared.audit import record
from app.services.shared.audit_chain import head_of, sweep_audit
from app.services.shared.audit_check import LATE, check_chain, check_today
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.audit import Planted, Tamperer, chain_all, write_old_rows, write_rows
from workers import schedule
from workers.dispatch import units_for
from workers.schedule import DAILY_TASKS

MakeCtx = Callable[..., Context]
#: The plants are drawn with ``random.Random(seed)`` for each of these.
SEEDS = range(100)


def links(ctx: Context) -> list[tuple[int, int]]:
    """Position and row of each link of the school."""
    found = select(AuditLink.position, AuditLink.audit_id).order_by(AuditLink.position)
    return [(row[0], row[1]) for row in ctx.session.execute(found)]


def check(
    make_ctx: MakeCtx, school: SchoolInfo, *anchors: Head, day: date | None = None
) -> audit_check.Checked:
    """A check in a session of its own, closed at once: some tests check more often than there are connections."""
    ctx = make_ctx(school)
    checked = check_chain(ctx, day=day, anchors=anchors)
    ctx.session.close()
    return checked


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
    checked = check(make_ctx, school)
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
        assert check(make_ctx, school).problems() == []
    assert check(make_ctx, school).problems() == []
    assert chain_all(make_ctx, school) == 1
    reader = make_ctx(school)
    last = links(reader)[-1][1]
    assert reader.session.get_one(AuditEntry, (school.id, last)).action == "test.late"
    assert last < links(reader)[0][1]
    assert check(make_ctx, school).problems() == []


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
    assert check(make_ctx, school).problems() == []


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
    assert check(make_ctx, school).problems() == []
    same = tamperer.run(
        "SELECT count(*) FROM audit_log a JOIN audit_links l ON l.school_id = a.school_id AND l.audit_id = a.id"
        " AND l.position = a.id AND l.digest = a.digest WHERE a.school_id = :school"
    )
    assert same[0][0] == 5


def test_100_of_100_planted_edits_deletions_and_reorderings_are_found(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "PAGE", 7)
    write_old_rows(school, 15)
    write_rows(make_ctx, school, 25)
    chain_all(make_ctx, school)
    anchor = head_of(make_ctx(school))
    assert check(make_ctx, school, anchor).problems() == []
    tamperer.save()
    tried: Counter[str] = Counter()
    for seed in SEEDS:
        dice = random.Random(seed)
        hand = (tamperer.edit, tamperer.delete, tamperer.reorder)[seed % 3]
        planted = hand(dice)
        tried[hand.__name__] += 1
        _assert_found(check(make_ctx, school, anchor).broken, planted, f"seed {seed}")
        tamperer.restore()
    assert tried == {"edit": 34, "delete": 33, "reorder": 33}
    assert check(make_ctx, school, anchor).problems() == []


def _assert_found(broken: audit_check.Broken | None, planted: Planted, where: str) -> None:
    assert broken is not None, f"{where}: not found: {planted}"
    assert (broken.position or 0) in planted.positions, f"{where}: {planted}: {broken}"
    assert planted.audit_id in (None, broken.audit_id), f"{where}: {planted}: {broken}"


def test_a_row_put_in_by_another_hand_is_found_whether_it_waits_or_not(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer
) -> None:
    write_rows(make_ctx, school, 3)
    chain_all(make_ctx, school)
    tamperer.save()
    columns = "school_id, at, actor_name, action, object_type, data, digest"
    copied = (
        f"INSERT INTO audit_log ({columns}) SELECT {columns} FROM audit_log WHERE school_id = :school LIMIT 1"
    )
    tamperer.run(copied)
    broken = check(make_ctx, school).broken
    assert broken is not None
    assert broken.damage is Damage.LOOSE
    # With a place in the queue as well, it gets a link, and is known for what it is all the same.
    tamperer.run(
        "INSERT INTO audit_outbox SELECT school_id, max(id) FROM audit_log WHERE school_id = :school GROUP BY 1"
    )
    chain_all(make_ctx, school)
    write_rows(make_ctx, school, 1)
    chain_all(make_ctx, school)
    broken = check(make_ctx, school).broken
    assert broken is not None
    assert (broken.damage, broken.position) == (Damage.CHANGED, 4)


def test_a_row_that_is_deleted_or_edited_while_it_waits_is_found(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer
) -> None:
    write_rows(make_ctx, school, 3)
    tamperer.save()
    last = "id = (SELECT max(id) FROM audit_log WHERE school_id = :school)"
    for statement, damage in (
        (f"DELETE FROM audit_log WHERE school_id = :school AND {last}", Damage.DELETED),
        (f"UPDATE audit_log SET actor_name = 'x' WHERE school_id = :school AND {last}", Damage.CHANGED),
    ):
        tamperer.run(statement)
        chain_all(make_ctx, school)
        broken = check(make_ctx, school).broken
        assert broken is not None
        assert (broken.damage, broken.position) == (damage, 3)
        tamperer.restore()


def test_a_chain_that_was_cut_off_or_written_anew_with_the_key_is_found_by_its_anchor(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer
) -> None:
    write_rows(make_ctx, school, 6)
    chain_all(make_ctx, school)
    anchor = head_of(make_ctx(school))
    tamperer.save()
    for table, column in (("audit_links", "position"), ("audit_log", "id")):
        tamperer.run(
            f"DELETE FROM {table} WHERE school_id = :school AND {column} IN"
            f" (SELECT {column} FROM {table} WHERE school_id = :school ORDER BY {column} DESC LIMIT 2)"
        )
    assert check(make_ctx, school).broken is None
    broken = check(make_ctx, school, anchor).broken
    assert broken == audit_check.Broken(Damage.CUT, 6)
    tamperer.restore()
    # Somebody who has the key and the superuser's rights leaves one row out and lets the rest be chained again.
    tamperer.run("DELETE FROM audit_links WHERE school_id = :school")
    tamperer.run("DELETE FROM audit_log WHERE school_id = :school AND object_id = 2")
    tamperer.run("INSERT INTO audit_outbox SELECT school_id, id FROM audit_log WHERE school_id = :school")
    chain_all(make_ctx, school)
    write_rows(make_ctx, school, 1)
    chain_all(make_ctx, school)
    assert check(make_ctx, school).broken is None
    assert check(make_ctx, school, anchor).broken == audit_check.Broken(Damage.REWRITTEN, 6)


def test_rows_that_wait_for_too_long_are_reported(school: SchoolInfo, make_ctx: MakeCtx) -> None:
    write_rows(make_ctx, school, 1)
    assert check_chain(make_ctx(school, now=NOW + LATE)).problems() == []
    late = check_chain(make_ctx(school, now=NOW + LATE + timedelta(seconds=1)))
    assert (late.broken, late.late) == (None, 1)
    assert "1 rows wait for more than 15 minutes" in late.problems()[0]


def test_the_daily_task_logs_an_anchor_and_what_is_broken_as_an_error(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="spoc.audit")
    write_rows(make_ctx, school, 3)
    chain_all(make_ctx, school)
    check_today(make_ctx(school, Role.SYSTEM))
    assert [(line.name, line.levelname) for line in caplog.records] == [("spoc.audit", "INFO")]
    (anchor,) = read_anchors([caplog.text])
    assert (anchor.slug, anchor.school_id) == (school.slug, school.id)
    assert anchor.head == head_of(make_ctx(school))
    caplog.clear()
    tamperer.run("UPDATE audit_log SET actor_name = 'x' WHERE school_id = :school AND object_id = 1")
    check_today(make_ctx(school, Role.SYSTEM))
    error, info = caplog.records
    assert (error.levelname, info.levelname) == ("ERROR", "INFO")
    assert f"audit chain of {school.slug}: broken at row " in error.getMessage()


def test_the_daily_task_of_a_long_chain_checks_a_part_a_day_and_all_in_turn(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "PAGE", 3)
    monkeypatch.setattr(audit_check, "PART", 4)
    write_rows(make_ctx, school, 16)
    chain_all(make_ctx, school)
    days = [date(2026, 9, 1) + timedelta(days=number) for number in range(3)]
    assert not any(check(make_ctx, school, day=day).problems() for day in days)
    tamperer.save()
    for position, audit_id in tamperer.links():
        for deleted in ("audit_log WHERE id = :id", "audit_links WHERE audit_id = :id"):
            tamperer.run(f"DELETE FROM {deleted} AND school_id = :school", id=audit_id)
            found = [check(make_ctx, school, day=day).broken is not None for day in days]
            tamperer.restore()
            assert any(found), (position, deleted)
            assert position <= 12 or all(found), "the newest part is checked every day"


def test_the_check_is_a_daily_task_of_every_tenant_and_not_for_everybody(
    school: SchoolInfo, make_ctx: MakeCtx
) -> None:
    task = next(task for task in DAILY_TASKS if task.run is check_today)
    assert task.every_tenant
    with pytest.raises(NotAllowed):
        check_chain(make_ctx(school, Role.TEACHER))
