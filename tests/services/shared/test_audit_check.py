"""The check of the audit chain: planted changes are found, and the daily task reports them."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.rules.permissions import Role
from app.rules.shared.audit_chain import Damage, read_anchors
from app.services.shared import audit_check
from app.services.shared.audit_chain import head_of
from app.services.shared.audit_check import LATE, check_chain, check_today
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.audit import Planted, Tamperer, chain_all, check_apart, write_old_rows, write_rows
from workers.schedule import DAILY_TASKS

MakeCtx = Callable[..., Context]

#: The plants are drawn with ``random.Random(seed)`` for each of these.
SEEDS = range(100)


def test_100_of_100_planted_edits_deletions_and_reorderings_are_found(
    school: SchoolInfo, make_ctx: MakeCtx, tamperer: Tamperer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "PAGE", 7)
    write_old_rows(school, 15)
    write_rows(make_ctx, school, 25)
    chain_all(make_ctx, school)
    anchor = head_of(make_ctx(school))
    assert check_apart(make_ctx, school, anchor).problems() == []
    tamperer.save()
    tried: Counter[str] = Counter()
    for seed in SEEDS:
        dice = random.Random(seed)
        hand = (tamperer.edit, tamperer.delete, tamperer.reorder)[seed % 3]
        planted = hand(dice)
        tried[hand.__name__] += 1
        _assert_found(check_apart(make_ctx, school, anchor).broken, planted, f"seed {seed}")
        tamperer.restore()
    assert tried == {"edit": 34, "delete": 33, "reorder": 33}
    assert check_apart(make_ctx, school, anchor).problems() == []


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
    broken = check_apart(make_ctx, school).broken
    assert broken is not None
    assert broken.damage is Damage.LOOSE
    # With a place in the queue as well, it gets a link, and is known for what it is all the same.
    tamperer.run(
        "INSERT INTO audit_outbox SELECT school_id, max(id) FROM audit_log WHERE school_id = :school GROUP BY 1"
    )
    chain_all(make_ctx, school)
    write_rows(make_ctx, school, 1)
    chain_all(make_ctx, school)
    broken = check_apart(make_ctx, school).broken
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
        broken = check_apart(make_ctx, school).broken
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
    assert check_apart(make_ctx, school).broken is None
    broken = check_apart(make_ctx, school, anchor).broken
    assert broken == audit_check.Broken(Damage.CUT, 6)
    tamperer.restore()
    # Somebody who has the key and the superuser's rights leaves one row out and lets the rest be chained again.
    tamperer.run("DELETE FROM audit_links WHERE school_id = :school")
    tamperer.run("DELETE FROM audit_log WHERE school_id = :school AND object_id = 2")
    tamperer.run("INSERT INTO audit_outbox SELECT school_id, id FROM audit_log WHERE school_id = :school")
    chain_all(make_ctx, school)
    write_rows(make_ctx, school, 1)
    chain_all(make_ctx, school)
    assert check_apart(make_ctx, school).broken is None
    assert check_apart(make_ctx, school, anchor).broken == audit_check.Broken(Damage.REWRITTEN, 6)


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
    assert not any(check_apart(make_ctx, school, day=day).problems() for day in days)
    tamperer.save()
    for position, audit_id in tamperer.links():
        for deleted in ("audit_log WHERE id = :id", "audit_links WHERE audit_id = :id"):
            tamperer.run(f"DELETE FROM {deleted} AND school_id = :school", id=audit_id)
            found = [check_apart(make_ctx, school, day=day).broken is not None for day in days]
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
