"""The lease on an import: of two runs one writes, and another one follows a run that died."""

from __future__ import annotations

import pytest

from app.services.imports.pages.upload import confirm_import, discard_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.imports.shared.lease import MOST_INTERRUPTIONS, Superseded, claim, hold
from tests.support.rosters import (
    Importer,
    job_in_outbox,
    let_the_lease_run_out,
    plain_rows,
    sheet_of,
)


def test_of_two_runs_the_later_one_writes(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        slow = claim(ctx, import_id, waiting="uploaded", working="checking")
    assert slow is not None
    with importer.units() as ctx:
        assert claim(ctx, import_id, waiting="uploaded", working="checking") is None, "the first is alive"
    let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    with pytest.raises(Superseded), importer.units() as ctx:
        hold(ctx, slow, 1, 3)
    assert importer.read(import_id).state == "checked"
    assert len(importer.rows(import_id)) == 3


def test_a_discarded_import_stops_its_run(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        run = claim(ctx, import_id, waiting="uploaded", working="checking")
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    assert run is not None
    with pytest.raises(Superseded), importer.units() as ctx:
        hold(ctx, run, 0, 3)


def test_an_import_that_kills_every_worker_is_given_up(importer: Importer) -> None:
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    for _ in range(MOST_INTERRUPTIONS):
        with importer.units() as ctx:
            assert claim(ctx, import_id, waiting="uploaded", working="checking") is not None
        let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    assert importer.read(import_id).state == "failed"
    assert job_in_outbox(importer, import_id) is None
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
        let_the_lease_run_out(importer, import_id)
    run_check(importer.units, import_id=import_id)
    with importer.units() as ctx:
        confirm_import(ctx, import_id=import_id)
    for _ in range(2):
        with importer.units() as ctx:
            assert claim(ctx, import_id, waiting="applying", working="applying") is not None
        let_the_lease_run_out(importer, import_id)
    run_apply(importer.units, import_id=import_id)
    assert importer.read(import_id).state == "applied"
