"""Web pages with their parts in one file give their sheets, and no other part of them."""

from __future__ import annotations

import base64
import quopri

import pytest

from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused

HEAD = (
    'MIME-Version: 1.0\nX-Document-Type: Workbook\nContent-Type: multipart/related; boundary="----=_B"\n\n\n'
)
MAIN = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><!--[if gte mso 9]><xml><x:ExcelWorkbook>'
    "<x:ExcelWorksheets><x:ExcelWorksheet><x:Name>临床1班</x:Name><x:WorksheetSource HRef=3D\"x.files/sheet001.htm\"/>"
    "</x:ExcelWorksheet><x:ExcelWorksheet><x:Name>字典</x:Name><x:WorksheetSource HRef=3D\"x.files/sheet002.htm\"/>"
    "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></x:ExcelWorksheet></x:ExcelWorksheets>"
    '</x:ExcelWorkbook></xml><![endif]--></head><frameset rows="*,39"><frame src="x.files/sheet001.htm">'
    "</frameset></html>"
).replace("=3D", "=")  # fmt: skip
TABLE = "<html><body><table><tr><td>学号<td>姓名<tr><td>00000981<td>钱试二</table></body></html>"
ROWS = [["学号", "姓名"], ["00000981", "钱试二"]]


def part(location: str, page: str, encoding: str = "gb18030", transfer: str = "quoted-printable") -> str:
    content = page.encode(encoding)
    body = quopri.encodestring(content) if transfer == "quoted-printable" else base64.encodebytes(content)
    return (
        f"------=_B\nContent-Location: file:///C:/1/{location}\nContent-Transfer-Encoding: {transfer}\n"
        f'Content-Type: text/html; charset="{encoding}"\n\n{body.decode()}\n'
    )


TABS = "<html><body><table><tr><td>临床1班<td>字典</table></body></html>"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
def test_the_sheets_of_excels_single_file_page_are_read_with_their_names(ending: str, transfer: str) -> None:
    parts = [
        ("x.htm", MAIN),
        ("x.files/sheet001.htm", TABLE),
        ("x.files/sheet002.htm", TABLE),
        ("x.files/tabstrip.htm", TABS),
    ]
    content = HEAD + "".join(part(name, page, transfer=transfer) for name, page in parts) + "------=_B--\n"
    workbook = read_workbook(content.replace("\n", ending).encode(), "名单.xls")
    assert workbook.kind == "html"
    assert [(grid.name, grid.hidden, grid.rows) for grid in workbook.grids] == [
        ("临床1班", False, ROWS),
        ("字典", True, ROWS),
    ]


def test_a_page_that_a_browser_saved_is_read() -> None:
    head = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: http://jw.example/list\nSubject: =?utf-8?Q?=E5=90=8D?=\n"
        'Date: Mon, 7 Sep 2026 08:00:00 -0000\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype="text/html";\n'  # noqa: E501
        '\tboundary="----=_B"\n\n\n'
    )
    image = "------=_B\nContent-Type: image/png\nContent-Transfer-Encoding: base64\nContent-Location: a.png\n\niVBORw0KGgo=\n"  # noqa: E501
    content = head + part("list", TABLE, "utf-8") + image + "------=_B--\n"
    (grid,) = read_workbook(content.encode(), "名单.mht").grids
    assert grid.rows == ROWS


def test_a_single_part_is_read() -> None:
    content = "MIME-Version: 1.0\nContent-Type: text/html; charset=gb2312\n\n" + TABLE
    (grid,) = read_workbook(content.encode("gb18030"), "名单.mht").grids
    assert grid.rows == ROWS


def test_macros_are_refused() -> None:
    macros = "------=_B\nContent-Location: file:///C:/1/x.files/editdata.mso\nContent-Type: application/x-mso\n\nQWN0\n"
    with pytest.raises(SheetRefused, match="宏"):
        read_workbook((HEAD + part("x.htm", TABLE) + macros + "------=_B--\n").encode(), "名单.xls")


@pytest.mark.parametrize(
    "body", ["", "------=_B\n", "------=_B\nContent-Type: text/plain\n\n学号\n------=_B--\n"]
)
def test_parts_without_a_table_are_called_a_page(body: str) -> None:
    with pytest.raises(SheetRefused, match="网页格式"):
        read_workbook((HEAD + body).encode(), "名单.xls")
