"""Changes between the preview and the writing of an import, and between two runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.jobs import JobName
from app.models import ImportOutbox, RosterImport, SchoolClass
from app.services.classes.numbering import NewClass, create_classes
from app.services.imports.pages.read import preview_rows, refusal_of
from app.services.imports.pages.upload import confirm_import, discard_import, recheck_import
from app.services.imports.run import apply, check
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.imports.shared import sql
from app.services.imports.shared.lease import MOST_INTERRUPTIONS, STALE, Superseded, claim, hold
from app.services.imports.shared.sweep import sweep_imports
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent
from tests.support.rosters import Importer, messages, plain_rows, sheet_of


def _let_the_lease_run_out(importer: Importer, import_id: int) -> None:
    """As if nobody had worked on the import for longer than a lease."""
    past = func.now() - STALE - timedelta(seconds=1)
    with school_scope(importer.school.id) as session:
        session.execute(update(RosterImport).where(RosterImport.id == import_id).values(heartbeat_at=past))
        session.execute(update(ImportOutbox).where(ImportOutbox.import_id == import_id).values(due_at=past))
        session.commit()


def _outbox(importer: Importer, import_id: int) -> str | None:
    with school_scope(importer.school.id) as session:
        return session.scalar(select(ImportOutbox.job).where(ImportOutbox.import_id == import_id))


def test_two_administrators_with_the_same_file_create_each_student_once(importer: Importer) -> None:
    rows = plain_rows(importer.school, 5)
    first, second = importer.check(rows), importer.check(rows)
    importer.confirm(first)
    importer.confirm(second)
    result = importer.summary(second).result
    assert result is not None
    assert (len(importer.users()), len(importer.classes())) == (5, 1)
    assert (result.created, result.problem, result.classes) == (0, 5, ())
    assert "请重新导入这一行" in messages(importer.summary(second).problems)[-1]
    assert importer.summary(importer.check(rows)).counts.unchanged == 5


def test_a_new_student_meets_the_class_that_was_created_meanwhile(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    first, second = importer.check(rows[:1]), importer.check(rows[1:])
    importer.confirm(first)
    importer.confirm(second)
    assert len({user.class_id for user in importer.users().values()}) == 1


def test_an_account_changed_since_the_preview_is_not_overwritten(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows)
    import_id = importer.check([{**row, "major": "新专业"} for row in rows])
    importer.change(rows[1]["student_no"], major="别人改的专业")
    importer.confirm(import_id)
    users, result = importer.users(), importer.summary(import_id).result
    assert result is not None
    assert [users[row["student_no"]].major for row in rows] == ["新专业", "别人改的专业", "新专业"]
    assert (result.changed, result.problem) == (2, 1)
    with importer.units() as ctx:
        (left,) = preview_rows(ctx, import_id=import_id, part="problem").rows
    assert (left.row_no, messages(left.problems)) == (
        3,
        ["刚被别人修改，没有覆盖，请重新导入这一行"],
    )


def test_a_value_taken_since_the_preview_leaves_that_row_out(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows[:2])
    import_id = importer.check(
        [{**rows[0], "email": "new@example.com"}, {**rows[2], "mobile": "13900002222"}]
    )
    importer.change(rows[1]["student_no"], email="new@example.com")
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.changed, result.problem) == (1, 0, 1)


def test_a_class_deleted_since_the_preview_leaves_its_rows_out(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    with importer.units() as ctx:
        (class_id,) = create_classes(
            ctx, wanted=[NewClass(_next_id(ctx), rows[0]["class_name"], 2026, None)]
        ).values()
    import_id = importer.check(rows)
    assert importer.summary(import_id).classes == ()
    with importer.units() as ctx:
        ctx.session.delete(ctx.session.scalars(select(SchoolClass).where(SchoolClass.id == class_id)).one())
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.problem) == (0, 2)


def _next_id(ctx: object) -> int:
    return sql.reserve_ids(ctx, "classes_id_seq", 1)[0]  # type: ignore[arg-type]


def test_of_two_runs_the_later_one_writes(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        slow = claim(ctx, import_id, waiting="uploaded", working="checking")
    assert slow is not None
    with importer.units() as ctx:
        assert claim(ctx, import_id, waiting="uploaded", working="checking") is None, "the first is alive"
    _let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    with pytest.raises(Superseded), importer.units() as ctx:
        hold(ctx, slow, 1, 3)
    assert importer.read(import_id).state == "checked"
    assert len(importer.rows(import_id)) == 3


def test_a_run_that_is_overtaken_in_the_middle_stops_quietly(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school, 9)))
    monkeypatch.setattr(check, "CHUNK", 3)
    stage, calls = sql.stage_rows, []

    def overtaken(ctx: object, number: int, rows: object) -> None:
        stage(ctx, number, rows)  # type: ignore[arg-type]
        calls.append(number)
        if len(calls) == 2:
            # Committed by the other run while this one is in its second part.
            thread = threading.Thread(target=copy_context().run, args=(other_run,))
            later.append(thread)

    def other_run() -> None:
        monkeypatch.setattr(sql, "stage_rows", stage)
        _let_the_lease_run_out(importer, import_id)
        run_check(importer.units, import_id=import_id)

    later: list[threading.Thread] = []
    monkeypatch.setattr(sql, "stage_rows", overtaken)
    show = check.Heartbeat.show

    def between_parts(pulse: check.Heartbeat, done: int, total: int) -> None:
        if later:
            thread = later.pop()
            thread.start()
            thread.join()
        show(pulse, done, total)

    monkeypatch.setattr(check.Heartbeat, "show", between_parts)
    run_check(importer.units, import_id=import_id)
    found = importer.read(import_id)
    assert (found.state, found.epoch) == ("checked", 2)
    assert [row.row_no for row in importer.rows(import_id)] == list(range(2, 11))


def test_a_discarded_import_stops_its_run(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        run = claim(ctx, import_id, waiting="uploaded", working="checking")
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    assert run is not None
    with pytest.raises(Superseded), importer.units() as ctx:
        hold(ctx, run, 0, 3)


def test_an_error_of_ours_fails_the_import_and_writes_nothing(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)

    def broken(*_: object) -> list[int]:
        raise RuntimeError("after the accounts were inserted")

    with monkeypatch.context() as patch:
        patch.setattr(apply.sql, "insert_created", broken)
        with pytest.raises(RuntimeError):
            run_apply(importer.units, import_id=import_id)
    found = importer.read(import_id)
    assert (found.state, importer.users(), importer.classes()) == ("failed", {}, [])
    assert "没有写入任何数据" in str(refusal_of(found))
    with importer.units() as ctx:
        recheck_import(ctx, import_id=import_id, add_unit_code=False)
    run_check(importer.units, import_id=import_id)
    importer.confirm(import_id)
    assert len(importer.users()) == 3


def test_an_import_that_kills_every_worker_is_given_up(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    for _ in range(MOST_INTERRUPTIONS):
        with importer.units() as ctx:
            assert claim(ctx, import_id, waiting="uploaded", working="checking") is not None
        _let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    assert importer.read(import_id).state == "failed"
    assert _outbox(importer, import_id) is None
    importer.check_again(import_id)
    assert importer.read(import_id).state == "checked", "who tries again gets all the runs again"


def test_what_people_do_is_no_interruption(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    for _ in range(MOST_INTERRUPTIONS // 2 + 1):
        importer.check_again(import_id)
        assert importer.read(import_id).state == "checked"
    importer.confirm(import_id)
    assert importer.read(import_id).state == "applied"


def test_interruptions_of_the_check_do_not_count_against_the_writing(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    for _ in range(MOST_INTERRUPTIONS - 1):
        with importer.units() as ctx:
            assert claim(ctx, import_id, waiting="uploaded", working="checking") is not None
        _let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)
    for _ in range(2):
        with importer.units() as ctx:
            assert claim(ctx, import_id, waiting="applying", working="applying") is not None
        _let_the_lease_run_out(importer, import_id)
    run_apply(importer.units, import_id=import_id)
    assert importer.read(import_id).state == "applied"


def test_the_sweep_sends_what_nobody_works_on_once(importer: Importer, sent: Sent) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    sent.clear()

    def sweep() -> list[int | str]:
        sweep_imports(units_for=_units_of(importer))
        mine = [payload["import_id"] for name, school, payload in sent if school == importer.school.id]
        sent.clear()
        return mine

    assert sweep() == []
    _let_the_lease_run_out(importer, import_id)
    assert sweep() == [import_id]
    assert sweep() == []
    run_check(importer.units, import_id=import_id)
    assert _outbox(importer, import_id) is None
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)
    assert _outbox(importer, import_id) == JobName.APPLY_IMPORT


def _units_of(importer: Importer) -> Callable[[SchoolInfo], object]:
    def units_for(school: SchoolInfo) -> object:
        return Importer(school, importer.units.enqueue).units  # type: ignore[arg-type]

    return units_for
