"""The teacher template (manual 5.2): rules in row 1, the header in row 2, an example in row 3.

An import ignores the example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from app.errors import Message, msg
from app.rules.imports.teachers import REQUIRED, TEMPLATE_LABELS
from app.sheets.rosters.read import EXAMPLE_MARK, NOTES_SHEET
from app.sheets.writing.cells import HEADER_FILL, HEADER_FONT, WRAPPED, put_text, saved, set_width

DATA_SHEET = "教师"

_RULES: Mapping[str, Message] = {
    "real_name": msg("必填。务必填写真实姓名。"),
    "id_number": msg(
        "选填。填写则初始密码为身份证号后六位（X 大写），不填则初始密码为 123456，首次登录必须修改。"
    ),
    "mobile": msg("建议填写真实手机号，可作为登录名使用。"),
    "email": msg("选填，可作为登录名使用。不填写，教师登录后可自行添加。"),
    "bio": msg("选填，不超过 2000 字。不填写，教师登录后可自行添加。"),
    "picture": msg(
        "选填。填写图片的文件名，如“张三.jpg”，并把图片放进一个 .zip 压缩包，与表格一起上传；"
        "可用 PNG、JPEG 或 WebP。不填写，教师登录后可自行添加。"
    ),
}
_EXAMPLE: Mapping[str, str] = {
    "real_name": f"张三{EXAMPLE_MARK}",
    "id_number": "110105199003077219",
    "mobile": "13800000000",
    "email": "zhangsan@example.com",
    "bio": "教授，研究方向为循证医学。",
    "picture": "张三.jpg",
}
_WIDTHS: Mapping[str, int] = {"id_number": 22, "mobile": 16, "email": 26, "bio": 48, "picture": 18}
_USUAL_WIDTH = 16
_GREY = Font(italic=True, color="8A8A8A")
_GREY_FILL = PatternFill("solid", fgColor="F2F2F2")


def teacher_template(*, school_name: str, translate: Callable[[Message], str]) -> bytes:
    """Write the template of a school.

    The headers stay Chinese in every language, since an import recognises columns by them.

    Args:
        school_name: shown above the notes.
        translate: renders the rules in the reader's language.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    _fill_data_sheet(workbook.create_sheet(DATA_SHEET), translate)
    _fill_notes(workbook.create_sheet(NOTES_SHEET), school_name, translate)
    return saved(workbook)


def _fill_data_sheet(sheet: Worksheet, translate: Callable[[Message], str]) -> None:
    rules = msg(
        "填写说明：标 * 的列必填；手机号和邮箱可作为登录名，都不填的由系统给出登录名；第 3 行是示例，导入时会忽略；"
        "从第 4 行开始填写，每行一名教师；各列的要求见工作表“填写说明”。"
    )
    put_text(sheet["A1"], translate(rules))
    sheet["A1"].alignment = WRAPPED
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(TEMPLATE_LABELS))
    sheet.row_dimensions[1].height = 36
    for number, (field, label) in enumerate(TEMPLATE_LABELS.items(), start=1):
        set_width(sheet, number, _WIDTHS.get(field, _USUAL_WIDTH))
        head = sheet.cell(2, number)
        put_text(head, f"{label}*" if field in REQUIRED else label)
        head.font, head.fill, head.alignment = HEADER_FONT, HEADER_FILL, Alignment(horizontal="center")
        cell = sheet.cell(3, number)
        put_text(cell, _EXAMPLE[field])
        cell.font, cell.fill = _GREY, _GREY_FILL
    sheet.freeze_panes = "A3"


def _fill_notes(sheet: Worksheet, school_name: str, translate: Callable[[Message], str]) -> None:
    put_text(sheet["A1"], school_name)
    for number, (field, label) in enumerate(TEMPLATE_LABELS.items(), start=3):
        put_text(sheet.cell(number, 1), label)
        put_text(sheet.cell(number, 2), translate(_RULES[field]))
        sheet.cell(number, 1).font = HEADER_FONT
        sheet.cell(number, 2).alignment = WRAPPED
    last = sheet.cell(3 + len(TEMPLATE_LABELS), 2)
    put_text(
        last,
        translate(
            msg(
                "一次最多 50000 行；名单中没有的教师不会被删除；改好后可以再次导入同一份文件。已有的教师按登录名、"
                "手机号、身份证号、邮箱识别，只有姓名相同的会在预览中询问。"
            )
        ),
    )
    last.alignment = WRAPPED
    set_width(sheet, 1, 16)
    set_width(sheet, 2, 80)
    sheet["A1"].font = HEADER_FONT
    sheet.freeze_panes = "A3"
