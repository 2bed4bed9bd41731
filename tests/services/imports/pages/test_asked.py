"""What an import keeps of its file for the mapping page."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from app.rules.imports.students import LABELS
from app.services.imports.pages.asked import LAYOUT_KIND, asked_of, confirmed_in, with_confirmed
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.mapping import Layout, Reading
from tests.support.readings import change_readings
from tests.support.rosters import Importer, plain_rows


def test_first_rows_samples_and_a_header_that_is_a_person_are_shown_masked(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = plain_rows(importer.school)
    cells = tuple(rows[0].values())

    def headless(reading: Reading, _: Choices) -> Reading:
        layout = replace(reading.layout, header=cells)
        return replace(reading, layout=layout, first_rows=((1, tuple(LABELS.values())), (2, cells)))

    change_readings(monkeypatch, headless)
    import_id = importer.check(rows)
    with importer.units() as ctx:
        asked = asked_of(ctx, import_id=import_id)
    shown = f"{asked}"
    assert rows[0]["student_no"] in shown
    assert not [row for row in rows if row["mobile"] in shown or row["id_number"] in shown]
    assert asked.first_rows[0][1] == tuple(LABELS.values()), "words of a header are no values"


def test_an_import_that_waits_since_the_previous_version_still_shows_its_columns(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    data = {"header": ["XH", "XM"], "fields": ["student_no", None], "samples": [["1"], ["甲"]]}
    with importer.units() as ctx:
        sealed = ctx.vault.seal_blob(ctx.school.id, LAYOUT_KIND, json.dumps(data).encode())
    importer.write(import_id, options={"columns": b64encode(sealed).decode()}, state="mapping")
    with importer.units() as ctx:
        asked = asked_of(ctx, import_id=import_id)
    assert (asked.layout.header, asked.questions, asked.sheets) == (("XH", "XM"), ("columns",), ())


def test_fields_confirmed_for_one_file_are_kept_sealed(importer: Importer) -> None:
    layout = Layout(("900012026001", "张三"), (None, None), ((), ()))
    with importer.units() as ctx:
        options = with_confirmed(ctx, {}, layout, ("student_no", "real_name"))
        assert confirmed_in(ctx, options) == {layout.fingerprint: (("student_no", "real_name"), "教务老师")}
        assert confirmed_in(ctx, {}) == {}
    assert layout.fingerprint not in f"{options}"
