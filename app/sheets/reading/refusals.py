"""The messages of refused files, which say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import DomainError, Message, Param, msg

_SENTENCES: Mapping[str, Message] = {
    "empty_file": msg("文件是空的，请重新选择填写好的表格。"),
    "too_large": msg("文件超过 %(limit)s MB，请拆成几个文件分别上传。"),
    "not_a_sheet": msg("这不是电子表格，请上传 .xlsx、.xls、.ods 或 .csv 文件。"),
    "archive": msg("这是压缩包，请解压后上传里面的表格。"),
    "web_page": msg("这个文件其实是网页格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "old_excel": msg("这是 Excel 4.0 或更早版本的格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "other_program": msg("这是 %(program)s 格式的文件，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "numbers": msg("这是 Numbers 表格，请在 Numbers 中导出为 Excel（.xlsx）后再上传。"),
    "other_xml": msg("这是 XML 文件，无法直接读取，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "password": msg("文件设有密码，请在 Excel 或 WPS 中取消密码并保存后再上传。"),
    "macro": msg("文件含有宏，请另存为不含宏的 .xlsx 后再上传。"),
    "binary_workbook": msg("不支持 .xlsb 格式，请另存为 .xlsx 后再上传。"),
    "damaged": msg("文件已损坏或格式不规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"),
    "unsafe_markup": msg("文件内部含有不允许的声明，请把内容复制到新下载的模板中再上传。"),
    "bomb": msg("文件解开后异常庞大，请把内容复制到新下载的模板中再上传。"),
    "too_complex": msg("文件过于复杂，无法在限定的内存和时间内读完，请把内容复制到新下载的模板中再上传。"),
    "busy": msg("服务器正忙，没有来得及读完文件，请稍后再上传一次。"),
    "too_many_rows": msg("表格有 %(rows)s 行，一次最多 %(limit)s 行数据，请拆成几个文件分别上传。"),
    "too_many_columns": msg("表格有 %(columns)s 列，最多 %(limit)s 列，请删除模板以外的列后再上传。"),
    "too_many_cells": msg("表格的单元格超过 %(limit)s 个，请删除模板以外的内容后再上传。"),
    "far_cell": msg(
        "单元格 %(cell)s 有内容，但离表格太远（最多 %(rows)s 行、%(columns)s 列），请删除它并保存后再上传。"
    ),
    "encoding": msg("文件的文字编码无法识别，请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx 再上传。"),
    "no_content": msg("表格里没有内容，请按模板填写后再上传。"),
    "two_sheets": msg(
        "文件里有 %(count)s 张有数据的工作表（%(names)s），请只保留一张，其余的另存为单独的文件分别上传。"
    ),
    "no_header": msg("没有找到表头：应有%(expected)s等列，请下载模板，按模板填写后再上传。"),
    "no_header_in_text": msg(
        "没有找到表头：应有%(expected)s等列；如果打开后列名是乱码，请另存为 .xlsx，否则请按模板填写，再上传。"
    ),
    "missing_columns": msg("表头缺少%(missing)s列，请对照模板补上后再上传。"),
    "duplicate_columns": msg(
        "第 %(first)s 列“%(first_label)s”和第 %(second)s 列“%(second_label)s”内容相同，请只保留一列后再上传。"
    ),
    "header_only": msg("表格只有表头，没有数据，请从表头下一行开始填写后再上传。"),
    "students_not_teachers": msg(
        "表头有“%(label)s”列，这像是学生名单，请到“学生用户导入”上传；如果是教师，请删除这一列后再上传。"
    ),
    "merged_cells": msg("%(ranges)s 是合并单元格，请取消合并，并在每一行填上内容后再上传。"),
}

#: Sentences about a file that is read, for a person to know before anything is written.
_REMARKS: Mapping[str, Message] = {
    "stray_quote": msg("第 %(lines)s 行的引号没有配对（共 %(n)s 行），已把引号当作普通字符，每一行单独读取"),
    "private_characters": msg("有 %(n)s 处的生僻字是旧编码，已换成标准字（如“%(example)s”），请核对"),
}


class SheetRefused(DomainError):
    """Raised when a file cannot be read or is not a roster; the message is a sentence for the person.

    Attributes:
        code: the reason as the reader names it, for callers that treat one differently; "" for other sentences.
    """

    code: str = ""


class HeaderUnknown(SheetRefused):
    """Raised when the columns cannot be recognised; a person may then name them."""


def unknown_header(code: str, params: Mapping[str, Param] | None = None) -> HeaderUnknown:
    """Return the exception for a header that cannot be recognised, given its code."""
    return HeaderUnknown(Message(_SENTENCES[code].text, dict(params or {})))


def refused(code: str, params: Mapping[str, Param] | None = None) -> SheetRefused:
    """Return the exception for a refusal, given its code."""
    error = SheetRefused(Message(_SENTENCES[code].text, dict(params or {})))
    error.code = code
    return error


def remark(code: str, params: Mapping[str, Param] | None = None) -> Message:
    """Return a remark about a file that was read, given its code."""
    # Lists come from JSON; in a sentence they are tuples.
    plain = {
        name: tuple(value) if isinstance(value, list) else value for name, value in (params or {}).items()
    }
    return Message(_REMARKS[code].text, plain)
