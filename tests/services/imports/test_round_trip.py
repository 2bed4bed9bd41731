"""From template to import to export to import: the second import changes nothing, whatever the school entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.rules.imports.students import LABELS
from app.services.imports.pages.downloads import problem_file
from app.sheets.writing.student_template import student_template
from tenants.registry import SchoolInfo
from tests.support.rosters import Importer

_NAMES = st.text(st.sampled_from("赵钱孙李周吴郑王欧阳明德思源·𠮷"), min_size=2, max_size=8).filter(
    lambda text: not text.startswith("·") and not text.endswith("·") and "··" not in text
)
_TEXTS = st.text(st.sampled_from("临床医学护理检验（）()0123456789=+-@ A级班"), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split())
)
_MARKED = _TEXTS.map(lambda text: f"班{text}")


@st.composite
def _row(draw: st.DrawFn) -> dict[str, str]:
    birth = draw(st.dates(date(1980, 1, 1), date(2010, 12, 31)))
    return {
        "real_name": draw(_NAMES),
        "nickname": draw(st.one_of(st.just(""), _NAMES)),
        "birth_date": draw(
            st.sampled_from(
                ["", f"{birth:%Y%m%d}", f"{birth:%Y-%m-%d}", f"{birth.year}年{birth.month}月{birth.day}日"]
            )
        ),
        "gender": draw(st.sampled_from(["", "男", "女", "男性", "F"])),
        "entry_year": draw(st.sampled_from(["", "2025", "2026级", "２０２６"])),
        "study_years": draw(st.sampled_from(["", "5", "五年制", "8年"])),
        "class_name": draw(_MARKED),
        "major": draw(st.one_of(st.just(""), _MARKED)),
        "mobile": draw(st.sampled_from(["", "any"])),
    }


def _template(school: SchoolInfo, rows: list[dict[str, str]]) -> bytes:
    content = student_template(unit_code=school.unit_code, school_name=school.name, translate=str)
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=4):
        for column, field in enumerate(LABELS, start=1):
            cell = sheet.cell(number, column)
            cell.value = row.get(field, "")
            cell.data_type = "s"
    filled = BytesIO()
    book.save(filled)
    return filled.getvalue()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_row(), min_size=1, max_size=6))
def test_what_was_imported_and_given_back_changes_nothing(
    make_school: Callable[..., SchoolInfo],
    importer_for: Callable[[SchoolInfo], Importer],
    rows: list[dict[str, str]],
) -> None:
    school = make_school()
    importer = importer_for(school)
    for number, row in enumerate(rows):
        row["student_no"] = f"{school.unit_code}{number:05d}"
        row["mobile"] = f"138{number:08d}" if row["mobile"] else ""
    filled = _template(school, rows)
    first = importer.do(filled)
    result = importer.summary(first).result
    assert result is not None
    assert (result.created, result.problem) == (len(rows), 0), importer.summary(first).problems
    again = importer.summary(importer.check(filled)).counts
    assert (again.unchanged, again.rows - again.left_out) == (len(rows), len(rows))
    # The rows leave the system in the problem workbook, which is the person's own file: spoiled, given back, mended.
    spoiled = importer.check(_template(school, [{**row, "email": "keine"} for row in rows]))
    with importer.units() as ctx:
        _, exported = problem_file(ctx, import_id=spoiled)
    book = load_workbook(BytesIO(exported))
    column = list(LABELS).index("email") + 1
    for number in range(2, len(rows) + 2):
        book.worksheets[0].cell(number, column).value = ""
    mended = BytesIO()
    book.save(mended)
    counts = importer.summary(importer.check(mended.getvalue())).counts
    assert (counts.unchanged, counts.rows) == (len(rows), len(rows))
