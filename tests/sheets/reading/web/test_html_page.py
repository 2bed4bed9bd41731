"""Tables of web pages are read as they are shown, whichever program wrote the page."""

from __future__ import annotations

import pytest

from app.rules.shared.cells import UnclearCell
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid, Range

HEAD = ["学号", "姓名", "班级"]
FIRST = ["900012045661", "钱试二", "临床2401班"]
SECOND = ["00000982", "孙试三", "临床2402班"]
ROSTER = [HEAD, FIRST, SECOND]


def grids(page: str | bytes) -> list[Grid]:
    content = page.encode() if isinstance(page, str) else page
    workbook = read_workbook(content, "名单.xls")
    assert workbook.kind == "html"
    return workbook.grids


def grid(page: str | bytes) -> Grid:
    (only,) = grids(page)
    return only


def filled(rows: list[list[object]]) -> list[list[object]]:
    """The rows without empty ones and without empty cells."""
    return [
        [cell for cell in row if cell is not None] for row in rows if any(cell is not None for cell in row)
    ]


def rows(cell: str = "<td>{}</td>", row: str = "<tr>{}</tr>\n") -> str:
    return "".join(row.format("".join(cell.format(value) for value in values)) for values in ROSTER)


TABLE = f"<table>{rows()}</table>"

