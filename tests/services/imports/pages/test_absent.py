"""Students who are missing from a file."""

from __future__ import annotations

from app.services.imports.pages.absent import count_absent, list_absent
from tests.support.rosters import Importer, plain_rows


def _absent(importer: Importer, import_id: int, within: str = "class") -> list[str]:
    with importer.units() as ctx:
        found = list_absent(ctx, import_id=import_id, within=within)  # type: ignore[arg-type]
        assert found.total == count_absent(ctx, import_id=import_id)[within]  # type: ignore[index]
    return [one.student_no for one in found.rows]


def test_those_of_the_same_class_and_of_the_same_year_are_listed_and_not_touched(importer: Importer) -> None:
    rows = plain_rows(importer.school, 70)
    importer.do(rows)
    first = [row for row in rows if row["class_name"] == rows[0]["class_name"]]
    others = [row for row in rows if row["class_name"] != rows[0]["class_name"]]
    import_id = importer.check([{**row, "major": "新专业"} for row in first[2:]])
    missing = [row["student_no"] for row in first[:2]]
    assert _absent(importer, import_id) == missing
    year = importer.summary(import_id).scope
    assert len(year.classes) == 1
    with importer.units() as ctx:
        counts = count_absent(ctx, import_id=import_id)
    assert counts["class"] == 2
    assert counts["year"] == 2 + sum(row["entry_year"] == first[0]["entry_year"] for row in others)
    importer.confirm(import_id)
    assert _absent(importer, import_id) == missing
    assert len(importer.users()) == 70


def test_a_row_with_a_problem_is_not_absent_and_neither_is_a_disabled_account(importer: Importer) -> None:
    rows = plain_rows(importer.school, 4)
    importer.do(rows)
    importer.change(rows[3]["student_no"], status="disabled")
    import_id = importer.check([rows[0], {**rows[1], "mobile": "1"}])
    assert _absent(importer, import_id) == [rows[2]["student_no"]]


def test_a_new_class_has_nobody_absent(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school, 2))
    assert _absent(importer, import_id) == []
    assert _absent(importer, import_id, "year") == []
