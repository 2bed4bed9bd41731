"""The short form; ``python -m tests.kills`` is the full one."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.kills.attack import LONGEST_RESUME, Attack
from tests.kills.installation import installation
from tests.support.servers import TestDatabase


@pytest.mark.slow
def test_imports_survive_kills_of_horse_worker_sweeper_and_redis(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    seed = secrets.randbelow(10**6)
    with installation(fresh_database, tmp_path) as place:
        report = Attack(place, kills=4, rows=2_000, parallel=2, seed=seed).run()
    assert report.kills.total() == 4
    assert (report.lost, report.doubled) == (0, 0), report.line()
    assert report.longest_resume < LONGEST_RESUME