DISGUISES = {
    "phpMyAdmin": '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'  # noqa: E501
    "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN' 'x.dtd'><html><head></head><body>"
    '<div id="b" align=center><table x:str border=1 cellpadding=0 style="border-collapse: collapse">'
    + rows('<td class=xl2216681 nowrap><b>{}</b></td>')
    + "</table></div></body></html>",
    "PHPExcel": '<!DOCTYPE HTML><html><head><meta charset="utf-8"><style>.column0 {text-align:left} '
    "td.style1 { mso-number-format:'\\@' }</style></head><body><style>@page { }</style>"
    '<table border="0" id="sheet0" class="sheet0"><col class="col0"><col class="col1"><tbody>'
    + rows('<td class="column0 style1 s">{}</td>', '<tr class="row0">{}</tr>')
    + "</tbody></table></body></html>",
    "JasperReports": "<html><head><style>a{}</style></head><body text='#000000'><table width='100%'><tr><td width='50%'>&nbsp;"  # noqa: E501
    "</td><td align='center'><a name='JR_PAGE_ANCHOR_0_1'></a><table class='jrPage' style='width:595px;border-collapse: collapse'>"  # noqa: E501
    "<tr valign='top' style='height:0'><td style='width:20px'></td><td style='width:9px'></td></tr>"
    + rows("<td style='width:20px'><img alt='' src='px' style='width:20px;height:1px' width='1'></td>"
           "<td><span style='font-size: 10px;'>{}</span></td>")
    + "</table></td><td width='50%'>&nbsp;</td></tr></table></body></html>",
    "no closing tags": "<table><tr><td>" + "<tr><td>".join("<td>".join(values) for values in ROSTER),
    "thead, tbody and tfoot": "<table><thead><tr>" + "".join(f"<th>{v}</th>" for v in HEAD) + "</tr></thead><tbody><tr>"
    + "".join(f"<td>{v}</td>" for v in FIRST) + "</tr></tbody><tfoot><tr>" + "".join(f"<td>{v}</td>" for v in SECOND)
    + "</tr></tfoot></table>",
    "a comment before": "<!-- exported --> \n\n" + TABLE,
    "a style before": "<style>td{mso-number-format:'\\@'}</style>" + TABLE,
    "text before": "2026级新生名单 导出时间：2026-09-01\r\n\r\n" + TABLE,
    "a script before and inside": "<script>if (a<b) document.write('<table><tr><td>1</td></tr></table>')</script>"
    + TABLE.replace("</td>", "<script>x('</span>')</script></td>"),
    "paragraphs of Office": "<html><body>" + TABLE.replace("<td>", "<td><p class=MsoNormal><span lang=EN-US>").replace(
        "</td>", "<o:p></o:p></span></p></td>") + "</body></html>",
    "XHTML with a prefix": '<?xml version="1.0" encoding="UTF-8"?><h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body>'
    + TABLE.replace("<", "<h:").replace("<h:/", "</h:") + "</h:body></h:html>",
    "XHTML": '<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body>' + TABLE + "</body></html>",  # noqa: E501
    "upper case": TABLE.replace("table", "TABLE").replace("td", "TD").replace("tr", "TR"),
    "blank cells and lines": TABLE.replace("<td>", "<td>\n   &nbsp;").replace("</td>", "&nbsp;\n</td>"),
    "formulas that keep texts": TABLE.replace("<td>0", '<td>="0').replace("982</td>", '982"</td>'),
    "fields": TABLE.replace("<td>钱试二</td>", '<td><input type="hidden" value="7"><input type=text value="钱试二"></td>').replace(  # noqa: E501
        "<td>临床2402班</td>", "<td><select><option>临床2401班<option selected>临床2402班<option>护理</select></td>"),
    "links and pictures": TABLE.replace("<td>钱试二", '<td><a href="javascript:show(1)">钱试二</a><img src=a.gif width=1>'),  # noqa: E501
    "hidden texts": TABLE.replace("<td>钱试二", "<td><span style='display:none'>qian<span>x</span></span>钱试二"),
    "a table around each cell": TABLE.replace("<td>", "<td><table><tr><td>").replace("</td>", "</td></tr></table></td>"),  # noqa: E501
    "conditions of Office": "<table><![if supportMisalignedColumns]><![endif]>" + rows() + "<!--[if gte mso 9]><xml></xml><![endif]-->"  # noqa: E501
    "<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=72></td></tr><![endif]></table>",
    "unknown sections": "<![unknown[ <html><body>" + TABLE,
    "a form": "<form action=x><input type=hidden name=a value=b>" + TABLE + "</form>",
    "CDATA": TABLE.replace("<td>", "<td><![CDATA[").replace("</td>", "]]></td>"),
    "numbered entities": TABLE.replace("钱", "&#38065;").replace("试", "&#x8BD5;"),
    "rows outside a body": "<table><tbody></tbody>" + rows() + "</table>",
    "a byte order mark twice": "\ufeff\ufeff" + TABLE,
    "a line of zeros after": TABLE + "\x00\x00\x1a",
    "a head in a table of its own": f"<table><tr>{rows().split('</tr>')[0][4:]}</tr></table><div><table>"
    + "</tr>".join(rows().split("</tr>")[1:])
    + "</table></div>",
    "a table for each row": rows(row="<div><table><tr>{}</tr></table></div>"),
    "rows without a table": rows(),
    "very many blank lines": " \r\n" * 40_000 + "<html><body>" + TABLE,
    "a warning of PHP": "<br />\n<b>Notice</b>: Undefined index in <b>/x.php</b> on line <b>3</b><br />\n" + TABLE,
    "ASP.NET": "\r\n\r\n<html><body><form><input type=hidden name=__VIEWSTATE value='/wEP'>" + TABLE,
    "signs in attributes": TABLE.replace("<td>", "<td onclick=\"if (a>b) show('<td>')\">"),
    "a form in each row": TABLE.replace("<tr>", "<tr><form>").replace("</tr>", "</form></tr>"),
    "an unfinished script after": TABLE + "<script>var a='<table><tr><td>1",
    "pinyin above": TABLE.replace("钱试二", "<ruby>钱<rt>qian</rt></ruby>试二"),
}  # fmt: skip


@pytest.mark.parametrize("page", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_roster_is_read_from_a_page_of_any_program(page: str) -> None:
    assert filled(grid(page).rows) == ROSTER


def test_the_columns_of_a_report_stay_below_each_other() -> None:
    read = grid(DISGUISES["JasperReports"]).rows
    assert [read[row].index(value) for row, value in enumerate(["学号", "900012045661"], start=1)] == [1, 1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "utf-8-sig"])
def test_a_page_is_read_in_any_encoding_without_a_declaration(encoding: str) -> None:
    assert filled(grid(f"<div><html><body>{TABLE}".encode(encoding)).rows) == ROSTER


