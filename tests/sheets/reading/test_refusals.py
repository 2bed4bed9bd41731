"""Every bad file gets one Chinese sentence that names the problem and the remedy."""

from __future__ import annotations

import struct

import pytest

from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from tests.sheets.files import (
    compound,
    letters,
    ods,
    ods_table,
    ods_text,
    rows_xml,
    sheet_xml,
    xls_table,
    xlsx,
    xlsx_members,
    xlsx_table,
    zipped,
)

TABLE = [["学号", "真实姓名", "所属班级"], ["900011", "张三", "1班"]]
FAR = "（最多 50010 行、100 列），请删除它并保存后再上传。"
BOMB = "文件解开后异常庞大，请把内容复制到新下载的模板中再上传。"
DAMAGED = "文件已损坏或格式不规范，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
PASSWORD = "文件设有密码，请在 Excel 或 WPS 中取消密码并保存后再上传。"
MACRO = "文件含有宏，请另存为不含宏的 .xlsx 后再上传。"
NOT_A_SHEET = "这不是电子表格，请上传 .xlsx、.xls、.ods 或 .csv 文件。"
ARCHIVE = "这是压缩包，请解压后上传里面的表格。"
WEB_PAGE = "这个文件其实是网页格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
ENCODING = "文件的文字编码无法识别，请用 Excel 打开后另存为“CSV UTF-8”或 .xlsx 再上传。"
UNSAFE = "文件内部含有不允许的声明，请把内容复制到新下载的模板中再上传。"


def refusal(content: bytes, name: str = "名单.xlsx", limits: Limits = LIMITS) -> str:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(content, name, limits)
    return str(refused.value.message)


def record(number: int, payload: bytes) -> bytes:
    return struct.pack("<HH", number, len(payload)) + payload


def far_xls() -> bytes:
    content = xls_table([["a", 1.5]])
    number = struct.pack("<HHHH", 0x027E, 10, 0, 1)
    assert content.count(number) == 1
    return content.replace(number, struct.pack("<HHHH", 0x027E, 10, 65535, 255))


