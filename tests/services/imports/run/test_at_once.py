"""Two administrators who import at the same moment, each in their own transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import User
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.upload import confirm_import
from app.services.imports.run import apply
from app.services.imports.run.apply import run_apply
from tenants.scope import school_scope
from tests.support.rosters import Importer, messages, plain_rows
from tests.support.waiting import PATIENCE


def _confirm(importer: Importer, *imports: int) -> None:
    for import_id in imports:
        with importer.units() as ctx:
            confirm_import(ctx, import_id=import_id)


def _at_once(*works: Callable[[], object]) -> None:
    """Begin together, each in a thread; nothing may hang or break."""
    start, failures = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        start.wait(PATIENCE)
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=copy_context().run, args=(run, work), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    assert failures == []


def _apply_at_once(importer: Importer, *imports: int) -> None:
    _confirm(importer, *imports)
    _at_once(*(lambda one=one: run_apply(importer.units, import_id=one) for one in imports))


def test_the_same_new_students_in_another_order_are_created_once(importer: Importer) -> None:
    rows = plain_rows(importer.school, 200)
    first, second = importer.check(rows), importer.check(rows[::-1])
    _apply_at_once(importer, first, second)
    results = [importer.summary(one).result for one in (first, second)]
    assert sorted(result.created for result in results if result) == [0, 200]
    assert sum(result.problem for result in results if result) == 200
    assert len(importer.users()) == 200
    assert len({(one.name, one.entry_year) for one in importer.classes()}) == len(importer.classes())


def test_the_same_new_class_is_created_once_and_holds_both_imports(importer: Importer) -> None:
    rows = [{**row, "class_name": "同一个新班"} for row in plain_rows(importer.school, 20)]
    first, second = importer.check(rows[:10]), importer.check(rows[10:])
    _apply_at_once(importer, first, second)
    (only,) = importer.classes()
    assert {user.class_id for user in importer.users().values()} == {only.id}
    assert len(importer.users()) == 20


def test_overlapping_changes_are_written_by_one_and_named_to_the_other(importer: Importer) -> None:
    rows = plain_rows(importer.school, 60)
    importer.do(rows)
    first = importer.check([{**row, "major": "甲专业"} for row in rows[:40]])
    second = importer.check([{**row, "major": "乙专业"} for row in reversed(rows[20:])])
    _apply_at_once(importer, first, second)
    majors = [user.major for _, user in sorted(importer.users().items())]
    assert majors[:20] == ["甲专业"] * 20
    assert majors[40:] == ["乙专业"] * 20
    assert len(set(majors[20:40])) == 1, "the overlap is one import's or the other's"
    results = {one: importer.summary(one) for one in (first, second)}
    assert sorted(one.result.changed for one in results.values() if one.result) == [20, 40]
    (loser,) = [one for one in results.values() if one.result and one.result.changed == 20]
    assert messages(loser.problems)[-1] == "刚被别人修改，没有覆盖，请重新导入这一行"


def test_an_edit_by_hand_in_the_same_moment_is_waited_for_and_kept(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = plain_rows(importer.school, 3)
    importer.do(rows)
    import_id = importer.check([{**row, "major": "新专业"} for row in rows])
    _confirm(importer, import_id)
    held, asked = threading.Event(), threading.Event()
    hold = apply.hold_changed

    def announced(ctx: Context, number: int) -> None:
        asked.set()
        hold(ctx, number)

    monkeypatch.setattr(apply, "hold_changed", announced)

    def edit() -> None:
        with school_scope(importer.school.id) as session:
            user = session.scalars(
                select(User).where(User.student_no == rows[1]["student_no"]).with_for_update()
            ).one()
            user.major = "手工专业"
            session.flush()
            held.set()
            assert asked.wait(PATIENCE)
            session.commit()

    def save() -> None:
        assert held.wait(PATIENCE)
        run_apply(importer.units, import_id=import_id)

    _at_once(edit, save)
    users, result = importer.users(), importer.summary(import_id).result
    assert [users[row["student_no"]].major for row in rows] == ["新专业", "手工专业", "新专业"]
    assert result is not None
    assert (result.changed, result.problem) == (2, 1)


def test_an_undo_beside_another_import_leaves_nobody_without_a_class(importer: Importer) -> None:
    rows = plain_rows(importer.school, 20)
    first = importer.do(rows[:10])
    second = importer.check(rows[10:])
    _confirm(importer, second)

    def undo() -> None:
        with importer.units() as ctx:
            undo_import(ctx, import_id=first)

    _at_once(undo, lambda: run_apply(importer.units, import_id=second))
    classes = {one.id for one in importer.classes()}
    result = importer.summary(second).result
    assert result is not None
    assert len(importer.users()) == result.created
    assert {user.class_id for user in importer.users().values()} <= classes