@pytest.mark.parametrize(
    "declared, actual",
    [("gb2312", "utf-8"), ("utf-8", "gb18030"), ("iso-8859-1", "gbk"), ("gbk", "gbk"), ("unknown", "gbk"), ("hex", "gbk"), ("zlib", "utf-8"), ("big5", "utf-8")],  # noqa: E501
)  # fmt: skip
def test_a_declared_encoding_is_believed_only_where_it_fits(declared: str, actual: str) -> None:
    page = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={declared}"></head>{TABLE}'
    )
    assert filled(grid(page.encode(actual)).rows) == ROSTER


def test_big5_is_read_where_it_is_declared() -> None:
    page = '<meta charset="big5"><table><tr><td>學號<td>姓名<tr><td>1<td>陳試二</table>'
    assert grid(page.encode("big5")).rows == [["學號", "姓名"], ["1", "陳試二"]]


def test_a_page_that_was_cut_inside_a_character_is_refused() -> None:
    with pytest.raises(SheetRefused, match="编码"):
        read_workbook(f"<html>{TABLE}".encode().replace("试".encode(), "试".encode()[:2]), "名单.xls")


def test_spanned_cells_are_merged_and_hold_their_value_once() -> None:
    read = grid(
        "<table><tr><td colspan=3>2026级名单</td></tr><tr><td>学号<td>姓名<td>班级</tr>"
        "<tr><td>1<td>钱试二<td rowspan=2>临床1班</tr><tr><td>2<td>孙试三</tr>"
        "<tr><td rowspan=99>注<td>x</table>"
    )
    assert read.rows == [
        ["2026级名单"],
        ["学号", "姓名", "班级"],
        ["1", "钱试二", "临床1班"],
        ["2", "孙试三"],
        ["注", "x"],
    ]
    assert read.merged == [Range(1, 1, 1, 3), Range(3, 3, 4, 3)]


def test_a_cell_beside_one_from_above_moves_to_the_right() -> None:
    read = grid("<table><tr><td rowspan=2 colspan=2>a<td>b<tr><td>c<td>d</table>")
    assert read.rows == [["a", None, "b"], [None, None, "c", "d"]]


def test_lines_stay_lines_and_blanks_become_one() -> None:
    read = grid("<table><tr><td>a<br>b<br/>\n<br>c<td><p>x  y</p><p>z</p><td>张&nbsp;&nbsp;三</table>")
    assert read.rows == [["a\nb\nc", "x y\nz", "张 三"]]


def test_several_tables_are_several_sheets_with_their_captions() -> None:
    read = grids(
        f"<table><caption>临床<b>1班</b></caption>{rows()}</table><hr><table>{rows()}</table><table></table>"
    )
    assert [sheet.name for sheet in read] == ["临床1班", "Sheet2"]
    assert [sheet.rows for sheet in read] == [ROSTER, ROSTER]


def test_tables_of_a_layout_are_passed_over_but_none_with_own_rows() -> None:
    layout = f"<table><tr><td><table><tr><td>教务系统</table><td>菜单<tr><td colspan=2>{TABLE}</table>"
    assert grid(layout).rows == ROSTER
    both = f"<table>{rows()}<tr><td><table><tr><td>a<td>b</table></table>"
    assert [filled(sheet.rows) for sheet in grids(both)] == [[["a", "b"]], ROSTER]


def test_tables_of_different_width_or_with_rows_of_their_own_stay_apart() -> None:
    one, two, three = "<td>a<td>b", "<td>c<td>d", "<td>1<td>2<td>3"
    for first, second in ((one, three), (f"{one}<tr>{two}", f"{one}<tr>{two}")):
        assert len(grids(f"<table><tr>{first}</table><table><tr>{second}</table>")) == 2


def test_hidden_rows_columns_and_tables_are_marked() -> None:
    read = grid(
        "<style>.no{display:none}</style><table><col><col span=2 style='display:none'><col>"
        "<tr><td>a<td>b<td>c<td>d<td class=no>e"
        "<tr style='DISPLAY: none'><td>1<td>2<td>3<td>4<td class='x no'>5"
        "<tbody hidden><tr><td>f</tbody><tr class=no><td>g</table>"
    )
    assert read.hidden_rows == {2, 3, 4}
    assert read.hidden_columns == {2, 3, 5}
    assert read.rows[0] == ["a", "b", "c", "d", "e"]
    shown, hidden = grids(f"{TABLE}<div style='display:none'><div>x</div>{TABLE}</div>")
    assert (shown.hidden, hidden.hidden) == (False, True)
    shown, second = grids(f"{TABLE}<div style='display:none'><div>x</div></div>{TABLE}")
    assert (shown.hidden, second.hidden) == (False, False)


