"""Coded values of a file, as a person said what they mean."""

from __future__ import annotations

from app.rules.shared.cells import CellFlaw
from app.services.imports.pages.choosing import choose
from app.services.imports.run.check import run_check
from app.services.imports.run.codes import decoded
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.read import RosterRow, RosterSheet
from tests.support.rosters import Importer, plain_rows

CODES = {"gender": {"0": "女", "1": "男"}}


def test_codes_are_replaced_whether_they_are_numbers_or_texts_and_nothing_else_is() -> None:
    cells = [0.0, " 1 ", "男", None, CellFlaw.ERROR, "2"]
    rows = [RosterRow(row_no, {"gender": cell, "mobile": "0"}, ["x"]) for row_no, cell in enumerate(cells)]
    sheet = RosterSheet({0: "gender"}, ["性别"], {"gender": "性别"}, rows)
    found = decoded(sheet, CODES)
    assert [row.cells["gender"] for row in found.rows] == ["女", "男", "男", None, CellFlaw.ERROR, "2"]
    assert {(row.cells["mobile"], *row.raw) for row in found.rows} == {("0", "x")}
    assert decoded(sheet, {}) is sheet


def test_what_was_said_about_codes_is_stored(importer: Importer) -> None:
    rows = [{**row, "gender": "0", "id_number": "", "birth_date": ""} for row in plain_rows(importer.school)]
    import_id = importer.check(rows)
    if importer.read(import_id).state == "checked":
        assert importer.summary(import_id).counts.problem == 3, "a code without a meaning is no gender"
    with importer.units() as ctx:
        choose(ctx, import_id=import_id, choices=Choices(codes=CODES))
    run_check(importer.units, import_id=import_id)
    importer.confirm(import_id)
    assert {user.gender for user in importer.users().values()} == {"female"}