def protected_xls() -> bytes:
    content = xls_table([["a"]])
    # The code page record of the globals becomes FILEPASS; a reader stops there.
    assert content.count(struct.pack("<HH", 0x0042, 2)) == 1
    return content.replace(struct.pack("<HH", 0x0042, 2), struct.pack("<HH", 0x002F, 2))


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "名单.xlsx", "文件是空的，请重新选择填写好的表格。"),
        (b"\xef\xbb\xbf \r\n", "名单.csv", "文件是空的，请重新选择填写好的表格。"),
        (bytes(10 * 2**20 + 1), "名单.xlsx", "文件超过 10 MB，请拆成几个文件分别上传。"),
        (b"%PDF-1.7 ...", "名单.xlsx", NOT_A_SHEET),
        (b"\x89PNG\r\n\x1a\n....", "名单.csv", NOT_A_SHEET),
        (b"\x00\x01\x02\x03binary", "名单.xlsx", NOT_A_SHEET),
        (b"Rar!\x1a\x07\x01\x00", "名单.xlsx", ARCHIVE),
        (zipped({"名单.xlsx": b"x"}), "名单.xlsx", ARCHIVE),
        (zipped({"word/document.xml": "<a/>", "[Content_Types].xml": "<a/>"}), "名单.xlsx", NOT_A_SHEET),
        (b"<html><table><tr><td></td></tr></table></html>", "名单.xls", WEB_PAGE),
        (b'\xef\xbb\xbf<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "名单.xls", DAMAGED),
        (compound("EncryptedPackage", "EncryptionInfo"), "名单.xlsx", PASSWORD),
        (compound("WordDocument"), "名单.xls", NOT_A_SHEET),
        (protected_xls(), "名单.xls", PASSWORD),
        (zipped(xlsx_members(sheet_xml(TABLE), extra={"xl/vbaProject.bin": b"x"})), "名单.xlsm", MACRO),
        (zipped(xlsx_members(sheet_xml(TABLE), macro=True)), "名单.xlsx", MACRO),
        (zipped({"xl/workbook.bin": b"x"}), "名单.xlsb", "不支持 .xlsb 格式，请另存为 .xlsx 后再上传。"),
        (ods(ods_table(TABLE), manifest="<manifest:encryption-data/>"), "名单.ods", PASSWORD),
        (ods(ods_table(TABLE), extra={"Basic/script-lc.xml": "<a/>"}), "名单.ods", MACRO),
        (b"PK\x03\x04 cut off", "名单.xlsx", DAMAGED),
        (xlsx_table(TABLE)[:-30], "名单.xlsx", DAMAGED),
        (xls_table(TABLE)[:700], "名单.xls", DAMAGED),
        (zipped(xlsx_members("<worksheet><sheetData><row><c>")), "名单.xlsx", DAMAGED),
        (zipped({**xlsx_members(sheet_xml(TABLE)), "../evil.xml": "<a/>"}), "名单.xlsx", DAMAGED),
        (zipped(xlsx_members('<!DOCTYPE a [<!ENTITY b "c">]>' + sheet_xml(TABLE))), "名单.xlsx", UNSAFE),
        (ods(ods_table(TABLE), prolog='<!DOCTYPE a [<!ENTITY b "c">]>'), "名单.ods", UNSAFE),
        (xlsx(""), "名单.xlsx", "表格里没有内容，请按模板填写后再上传。"),
        ("学号,姓名\n".encode() + "张三".encode("gb18030"), "名单.csv", ENCODING),
        ("学号,姓名\n张三".encode("gb18030")[:-1], "名单.csv", ENCODING),
        ("学号,姓名\n张三\n".encode() + "李四".encode("gb18030"), "名单.csv", ENCODING),
        ("学号,姓名\n张\ufffd".encode(), "名单.csv", ENCODING),
        ("学号,姓名\n1,田中\n".encode("euc-kr", "replace") + b"\xff\xff", "名单.csv", ENCODING),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_gets_its_sentence(content: bytes, name: str, sentence: str) -> None:
    assert refusal(content, name) == sentence


def test_sixty_thousand_rows_are_refused_in_every_format() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 60_001))
    sentence = "表格有 60000 行，一次最多 50000 行数据，请拆成几个文件分别上传。"
    assert refusal(xlsx(rows)) == sentence
    assert refusal(xls_table([[row] for row in range(60_000)]), "名单.xls") == sentence
    assert refusal(b"1\n" * 60_000, "名单.csv") == sentence
    row = f'<table:table-row table:number-rows-repeated="60000">{ods_text("1")}</table:table-row>'
    assert refusal(ods(f'<table:table table:name="S">{row}</table:table>'), "名单.ods") == sentence


def test_three_hundred_columns_are_refused_in_every_format() -> None:
    wide = [[str(column) for column in range(300)], ["1"]]
    sentence = "表格有 300 列，最多 100 列，请删除模板以外的列后再上传。"
    assert refusal(xlsx_table(wide)) == sentence
    assert refusal(ods(ods_table(wide)), "名单.ods") == sentence
    cell = ods_text("1", 'table:number-columns-repeated="300"')
    row = f"<table:table-row>{cell}</table:table-row>"
    assert refusal(ods(f'<table:table table:name="S">{row}</table:table>'), "名单.ods") == sentence
    text = "\n".join(",".join(row) for row in wide).encode()
    assert "列，最多 100 列" in refusal(text, "名单.csv") or "离表格太远" in refusal(text, "名单.csv")
    assert refusal(xls_table([[str(column) for column in range(256)]]), "名单.xls") == sentence.replace(
        "300", "256"
    )