def test_an_unclosed_hidden_element_hides_only_its_cell() -> None:
    assert grid("<table><tr><td>a<span style='display:none'>x<td>b</table>").rows == [["a", "b"]]


def test_the_text_is_what_excel_shows_and_numbers_stand_in_for_what_it_cannot_show() -> None:
    read = grid(
        "<table x:str><tr><td x:num='981'>00000981<td x:num='20240101'>2.02E+07<td x:num='5'>&nbsp;"
        "<td x:num='7'>####<td x:str='007'></td></table>"
    )
    assert read.rows == [
        ["00000981", UnclearCell("20240101", "2.02E+07"), "5", UnclearCell("7", "####"), "007"]
    ]


@pytest.mark.parametrize(
    "cell, expected",
    [
        ("<td style='mso-number-format:\"00000000\"'>981", "00000981"),
        ("<td style='mso-number-format:\"00000000\"'>00000981", "00000981"),
        ("<td style=\"mso-number-format:'\\@'\">00000981", "00000981"),
        ("<td class=xl65>981", "00000981"),
        ("<td style='mso-number-format:\"0\\.00\"'>981", "981"),
        ("<td style='mso-number-format:\"\\0022临床\\00220\\0022班\\0022\"'>2401", "临床2401班"),
        ("<td style='mso-number-format:\"yyyy\\-mm\\-dd\"'>2004-10-23", "2004-10-23"),
    ],
)
def test_numbers_are_read_under_the_format_that_their_style_declares(cell: str, expected: str) -> None:
    page = f'<style><!-- .xl65 {{mso-style-parent:style0; mso-number-format:"00000000";}} --></style><table><tr>{cell}'
    assert grid(page + "</table>").rows == [[expected]]


def test_pictures_in_a_page_are_counted_but_not_those_that_keep_distances() -> None:
    read = grid(
        "<table><tr><td>a<img src=a.jpg width=90 height=120><img src=px.gif width=1 height=20>"
        "<img><img src=b.jpg></table>"
    )
    assert read.lost_pictures == 2


TOO_COMPLEX = "文件过于复杂，无法在限定的内存和时间内读完，请把内容复制到新下载的模板中再上传。"
DELETE_IT = "，请删除它并保存后再上传。"
WEB_PAGE = "这个文件其实是网页格式，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><h1>404</h1></body></html>",
        "<!DOCTYPE html><html><body><div id=app></div><script>table()</script></body></html>",
        '<html><frameset rows="*,39"><frame src="名单.files/sheet001.htm"><frame src="x"></frameset></html>',
        "<html><body><table><tr><td>&nbsp;</td></tr></table></body></html>",
        "<div>学号</div><div>姓名</div>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_without_a_table_is_called_a_page(page: str, encoding: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(page.encode(encoding), "名单.xls")
    assert str(refused.value.message) == WEB_PAGE


@pytest.mark.parametrize(
    "page, sentence",
    [
        ("<table>" + "<tr><td>1" * 61, "表格有 61 行，一次最多 50 行数据，请拆成几个文件分别上传。"),
        ("<table><tr>" + "<td>1" * 21, "表格有 21 列，最多 20 列，请删除模板以外的列后再上传。"),
        ("<table><tr><td colspan=9999><td>1", "单元格 NTP1 有内容，但离表格太远（最多 60 行、20 列）" + DELETE_IT),
        ("<table><tr><td>" * 500, TOO_COMPLEX),
        ("<table><tr><td>1<td>2<tr><td>3</table>" * 1500, TOO_COMPLEX),
    ],
)  # fmt: skip
def test_a_page_beyond_the_limits_is_refused(page: str, sentence: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_workbook(page.encode(), "名单.xls", LIMITS._replace(data_rows=50, head_rows=10, columns=20))
    assert str(refused.value.message) == sentence
