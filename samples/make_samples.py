"""The program that writes the sample files, always with the same cells: ``python -m samples.make_samples [FOLDER]``."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import xlwt
from openpyxl.styles import Font

from app.rules.imports.students import LABELS
from app.rules.imports.teachers import TEMPLATE_LABELS
from app.rules.shared.id_numbers import check_character
from app.sheets.rosters.read import EXAMPLE_MARK
from app.sheets.writing.cells import put_text, saved
from app.sheets.writing.student_template import student_template
from app.sheets.writing.teacher_template import teacher_template
from samples.roster import make_rows
from samples.teachers import make_teachers, pack_pictures

UNIT_CODE = "90001"
SCHOOL_NAME = "明德医科大学"
FIRST_DATA_ROW = 4
EXCEL_EPOCH = date(1899, 12, 30)

Row = dict[str, str]
Cells = dict[str, str | float]


def clean_xlsx() -> bytes:
    """Return 300 rows without problems in the template."""
    return _filled_template(make_rows(300, 1, UNIT_CODE))


def problems_xlsx() -> bytes:
    """Return the same 300 rows with 20 different problems."""
    rows: list[Cells] = [dict(row) for row in make_rows(300, 1, UNIT_CODE)]
    for place, spoil in enumerate(PROBLEMS):
        spoil(rows[5 + 14 * place])
    rows[290]["student_no"] = rows[289]["student_no"]
    return _filled_template(rows)


def old_xls() -> bytes:
    """Return 60 rows of an old program: a title above the header, dates as dates, years as numbers."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("新生名单")
    fields = (
        "student_no",
        "real_name",
        "gender",
        "birth_date",
        "id_number",
        "class_name",
        "major",
        "entry_year",
    )
    headers = ("学号", "姓名", "性别", "出生日期", "身份证号码", "班级", "专业", "年级")
    sheet.write_merge(0, 0, 0, len(fields) - 1, f"{SCHOOL_NAME}2026级新生名单")
    as_date = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for column, header in enumerate(headers):
        sheet.write(1, column, header)
    for row_no, row in enumerate(make_rows(60, 2, UNIT_CODE, first=301), start=2):
        for column, field in enumerate(fields):
            if field == "birth_date":
                sheet.write(row_no, column, datetime.strptime(row[field], "%Y%m%d"), as_date)  # noqa: DTZ007
            elif field == "entry_year":
                sheet.write(row_no, column, int(row[field]))
            else:
                sheet.write(row_no, column, row[field])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def gb18030_csv() -> bytes:
    """Return 120 rows as Chinese Excel saves a .csv; two names need four-byte characters of GB18030."""
    rows = make_rows(120, 3, UNIT_CODE, first=401)
    for place, name in ((3, "王䶮"), (17, "李𬱖"), (40, "阿依古丽·买买提")):
        rows[place]["real_name"] = rows[place]["nickname"] = name
    fields = ("student_no", "real_name", "id_number", "mobile", "class_name", "major", "study_years")
    headers = ("学号", "姓名", "身份证号", "手机号码", "行政班", "专业名称", "学制")
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    for row in rows:
        # A tab after a long number is how such programs keep Excel from cutting it.
        writer.writerow([row[field] + "\t" * (field in {"id_number", "student_no"}) for field in fields])
    return text.getvalue().encode("gb18030")


