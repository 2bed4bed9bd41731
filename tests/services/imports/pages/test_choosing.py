"""Choices of a person about how a file is read, on the mapping page and by the buttons of the preview."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.errors import Conflict, Invalid, NotFound
from app.models import AuditEntry, ColumnMapping, RosterImportRow
from app.services.imports.pages.asked import asked_of
from app.services.imports.pages.choosing import choose, class_names, confirm_columns, take
from app.services.imports.pages.upload import discard_import
from app.services.imports.run.check import run_check
from app.services.imports.shared.source import choices_of
from app.sheets.rosters.choices import SHEET_NAME, Choices
from app.sheets.rosters.findings import SheetInfo
from app.sheets.rosters.mapping import Reading
from tenants.scope import school_scope
from tests.support.readings import change_readings, without_rows
from tests.support.rosters import Importer, plain_rows

SHEETS = (SheetInfo("临床1班", 4, False, True), SheetInfo("旧名单", 9, True, False))


def _asking(reading: Reading, choices: Choices) -> Reading:
    """Ask about hidden rows, sheets, the class and codes until each is answered."""
    reading = replace(
        reading,
        sheets=SHEETS,
        hidden=3,
        visible=3,
        codes={"gender": ("0", "1")},
        first_rows=((1, ("学号",)),),
    )
    answered = {
        "hidden_rows": choices.hidden_rows,
        "sheets": choices.sheets,
        "class": choices.constants.get("class_name"),
        "codes": choices.codes,
    }
    questions = tuple(question for question, answer in answered.items() if not answer)
    return replace(reading, questions=questions, sheet=None if questions else reading.sheet)


ANSWERS = Choices(
    sheets=("临床1班",),
    hidden_rows="all",
    constants={"class_name": "临床1班", "entry_year": "2026"},
    codes={"gender": {"0": "女", "1": "男"}},
)


def _choose(importer: Importer, import_id: int, choices: Choices, **more: object) -> None:
    with importer.units() as ctx:
        choose(ctx, import_id=import_id, choices=choices, **more)  # type: ignore[arg-type]
    run_check(importer.units, import_id=import_id)


def test_open_questions_are_stored_and_their_answers_lead_to_the_preview(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, _asking)
    import_id = importer.check(plain_rows(importer.school))
    assert importer.read(import_id).state == "mapping"
    with importer.units() as ctx:
        asked = asked_of(ctx, import_id=import_id)
    assert asked.questions == ("hidden_rows", "sheets", "class", "codes")
    assert (asked.sheets, asked.hidden, asked.codes) == (SHEETS, 3, {"gender": ("0", "1")})
    _choose(importer, import_id, ANSWERS)
    found = importer.read(import_id)
    assert found.state == "checked"
    assert choices_of(found.options) == ANSWERS


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"sheets": ()}, "sheets", "请选择要读取的工作表"),
        ({"sheets": ("别的",)}, "sheets", "所选的工作表不在文件里，请重新选择"),
        ({"hidden_rows": None}, "hidden_rows", "请选择是否导入隐藏的行"),
        ({"constants": {}}, "class_name", "请填写这份名单是哪个班级"),
        ({"constants": {"class_name": "甲", "entry_year": "明年"}}, "entry_year", "应为四位年份，如 2016"),
        (
            {"constants": {"class_name": "甲", "mobile": "1"}},
            "mobile",
            "所选的内容不在可选范围内，请重新选择",
        ),
        ({"constants": {"class_name": "甲" * 101}}, "class_name", "请填写 1 到 100 个字"),
        (
            {"constants": {"class_name": "甲", "major": SHEET_NAME}},
            "major",
            "所选的内容不在可选范围内，请重新选择",
        ),
        ({"codes": {"gender": {"0": "女"}}}, "codes-gender", "请选择每个代码的含义"),
        ({"codes": {"gender": {"0": "女", "1": "狗"}}}, "codes-gender", "请选择每个代码的含义"),
    ],
)
def test_an_answer_that_is_missing_or_not_offered_is_refused_at_its_field(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], field: str, sentence: str
) -> None:
    change_readings(monkeypatch, _asking)
    import_id = importer.check(plain_rows(importer.school))
    with pytest.raises(Invalid) as caught:
        _choose(importer, import_id, replace(ANSWERS, **changed))  # type: ignore[arg-type]
    assert (caught.value.field, str(caught.value)) == (field, sentence)
    assert importer.read(import_id).state == "mapping"


def test_a_column_that_is_named_as_the_class_answers_the_question_about_it(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, lambda reading, _: replace(reading, questions=("class",), sheet=None))
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        fields = asked_of(ctx, import_id=import_id).layout.fields
        confirm_columns(ctx, import_id=import_id, fields=fields)
    assert importer.read(import_id).state == "uploaded"


def test_of_two_people_who_answer_at_once_the_second_sees_the_first_ones_answer(importer: Importer) -> None:
    import_id = importer.check(plain_rows(importer.school))
    seen = importer.read(import_id).epoch
    _choose(importer, import_id, Choices(hidden_rows="all"), seen=seen)
    with pytest.raises(Conflict):
        _choose(importer, import_id, Choices(hidden_rows="shown"), seen=seen)
    assert choices_of(importer.read(import_id).options).hidden_rows == "all"


def test_an_import_that_is_over_or_being_checked_takes_no_choice(importer: Importer) -> None:
    working = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        choose(ctx, import_id=working, choices=Choices())
    over = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        discard_import(ctx, import_id=over)
    for import_id in (working, over):
        with pytest.raises(Conflict), importer.units() as ctx:
            choose(ctx, import_id=import_id, choices=Choices())
    with pytest.raises(NotFound), importer.units() as ctx:
        choose(ctx, import_id=0, choices=Choices())


def test_rows_that_were_left_out_are_taken_in_one_by_one_or_by_their_reason(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = {2: "above_header", 3: "not_a_person", 4: "not_a_person"}
    change_readings(monkeypatch, lambda reading, choices: without_rows(reading, reasons, choices.taken_rows))
    import_id = importer.check(plain_rows(importer.school, 5))
    assert importer.summary(import_id).left_out == {"not_a_person": 2, "above_header": 1}
    for what, value, rows, left in (("rows", "", [2], 2), ("reason", "not_a_person", [], 0)):
        with importer.units() as ctx:
            take(ctx, import_id=import_id, what=what, value=value, rows=rows)
        run_check(importer.units, import_id=import_id)
        counts = importer.summary(import_id).counts
        assert (counts.rows, counts.left_out, counts.create) == (5, left, 5 - left)
    assert choices_of(importer.read(import_id).options).taken_rows == {2, 3, 4}
    for what in ("rows", "reason", "everything"):
        with pytest.raises(Invalid), importer.units() as ctx:
            take(ctx, import_id=import_id, what=what, value="hidden2", rows=[5])


def test_a_remarks_button_reads_a_sheet_hidden_rows_or_ditto(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(monkeypatch, lambda reading, _: replace(reading, sheets=SHEETS))
    import_id = importer.check(plain_rows(importer.school))
    importer.write(import_id, options={**importer.read(import_id).options, "same_people": {"2": 0}})
    for what, value in (("hidden_rows", ""), ("ditto", ""), ("sheet", "旧名单")):
        with importer.units() as ctx:
            take(ctx, import_id=import_id, what=what, value=value)
        run_check(importer.units, import_id=import_id)
    options = importer.read(import_id).options
    assert choices_of(options) == Choices(sheets=("临床1班", "旧名单"), hidden_rows="all", fill_ditto=True)
    assert options["same_people"] == {}, "rows are numbered by the sheets that are read"
    with pytest.raises(Invalid), importer.units() as ctx:
        take(ctx, import_id=import_id, what="sheet", value="没有的")


def test_fields_that_belong_to_another_header_are_not_taken(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_readings(
        monkeypatch, lambda reading, choices: replace(reading, header_row=choices.header_row or 1)
    )
    import_id = importer.check(plain_rows(importer.school))
    with importer.units() as ctx:
        width = len(asked_of(ctx, import_id=import_id).layout.header)
    _choose(importer, import_id, Choices(header_row=3), fields=[None] * width)
    with school_scope(importer.school.id) as session:
        assert session.scalars(select(ColumnMapping)).all() == []


def test_a_header_that_is_a_person_is_neither_remembered_nor_noted(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = plain_rows(importer.school)
    number = rows[0]["student_no"]

    def headless(reading: Reading, _: Choices) -> Reading:
        header = (number, *reading.layout.header[1:])
        return replace(reading, header_row=0, layout=replace(reading.layout, header=header))

    change_readings(monkeypatch, headless)
    import_id = importer.check(rows)
    with importer.units() as ctx:
        asked = asked_of(ctx, import_id=import_id)
        confirm_columns(ctx, import_id=import_id, fields=asked.layout.fields)
    with school_scope(importer.school.id) as session:
        assert session.scalars(select(ColumnMapping)).all() == []
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "roster_import.columns_confirmed")
        ).one()
        assert entry.data["columns"]["A"] == "student_no"
        assert number not in f"{[entry.data for entry in session.scalars(select(AuditEntry))]}"
    assert number not in f"{importer.read(import_id).options}"


def test_what_is_checked_again_leaves_no_rows_of_the_former_reading(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = importer.check(plain_rows(importer.school, 4))
    change_readings(monkeypatch, lambda reading, _: without_rows(reading, {2: "hidden"}))
    _choose(importer, import_id, Choices(hidden_rows="shown"))
    with school_scope(importer.school.id) as session:
        actions = session.scalars(select(RosterImportRow.action).order_by(RosterImportRow.row_no)).all()
    assert actions == ["left_out", "create", "create", "create"]


def test_the_schools_classes_are_offered_by_name(importer: Importer) -> None:
    importer.do([{**row, "class_name": "临床9班"} for row in plain_rows(importer.school)])
    with importer.units() as ctx:
        assert class_names(ctx) == ["临床9班"]
