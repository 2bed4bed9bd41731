"""The unit of work: all or nothing, audit sealed with the write, jobs after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select, text

from app.context import Context
from app.jobs import JobName
from app.models import AuditEntry, SchoolClass
from app.rules.permissions import Role
from app.services.shared import audit
from app.uow import unit_of_work
from config import with_driver
from tenants.registry import SchoolInfo
from tests.support.app import Sent

MakeContext = Callable[..., Context]


def _write(ctx: Context, name: str) -> None:
    ctx.session.add(SchoolClass(number=name, name=name))
    audit.record(ctx, "class.created", "class", None, {"name": name})
    ctx.send_later(JobName.CHECK_IMPORT, note=name)


def test_a_commit_writes_the_rows_and_the_audit_and_then_sends_the_jobs(
    school: SchoolInfo, make_ctx: MakeContext, sent: Sent
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        _write(ctx, "甲")
        assert not sent
    assert sent == [(JobName.CHECK_IMPORT, school.id, {"note": "甲"})]
    reader = make_ctx(school)
    assert reader.session.scalars(select(SchoolClass.name)).all() == ["甲"]
    assert reader.session.scalars(select(AuditEntry.action)).all() == ["class.created"]


def test_an_error_leaves_no_row_no_audit_and_no_job(
    school: SchoolInfo, make_ctx: MakeContext, sent: Sent
) -> None:
    ctx = make_ctx(school)
    with pytest.raises(RuntimeError, match="stop"), unit_of_work(ctx):
        _write(ctx, "甲")
        raise RuntimeError("stop")
    assert not sent
    reader = make_ctx(school)
    assert reader.session.scalars(select(SchoolClass)).all() == []
    assert reader.session.scalars(select(AuditEntry)).all() == []


def test_a_queue_that_is_down_does_not_undo_the_commit(school: SchoolInfo, make_ctx: MakeContext) -> None:
    def down(*_: object) -> None:
        raise ConnectionError

    ctx = make_ctx(school)
    broken = Context(ctx.session, ctx.school, ctx.actor, ctx.now, down, ctx.vault)
    with unit_of_work(broken):
        _write(broken, "甲")
    assert make_ctx(school).session.scalars(select(SchoolClass.name)).all() == ["甲"]


def test_after_a_job_that_is_not_taken_the_others_are_left_to_the_sweeper(
    school: SchoolInfo, make_ctx: MakeContext
) -> None:
    tried: list[object] = []

    def down(*job: object) -> None:
        tried.append(job)
        raise ConnectionError

    with unit_of_work(replace(make_ctx(school), enqueue=down)) as ctx:
        for number in range(3):
            ctx.send_later(JobName.CHECK_IMPORT, import_id=number)
    assert tried == [(JobName.CHECK_IMPORT, school.id, {"import_id": 0})]


def test_a_wake_up_is_sent_once_for_all_schools_of_a_transaction(
    alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo, make_ctx: MakeContext, sent: Sent
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        for one in (school, other_school, school):
            with ctx.within(one) as inner:
                inner.wake(JobName.WAKE_MAILS)
                inner.send_later(JobName.CHECK_IMPORT, import_id=1)
    assert sent == [
        (JobName.WAKE_MAILS, alliance.id, {}),
        (JobName.CHECK_IMPORT, school.id, {"import_id": 1}),
        (JobName.CHECK_IMPORT, other_school.id, {"import_id": 1}),
    ]


def test_work_within_another_school_is_audited_there_and_committed_together(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeContext
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        audit.record(ctx, "outer", "test")
        with ctx.within(school) as inner:
            _write(inner, "甲")
    reader = make_ctx(school)
    assert reader.session.scalars(select(SchoolClass.name)).all() == ["甲"]
    assert reader.session.scalars(select(AuditEntry.action)).all() == ["class.created"]


def test_every_edit_of_the_audit_log_is_found(
    school: SchoolInfo, make_ctx: MakeContext, pg_admin_url: str
) -> None:
    for number in range(10):
        with unit_of_work(make_ctx(school)) as ctx:
            _write(ctx, f"班{number}")
    reader = make_ctx(school)
    assert audit.broken_links(reader, reader.vault) == []
    edits = {
        "actor_name = 'x'": "actor_name = 'administrator'",
        "action = 'y'": "action = 'class.created'",
        "at = at + interval '1 second'": "at = at - interval '1 second'",
        "data = '{}'": None,
    }
    engine = create_engine(with_driver(pg_admin_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for edit, back in edits.items():
            where = f" WHERE school_id = {school.id} AND id = 5"
            before = connection.execute(text(f"SELECT data::text FROM audit_log {where}")).scalar_one()
            connection.execute(text(f"UPDATE audit_log SET {edit}{where}"))
            fresh = make_ctx(school)
            assert 5 in audit.broken_links(fresh, fresh.vault), edit
            restore = back or "data = cast(:data as jsonb)"
            connection.execute(
                text(f"UPDATE audit_log SET {restore}{where}"), {} if back else {"data": before}
            )
        fresh = make_ctx(school)
        assert audit.broken_links(fresh, fresh.vault) == []
        connection.execute(text(f"DELETE FROM audit_log WHERE school_id = {school.id} AND id = 4"))
    engine.dispose()
    fresh = make_ctx(school)
    assert audit.broken_links(fresh, fresh.vault)
