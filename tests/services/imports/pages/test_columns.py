"""Files whose columns need a mapping by a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from app.errors import Conflict, Invalid, NotFound
from app.models import ColumnMapping, RosterImport
from app.rules.shared.masking import mask_mobile
from app.services.imports.pages.asked import layout_of
from app.services.imports.pages.choosing import confirm_columns
from app.services.imports.pages.columns import WORDS, check_fields
from app.services.imports.pages.downloads import problem_file
from app.services.imports.pages.upload import discard_import
from app.services.imports.run.check import run_check
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.mapping import Layout
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.rosters import Importer, Row, plain_rows

#: An export of a 教务 system: its words, and the fields that are meant.
EXPORT = {
    "XH": "student_no",
    "XM": "real_name",
    "XBMC": "gender",
    "SFZJH": "id_number",
    "BJMC": "class_name",
    "DQSZJ": "entry_year",
    "LXDH": "mobile",
    "BZ": None,
}


def _export(rows: Sequence[Row], header: dict[str, str | None] | None = None, title: str = "") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    if title:
        sheet.append([title])
    columns = header or EXPORT
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(field or "", "备注") for field in columns.values()])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _layout(importer: Importer, import_id: int) -> Layout:
    with importer.units() as ctx:
        return layout_of(ctx, import_id=import_id)


def _say(importer: Importer, import_id: int, fields: Sequence[str | None]) -> None:
    with importer.units() as ctx:
        confirm_columns(ctx, import_id=import_id, fields=fields)
    run_check(importer.units, import_id=import_id)


def test_an_unknown_header_is_asked_about_with_a_proposal_and_samples(importer: Importer) -> None:
    rows = plain_rows(importer.school, 12)
    import_id = importer.check(_export(rows, title="2026级学生名单"))
    assert importer.read(import_id).state == "mapping"
    layout = _layout(importer, import_id)
    assert layout.header == tuple(EXPORT)
    assert dict(zip(layout.header, layout.fields, strict=True)) == EXPORT
    assert layout.samples[0] == tuple(row["student_no"] for row in rows[:3])
    assert layout.samples[6] == tuple(mask_mobile(row["mobile"]) for row in rows[:3])
    assert importer.rows(import_id) == []


def test_a_confirmed_mapping_is_followed_now_and_the_next_time_by_itself(importer: Importer) -> None:
    rows = plain_rows(importer.school, 4)
    import_id = importer.check(_export(rows[:2]))
    _say(importer, import_id, list(EXPORT.values()))
    assert importer.read(import_id).state == "checked"
    importer.confirm(import_id)
    assert set(importer.users()) == {row["student_no"] for row in rows[:2]}
    again = importer.check(_export(rows, title="补录"))
    summary = importer.summary(again)
    assert (importer.read(again).state, summary.mapped) == ("checked", "教务老师")
    assert (summary.counts.create, summary.counts.unchanged) == (2, 2)


def test_a_remembered_mapping_can_be_changed_from_the_preview(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    import_id = importer.check(_export(rows))
    _say(importer, import_id, list(EXPORT.values()))
    without_phone = [None if field == "mobile" else field for field in EXPORT.values()]
    _say(importer, import_id, without_phone)
    assert _layout(importer, import_id).fields == tuple(without_phone)
    importer.confirm(import_id)
    assert {user.mobile_sealed for user in importer.users().values()} == {None}
    with school_scope(importer.school.id) as session:
        assert session.scalar(select(func.count()).select_from(ColumnMapping)) == 1


def test_a_known_header_can_be_read_otherwise_and_that_is_remembered(importer: Importer) -> None:
    header = {"学号": "student_no", "姓名": "real_name", "班级": "major", "行政班": "class_name"}
    import_id = importer.check(_export(plain_rows(importer.school, 2), header))
    assert importer.read(import_id).state == "mapping", "two columns claim to be the class"
    _say(importer, import_id, list(header.values()))
    importer.confirm(import_id)
    assert {user.major for user in importer.users().values()} == {
        row["major"] for row in plain_rows(importer.school, 2)
    }


def test_the_problem_workbook_of_a_mapped_file_mended_goes_in_as_it_is(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    good = rows[1]["id_number"]
    rows[1]["id_number"] = "123"
    import_id = importer.check(_export(rows, title="名单"))
    _say(importer, import_id, list(EXPORT.values()))
    importer.confirm(import_id)
    with importer.units() as ctx:
        _, content = problem_file(ctx, import_id=import_id)
    book = load_workbook(BytesIO(content))
    book.worksheets[0].cell(2, list(EXPORT).index("SFZJH") + 1).value = good
    mended = BytesIO()
    book.save(mended)
    importer.do(mended.getvalue())
    assert len(importer.users()) == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (["student_no", "real_name", *([None] * 6)], "还没有选择“所属班级”对应的列"),
        (
            ["student_no", "real_name", "class_name", "class_name", *([None] * 4)],
            "“所属班级”选了多次，每项只能对应一列",
        ),
        (["password_hash", "real_name", "class_name", *([None] * 5)], "所选的列不在可选范围内，请重新选择"),
        (["student_no"], "文件的列已经改变，请刷新页面后重新选择"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    importer: Importer, fields: list[str | None], sentence: str
) -> None:
    import_id = importer.check(_export(plain_rows(importer.school, 2)))
    with pytest.raises(Invalid) as caught, importer.units() as ctx:
        confirm_columns(ctx, import_id=import_id, fields=fields)
    assert str(caught.value) == sentence
    assert importer.read(import_id).state == "mapping"


def test_a_class_of_the_whole_file_stands_for_its_column() -> None:
    layout = Layout(("XH", "XM"), (None, None), ((), ()))
    fields = ["student_no", "real_name"]
    check_fields(WORDS["students"], layout, fields, Choices(constants={"class_name": "临床1班"}))
    with pytest.raises(Invalid):
        check_fields(WORDS["students"], layout, fields, Choices(constants={"major": "临床"}))


def test_what_was_confirmed_for_a_file_wins_over_what_another_file_has_left(importer: Importer) -> None:
    rows = plain_rows(importer.school, 2)
    first, second = importer.check(_export(rows)), importer.check(_export(rows))
    _say(importer, first, list(EXPORT.values()))
    _say(importer, second, [field if field != "mobile" else None for field in EXPORT.values()])
    importer.check_again(first)
    assert "mobile" in _layout(importer, first).fields
    assert "mobile" not in _layout(importer, second).fields


def test_what_was_asked_can_be_given_up_and_an_import_that_is_over_takes_no_answer(
    importer: Importer,
) -> None:
    import_id = importer.check(_export(plain_rows(importer.school, 2)))
    with importer.units() as ctx:
        discard_import(ctx, import_id=import_id)
    with pytest.raises(Conflict), importer.units() as ctx:
        confirm_columns(ctx, import_id=import_id, fields=list(EXPORT.values()))


def test_another_schools_mapping_and_columns_are_not_ours(
    importer: Importer, importer_for: Callable[[SchoolInfo], Importer], other_school: SchoolInfo
) -> None:
    import_id = importer.check(_export(plain_rows(importer.school, 2)))
    _say(importer, import_id, list(EXPORT.values()))
    theirs = importer_for(other_school)
    with pytest.raises(NotFound):
        _layout(theirs, import_id)
    assert theirs.read(theirs.check(_export(plain_rows(other_school, 2)))).state == "mapping"


def test_the_samples_do_not_stand_in_the_database_in_clear(importer: Importer) -> None:
    rows = plain_rows(importer.school, 3)
    import_id = importer.check(_export(rows))
    with school_scope(importer.school.id) as session:
        found = session.scalars(select(RosterImport).where(RosterImport.id == import_id)).one()
        stored = f"{found.options} {found.summary}"
    assert not [row for row in rows if row["id_number"] in stored or row["mobile"] in stored]
