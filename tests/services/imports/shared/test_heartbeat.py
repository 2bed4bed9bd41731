"""The visible progress of a running import."""

from __future__ import annotations

import pytest

from app.services.imports.shared import heartbeat as pulse
from app.services.imports.shared.heartbeat import keep_alive
from app.services.imports.shared.lease import Superseded, claim
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.waiting import eventually


def test_progress_and_heartbeat_are_seen_while_a_run_works(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "INTERVAL", 0.02)
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        run = claim(ctx, import_id, waiting="uploaded", working="checking")
    assert run is not None
    first = importer.read(import_id).heartbeat_at
    assert first is not None
    with keep_alive(importer.units, run) as shown:
        shown.show(2, 3)
        eventually(lambda: (importer.read(import_id).heartbeat_at or first) > first)
        found = importer.read(import_id)
        assert (found.state, found.progress_done, found.progress_total) == ("checking", 2, 3)


def test_a_run_hears_from_its_heartbeat_that_it_is_no_longer_wanted(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "INTERVAL", 0.02)
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    with importer.units() as ctx:
        run = claim(ctx, import_id, waiting="uploaded", working="checking")
    assert run is not None
    gone: list[bool] = []

    def wanted(shown: pulse.Heartbeat) -> bool:
        try:
            shown.show(1, 3)
        except Superseded:
            gone.append(True)
        return bool(gone)

    with keep_alive(importer.units, run) as shown:
        importer.write(import_id, epoch=run.epoch + 1)
        eventually(lambda: wanted(shown))
