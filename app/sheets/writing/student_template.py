"""The student template (manual 4.2): rules in row 1, the header in row 2, an example in row 3.

An import ignores the example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.errors import Message, msg
from app.rules.imports.students import LABELS, REQUIRED
from app.sheets.reading.columns import column_letters
from app.sheets.rosters.read import EXAMPLE_MARK, NOTES_SHEET
from app.sheets.writing.cells import HEADER_FILL, HEADER_FONT, WRAPPED, put_text, saved, set_width

DATA_SHEET = "学生"
_LAST_LISTED_ROW = 5_000

_RULES: Mapping[str, Message] = {
    "student_no": msg("必填。单位代码（5 位）+ 各自学号（各单位自定义）。"),
    "email": msg("选填。填写真实邮箱，学生在学习过程中可以收到邮件信息；不填写，学生也可自行绑定邮箱。"),
    "nickname": msg("选填。请填写学生真实姓名；不填写则与真实姓名相同。"),
    "real_name": msg("必填。务必填写真实姓名。"),
    "id_number": msg(
        "选填。填写则初始密码为身份证号后六位（X 大写），不填则初始密码为 123456，首次登录必须修改。"
    ),
    "birth_date": msg("建议不填写。如果填写，格式为“19901012”。"),
    "gender": msg("选填。填写“男”或“女”。"),
    "entry_year": msg("选填。只需填写数字，如“2016”。"),
    "study_years": msg("选填。只需填写数字，如“5”。"),
    "class_name": msg("必填。填写好后系统可以自动为学生分班，没有的班级会自动创建。"),
    "major": msg("选填。请填写中文。"),
    "mobile": msg("选填。11 位手机号，可作为登录名使用。"),
}
_EXAMPLE: Mapping[str, str] = {
    "email": "zhangsan@example.com",
    "nickname": "张三",
    "real_name": "张三",
    "id_number": "110105199003077219",
    "birth_date": "19900307",
    "gender": "男",
    "entry_year": "2026",
    "study_years": "5",
    "class_name": "2026级临床医学1班",
    "major": "临床医学",
    "mobile": "13800000000",
}
_WIDTHS: Mapping[str, int] = {
    "student_no": 24,
    "email": 26,
    "id_number": 22,
    "class_name": 24,
    "major": 18,
    "mobile": 16,
}
_USUAL_WIDTH = 13
_GREY = Font(italic=True, color="8A8A8A")
_GREY_FILL = PatternFill("solid", fgColor="F2F2F2")


def student_template(*, unit_code: str, school_name: str, translate: Callable[[Message], str]) -> bytes:
    """Write the template of a school.

    The headers stay Chinese in every language, since an import recognises columns by them.

    Args:
        unit_code: the school's five digits, shown in the example and the rules.
        school_name: shown above the notes.
        translate: renders the rules in the reader's language.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet = workbook.create_sheet(DATA_SHEET)
    _fill_data_sheet(sheet, unit_code, translate)
    _fill_notes(workbook.create_sheet(NOTES_SHEET), unit_code, school_name, translate)
    return saved(workbook)


def _fill_data_sheet(sheet: Worksheet, unit_code: str, translate: Callable[[Message], str]) -> None:
    rules = msg(
        "填写说明：标 * 的列必填；学号为单位代码 %(code)s + 各自学号；第 3 行是示例，导入时会忽略；"
        "从第 4 行开始填写，每行一名学生；各列的要求见工作表“填写说明”。",
        code=unit_code,
    )
    put_text(sheet["A1"], translate(rules))
    sheet["A1"].alignment = WRAPPED
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(LABELS))
    sheet.row_dimensions[1].height = 36
    example = {**_EXAMPLE, "student_no": f"{unit_code}20260001{EXAMPLE_MARK}"}
    for number, (field, label) in enumerate(LABELS.items(), start=1):
        set_width(sheet, number, _WIDTHS.get(field, _USUAL_WIDTH))
        head = sheet.cell(2, number)
        put_text(head, f"{label}*" if field in REQUIRED else label)
        head.font, head.fill, head.alignment = HEADER_FONT, HEADER_FILL, Alignment(horizontal="center")
        cell = sheet.cell(3, number)
        put_text(cell, example[field])
        cell.font, cell.fill = _GREY, _GREY_FILL
    sheet.freeze_panes = "A3"
    _offer_genders(sheet, translate)


def _offer_genders(sheet: Worksheet, translate: Callable[[Message], str]) -> None:
    choice = DataValidation(type="list", formula1='"男,女"', allow_blank=True, showErrorMessage=True)
    choice.error = translate(msg("应为“男”或“女”"))
    column = column_letters(list(LABELS).index("gender") + 1)
    choice.add(f"{column}3:{column}{_LAST_LISTED_ROW}")
    sheet.add_data_validation(choice)


def _fill_notes(
    sheet: Worksheet, unit_code: str, school_name: str, translate: Callable[[Message], str]
) -> None:
    put_text(sheet["A1"], school_name)
    put_text(sheet["B1"], translate(msg("单位代码 %(code)s", code=unit_code)))
    for number, (field, label) in enumerate(LABELS.items(), start=3):
        put_text(sheet.cell(number, 1), label)
        put_text(sheet.cell(number, 2), translate(_RULES[field]))
        sheet.cell(number, 1).font = HEADER_FONT
        sheet.cell(number, 2).alignment = WRAPPED
    last = 3 + len(LABELS)
    put_text(
        sheet.cell(last, 2),
        translate(msg("一次最多 50000 行；名单中没有的学生不会被删除；改好后可以再次导入同一份文件。")),
    )
    sheet.cell(last, 2).alignment = WRAPPED
    set_width(sheet, 1, 16)
    set_width(sheet, 2, 80)
    sheet["A1"].font = HEADER_FONT
    sheet.freeze_panes = "A3"
