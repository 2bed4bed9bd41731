"""Imports of the sample files, which ``samples/README.md`` describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tenants.registry import SchoolInfo
from tests.support.rosters import Importer

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.mark.parametrize(
    ("name", "good", "wrong"),
    [
        ("students-300.xlsx", 300, 0),
        ("students-300-problems.xlsx", 279, 21),
        ("students.xls", 60, 0),
        ("students-gb18030.csv", 120, 0),
        ("students-shuffled.xlsx", 100, 0),
    ],
)
def test_a_sample_goes_in(
    sample_school: SchoolInfo,
    importer_for: Callable[[SchoolInfo], Importer],
    name: str,
    good: int,
    wrong: int,
) -> None:
    importer = importer_for(sample_school)
    before = len(importer.users())
    import_id = importer.check((SAMPLES / name).read_bytes())
    counts = importer.summary(import_id).counts
    assert (counts.good + counts.unchanged, counts.problem) == (good, wrong)
    if counts.good:
        # The school outlives a test: another file may have brought the same students.
        importer.confirm(import_id)
    assert len(importer.users()) - before == counts.create
