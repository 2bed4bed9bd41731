"""The rows that are not read, as a person sees them, and their way through apply, undo and files."""

from __future__ import annotations

import pytest

from app.errors import NotFound
from app.services.imports.pages.absent import count_absent
from app.services.imports.pages.downloads import login_file, problem_file
from app.services.imports.pages.left_out import left_out_rows
from app.services.imports.pages.undo import undo_import
from app.services.imports.pages.update_rules import UpdateRule, change_rule
from tests.support.readings import change_readings, without_rows
from tests.support.rosters import Importer, cells_of, plain_rows


@pytest.fixture
def import_id(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> int:
    """An import of five rows, of which the last two are left out and the second has a problem."""
    change_readings(monkeypatch, lambda reading, _: without_rows(reading, {5: "hidden", 6: "not_a_person"}))
    rows = plain_rows(importer.school, 5)
    rows[1]["mobile"] = "1"
    return importer.check(rows)


def test_left_out_rows_are_listed_masked_with_their_reason(importer: Importer, import_id: int) -> None:
    rows = plain_rows(importer.school, 5)
    with importer.units() as ctx:
        page = left_out_rows(ctx, import_id=import_id)
    assert [(row.row_no, str(row.reason)) for row in page.rows] == [
        (5, "在表格中被隐藏或筛选掉"),
        (6, "不像是人员，例如合计、签名或备注"),
    ]
    assert rows[3]["real_name"] in page.rows[0].texts
    assert rows[3]["mobile"] not in page.rows[0].texts


def test_the_sum_holds_in_the_preview_and_after_a_change_of_the_rule(
    importer: Importer, import_id: int
) -> None:
    for rule in (None, UpdateRule("blank")):
        if rule:
            with importer.units() as ctx:
                change_rule(ctx, import_id=import_id, rule=rule)
        counts = importer.summary(import_id).counts
        assert (counts.rows, counts.create, counts.problem, counts.left_out) == (5, 2, 1, 2)


def test_nobody_is_made_of_a_left_out_row_and_no_file_holds_it(importer: Importer, import_id: int) -> None:
    importer.confirm(import_id)
    result = importer.summary(import_id).result
    assert result is not None
    assert (result.created, result.problem) == (2, 1)
    assert len(importer.users()) == 2
    with importer.units() as ctx:
        assert len(cells_of(problem_file(ctx, import_id=import_id)[1])) == 2
        assert len(cells_of(login_file(ctx, import_id=import_id)[1])) == 3
        assert count_absent(ctx, import_id=import_id) == {"class": 0, "year": 0}
    with importer.units() as ctx:
        undo_import(ctx, import_id=import_id)
    undone = importer.summary(import_id).undone
    assert undone is not None
    assert (undone.removed, undone.kept) == (2, 0)
    assert importer.users() == {}


def test_left_out_rows_of_no_import_are_not_found(importer: Importer) -> None:
    with pytest.raises(NotFound), importer.units() as ctx:
        left_out_rows(ctx, import_id=0)
