"""Files are recognised by their bytes, and those of other programs are called what they are."""

from __future__ import annotations

import struct

import pytest

from app.sheets.reading.file_check import check_file
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from tests.sheets.files import xls_table, xlsx_table, zipped

ROWS = [["学号", "姓名"], ["00000981", "钱试二"]]
DBASE = (
    b"\x03\x1a\x09\x01" + struct.pack("<IHH20x", 1, 65, 11) + b"XH".ljust(11, b"\0") + b"C" + bytes(4) + b"\x0a" + bytes(15)  # noqa: E501
    + b"\r" + b" 00000981  \x1a"
)  # fmt: skip
CSV = "学号,姓名\n00000981,钱试二\n"


def sentence(content: bytes, name: str = "名单.xls") -> str:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(content, name)
    return str(refused.value.message)


@pytest.mark.parametrize(
    "content, program",
    [
        (b"\x00\x00\x02\x00\x06\x04" + bytes(60), "Lotus 1-2-3"),
        (b"\x00\x00\x02\x00\x20\x51" + bytes(60), "Quattro Pro"),
        (b"\x00\x00\x1a\x00\x00\x10\x04\x00" + bytes(60), "Lotus 1-2-3"),
        (b"\xff\x00\x02\x00\x04\x04" + bytes(60), "Microsoft Works"),
        (b"ID;PWXL;N;E\r\nC;Y1;X1;K\"\xd1\xa7\xba\xc5\"\r\nE\r\n", "SYLK"),
        (b'TABLE\r\n0,1\r\n"EXCEL"\r\n', "DIF"),
        (DBASE, "dBase"),
        (b"\x30" + DBASE[1:], "dBase"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["名单.xls", "名单.csv"])
def test_tables_of_other_programs_are_named_with_the_way_out(content: bytes, program: str, name: str) -> None:
    assert (
        sentence(content, name) == f"这是 {program} 格式的文件，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
    )


@pytest.mark.parametrize(
    "start", [b"\x09\x00\x04\x00\x02\x00\x10\x00", b"\x09\x02\x06\x00\x00\x03", b"\x09\x04\x06\x00"]
)
def test_workbooks_before_excel_5_are_called_old(start: bytes) -> None:
    assert (
        sentence(start + bytes(60))
        == "这是 Excel 4.0 或更早版本的格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
    )


@pytest.mark.parametrize("name", ["名单.xls", "名单.xlsx", "名单.csv", "名单.et", "名单"])
@pytest.mark.parametrize(
    "content, form",
    [
        (xls_table([list(row) for row in ROWS]), "ole"),
        (xlsx_table(ROWS), "zip"),
        (CSV.encode(), "text"),
        (CSV.encode("gb18030"), "text"),
        (f"<table><tr><td>{CSV}</table>".encode(), "web"),
    ],
)
def test_the_name_of_a_file_has_no_influence(content: bytes, form: str, name: str) -> None:
    assert check_file(content, name, LIMITS) == form


@pytest.mark.parametrize(
    "text",
    [
        "学号,姓名,备注\n1,钱试二,<b>新生</b>\n",
        "<学号>,姓名\n1,钱试二\n",
        "学号,邮箱\n1,钱试二 <q@example.com>\n",
        "备注,学号\n<无>,1\n",
        "ID,姓名\n1,钱试二\n",
        "TABLE,姓名\n1,钱试二\n",
        "From,To\nContent-Type: text,1\n",
        "班级,人数\n临床<table>1班,3\n",
    ],
)
def test_a_text_that_speaks_of_tags_stays_a_text(text: str) -> None:
    assert check_file(text.encode(), "名单.csv", LIMITS) == "text"
    assert check_file(text.encode("gb18030"), "名单.csv", LIMITS) == "text"


def test_a_table_of_numbers_is_called_so() -> None:
    content = zipped({"Index/Document.iwa": b"x", "Index/Tables/DataList.iwa": b"x", "preview.jpg": b"x"})
    assert (
        sentence(content, "名单.numbers")
        == "这是 Numbers 表格，请在 Numbers 中导出为 Excel（.xlsx）后再上传。"
    )