def test_two_cells_in_far_corners_of_a_tiny_file_are_refused() -> None:
    corners = xlsx(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    assert len(corners) < 2_000
    assert refusal(corners) == f"单元格 XFD1048576 有内容，但离表格太远{FAR}"
    assert refusal(far_xls(), "名单.xls") == f"单元格 IV65536 有内容，但离表格太远{FAR}"
    empty = '<table:table-row table:number-rows-repeated="900000"><table:table-cell/></table:table-row>'
    gap = '<table:table-cell table:number-columns-repeated="16000"/>'
    last = f"<table:table-row>{gap}{ods_text('b')}</table:table-row>"
    first = f"<table:table-row>{ods_text('a')}</table:table-row>"
    content = ods(f'<table:table table:name="S">{first}{empty}{last}</table:table>')
    assert refusal(content, "名单.ods") == f"单元格 WQK900002 有内容，但离表格太远{FAR}"


@pytest.mark.parametrize(
    "cells",
    [
        '<c r="A1"><v>1</v></c><x:c xmlns:x="urn:x" r="XFD1048576"><v>1</v></x:c>',
        '<c r="A1"><v>1</v></c><c\nr="XFD1048576"><v>1</v></c>',
        "<c r='A1'><v>1</v></c><c r='XFD1048576'><v>1</v></c>",
        '<c s="0" r="XFD1048576"><v>1</v></c>',
        '<c r="&#88;FD1048576"><v>1</v></c>',
        '<c r="XFD1048576"><f>1+1</f></c>',
        '<c r="A1"><v>1</v></c><!-- --><c r="XFD1048576"><v>1</v></c>',
    ],
)
def test_no_spelling_of_the_far_cell_gets_past_the_quick_search(cells: str) -> None:
    assert refusal(xlsx(f'<row r="1">{cells}</row>')) == f"单元格 XFD1048576 有内容，但离表格太远{FAR}"


def test_a_sheet_in_another_encoding_is_looked_through_as_well() -> None:
    sheet = '<?xml version="1.0" encoding="UTF-16"?>' + sheet_xml([["1"]]).replace("A1", "XFD1048576")
    assert refusal(zipped(xlsx_members(sheet.encode("utf-16")))).startswith("单元格 XFD1048576")  # type: ignore[arg-type]


def test_bombs_are_refused_by_their_real_size_and_by_their_ratio() -> None:
    text = "A" * (30 * 2**20)
    assert refusal(xlsx(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>')) == BOMB
    shared = "<sst>" + "<si><t>ab</t></si>" * 2_000_000 + "</sst>"
    assert refusal(zipped(xlsx_members(sheet_xml(TABLE), extra={"xl/sharedStrings.xml": shared}))) == BOMB
    generous = LIMITS._replace(ratio=10**6, unpacked_bytes=2**20)
    assert (
        refusal(zipped({**xlsx_members(sheet_xml(TABLE)), "xl/media/a.png": text}), limits=generous) == BOMB
    )
    assert refusal(zipped({**xlsx_members(sheet_xml(TABLE)), **{f"a{n}": "" for n in range(4_000)}})) == BOMB


def test_a_header_that_lies_about_sizes_does_not_help_a_bomb() -> None:
    content = bytearray(zipped(xlsx_members(sheet_xml(TABLE), extra={"xl/media/a.png": "A" * (3 * 2**20)})))
    place = content.rindex(b"xl/media/a.png") - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    assert refusal(bytes(content)) in {BOMB, DAMAGED}


def test_too_many_cells_are_refused() -> None:
    few = LIMITS._replace(cells=50)
    table = [[f"{row}{letters(column)}" for column in range(1, 11)] for row in range(6)]
    sentence = "表格的单元格超过 50 个，请删除模板以外的内容后再上传。"
    assert refusal(xlsx_table(table), limits=few) == sentence
    assert refusal(ods(ods_table(table)), "名单.ods", few) == sentence
    assert refusal(xls_table(table), "名单.xls", few) == sentence


def test_styles_without_content_far_below_are_no_reason_to_refuse() -> None:
    empty = "".join(f'<row r="{row}"><c r="XFD{row}" s="0"/></row>' for row in range(100_000, 100_200))
    workbook = read_workbook(xlsx(rows_xml(TABLE) + empty), "名单.xlsx")
    assert len(workbook.grids[0].rows) == 2
