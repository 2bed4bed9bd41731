"""The unit of work: all or nothing, audit rows with the write, jobs after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.jobs import JobName
from app.models import Announcement, AuditEntry, SchoolClass
from app.rules.permissions import Role
from app.services.shared import audit
from app.uow import unit_of_work
from tenants import changes as written
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


@pytest.mark.parametrize("error", [ConnectionError, OSError, TypeError])
def test_an_error_while_sending_jobs_does_not_undo_the_commit_or_fail_the_caller(
    school: SchoolInfo, make_ctx: MakeContext, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def down(*_: object) -> None:
        raise error("planted")

    with unit_of_work(replace(make_ctx(school), enqueue=down)) as broken:
        _write(broken, "甲")
    assert make_ctx(school).session.scalars(select(SchoolClass.name)).all() == ["甲"]
    assert any(record.exc_info for record in caplog.records)


def test_an_error_in_what_follows_the_commit_still_sends_the_jobs(
    school: SchoolInfo, make_ctx: MakeContext, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OSError("planted")

    monkeypatch.setattr(written, "_listeners", [fail])
    with unit_of_work(make_ctx(school)) as ctx:
        _write(ctx, "甲")
    assert len(sent) == 1
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


def test_work_within_another_school_inside_a_savepoint_is_kept(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeContext, sent: Sent
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        with ctx.session.begin_nested(), ctx.within(school) as inner:
            _write(inner, "甲")
        audit.record(ctx, "outer", "test")
    reader = make_ctx(school)
    assert reader.session.scalars(select(SchoolClass.name)).all() == ["甲"]
    assert reader.session.scalars(select(AuditEntry.action)).all() == ["class.created"]
    assert sent == [(JobName.CHECK_IMPORT, school.id, {"note": "甲"})]


def test_a_savepoint_that_is_taken_back_takes_rows_audit_and_jobs_with_it(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeContext, sent: Sent
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        with ctx.within(school) as inner:
            _write(inner, "甲")
            with pytest.raises(RuntimeError, match="stop"), inner.session.begin_nested():
                _write(inner, "乙")
                raise RuntimeError("stop")
        with pytest.raises(RuntimeError, match="stop"), ctx.session.begin_nested():
            with ctx.within(school) as inner:
                _write(inner, "丙")
            raise RuntimeError("stop")
        with ctx.within(school) as inner:
            _write(inner, "丁")
    reader = make_ctx(school)
    assert reader.session.scalars(select(SchoolClass.name).order_by(SchoolClass.id)).all() == ["甲", "丁"]
    assert len(reader.session.scalars(select(AuditEntry)).all()) == 2
    assert [payload["note"] for _, _, payload in sent] == ["甲", "丁"]


@pytest.mark.parametrize("way", ["flush", "statement"])
def test_what_the_database_refuses_within_another_school_is_told_as_it_is(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeContext, way: str
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        title = f"公告{school.id}"
        ctx.session.add(Announcement(title=title, body="x", created_by_name="x"))
        with (
            pytest.raises(IntegrityError),
            ctx.session.begin_nested(),
            ctx.within(school) as inner,
        ):
            for name in ("一班", "二班"):
                if way == "flush":
                    inner.session.add(SchoolClass(number="1", name=name))
                else:
                    inner.session.execute(
                        insert(SchoolClass).values(number="1", name=name, school_id=school.id)
                    )
        # The outer session goes on in its own school.
        assert ctx.session.scalars(select(Announcement.title).where(Announcement.title == title)).all() == [
            title
        ]
        audit.record(ctx, "outer", "test", None, {"title": title})
    seen = make_ctx(alliance).session
    assert seen.scalars(select(Announcement.title).where(Announcement.title == title)).all() == [title]
    assert make_ctx(school).session.scalars(select(SchoolClass)).all() == []


def test_what_the_database_refuses_within_another_school_ends_the_unit_of_work_as_it_is(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeContext
) -> None:
    with (
        pytest.raises(IntegrityError),
        unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx,
        ctx.within(school) as inner,
    ):
        for name in ("一班", "二班"):
            inner.session.execute(insert(SchoolClass).values(number="1", name=name, school_id=school.id))
    assert make_ctx(school).session.scalars(select(SchoolClass)).all() == []