def shuffled_xlsx() -> bytes:
    """Return 100 rows as an academic affairs system exports them: other columns, headers and order."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "sheet1"
    columns: Mapping[str, Callable[[int, Row], str | int | date]] = {
        "序号": lambda number, _: number,
        "所在学院": lambda _, row: f"{row['major'].removesuffix('学')}学院",
        "专业名称": lambda _, row: row["major"],
        "行政班级": lambda _, row: row["class_name"],
        "年级": lambda _, row: f"{row['entry_year']}级",
        "姓名": lambda _, row: " ".join(row["real_name"]) if len(row["real_name"]) == 2 else row["real_name"],
        "性别": lambda _, row: row["gender"],
        "学生学号（必填）": lambda _, row: row["student_no"],
        "出生日期": lambda _, row: datetime.strptime(row["birth_date"], "%Y%m%d").date(),  # noqa: DTZ007
        "证件号码": lambda _, row: row["id_number"].lower(),
        "学习年限": lambda _, row: f"{row['study_years']}年",
        "联系电话": lambda _, row: f"+86 {row['mobile'][:3]}-{row['mobile'][3:7]}-{row['mobile'][7:]}",
        "E-mail": lambda _, row: row["email"].upper(),
        "学籍状态": lambda *_: "在读",
    }
    sheet.append(list(columns))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(make_rows(100, 4, UNIT_CODE, first=601), start=1):
        sheet.append([value(number, row) for value in columns.values()])
    return saved(book)


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "students-300.xlsx": clean_xlsx,
    "students-300-problems.xlsx": problems_xlsx,
    "students.xls": old_xls,
    "students-gb18030.csv": gb18030_csv,
    "students-shuffled.xlsx": shuffled_xlsx,
}


def teachers_xlsx() -> bytes:
    """Return 40 rows in the teacher template; five have neither phone nor mail."""
    book = openpyxl.load_workbook(BytesIO(teacher_template(school_name=SCHOOL_NAME, translate=str)))
    sheet = book.worksheets[0]
    for row_no, row in enumerate(make_teachers(40, 5), start=FIRST_DATA_ROW):
        for column, field in enumerate(TEMPLATE_LABELS, start=1):
            put_text(sheet.cell(row_no, column), row[field])
    return saved(book)


def teachers_zip() -> bytes:
    """Return the pictures that the 40 teachers name."""
    return pack_pictures(make_teachers(40, 5))


TEACHER_SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "teachers-40.xlsx": teachers_xlsx,
    "teachers-40.zip": teachers_zip,
}


def _change(field: str, change: Callable[[str], str | float]) -> Callable[[Cells], None]:
    def spoil(row: Cells) -> None:
        row[field] = change(str(row[field]))

    return spoil


def _serial(text: str) -> float:
    return (date(int(text[:4]), int(text[4:6]), int(text[6:])) - EXCEL_EPOCH).days


def _with_check(first17: str) -> str:
    return first17 + check_character(first17)


#: With the doubled 学号 of ``problems_xlsx`` these are the 20.
PROBLEMS: tuple[Callable[[Cells], None], ...] = (
    _change("id_number", lambda text: text[:17] + ("1" if text[17] != "1" else "2")),
    _change("id_number", lambda text: text[:17]),
    _change("id_number", lambda text: text[:6] + text[8:17]),
    _change("id_number", lambda text: _with_check(text[:10] + "1332" + text[14:17])),
    _change("id_number", lambda text: _with_check("00" + text[2:17])),
    _change("id_number", lambda text: float(text[:17] + "0")),
    _change("birth_date", lambda text: f"{int(text[:4]) - 1}{text[4:]}"),
    _change("gender", lambda text: "女" if text == "男" else "男"),
    _change("student_no", lambda text: text.removeprefix(UNIT_CODE)),
    _change("student_no", lambda _: ""),
    _change("real_name", lambda _: ""),
    _change("class_name", lambda _: ""),
    _change("mobile", lambda text: text[:10]),
    _change("email", lambda text: text.replace("@", "")),
    _change("birth_date", _serial),
    _change("birth_date", lambda text: text[:6]),
    _change("entry_year", lambda text: f"{text[2:]}级"),
    _change("study_years", lambda _: "本科"),
    _change("gender", lambda _: "未知"),
)


def _filled_template(rows: list[Row] | list[Cells]) -> bytes:
    template = student_template(unit_code=UNIT_CODE, school_name=SCHOOL_NAME, translate=str)
    book = openpyxl.load_workbook(BytesIO(template))
    sheet = book.worksheets[0]
    assert EXAMPLE_MARK in str(sheet.cell(FIRST_DATA_ROW - 1, 1).value)
    for row_no, row in enumerate(rows, start=FIRST_DATA_ROW):
        for column, field in enumerate(LABELS, start=1):
            value = row[field]
            if isinstance(value, str):
                put_text(sheet.cell(row_no, column), value)
            else:
                sheet.cell(row_no, column, value)
    return saved(book)


def main(folder: Path) -> None:
    """Write all samples into a folder."""
    for name, make in {**SAMPLES, **TEACHER_SAMPLES}.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
